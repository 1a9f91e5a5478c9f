import { errorMessage } from './operator-error.js';

/**
 * Closes parts one after the other, each of them whatever became of those before it.
 * @throws the error of the one that could not be closed, or an AggregateError of several
 */
export async function closeAll(closes: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closes) await close().catch((error: unknown) => errors.push(error));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(errorMessage).join('; '));
}
