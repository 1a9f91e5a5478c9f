/** Causes of causes: more than are ever nested, and an end for those that go in a circle. */
const MAX_CAUSES = 5;

/** What a log line says of an error. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * Of an error, what it says and where it comes from, and nothing else: libraries hang whole clients on their errors,
 * with connections, buffers and passwords.
 */
export function logError(error: unknown, causes = MAX_CAUSES): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: textOf(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || causes === 0 ? {} : { cause: logError(cause, causes - 1) }),
  };
}

/** Things that were thrown without being errors: only a message of theirs is told. */
function textOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
  return Object.prototype.toString.call(thrown);
}
