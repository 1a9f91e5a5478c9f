/** More causes than errors ever nest; also ends cycles of causes. */
const MAX_CAUSES = 5;

/** What a log line contains of an error. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/**
 * Reduces an error to its message and origin, because libraries attach whole clients to their errors, including
 * connections, buffers, and passwords.
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

/** For thrown values that are not errors: logs only their message, if they have one. */
function textOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
  return Object.prototype.toString.call(thrown);
}
