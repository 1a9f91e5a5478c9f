/**
 * A failure that whoever runs the process can mend: the message is a sentence for them that names the remedy,
 * and is printed without a stack.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** The code of a system or Postgres error (`ENOENT`, `42P04`), or null for anything else. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
