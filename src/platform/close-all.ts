import { errorMessage } from './operator-error.js';

/**
 * Closes parts one after another. A part that fails to close does not keep the others from being closed.
 * @throws the error of the part that failed to close, or an AggregateError if there are several
 */
export async function closeAll(closes: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closes) await close().catch((error: unknown) => errors.push(error));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(errorMessage).join('; '));
}
