/**
 * A failure that the operator of the process can fix. The message is a sentence for them that names the remedy, and
 * is printed without a stack.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** The code of a system or Postgres error (`ENOENT`, `42P04`); null for anything else. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The message of any thrown value. Errors of several connections have none: then their code. */
export function errorMessage(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message || (errorCode(error) ?? String(error));
}
