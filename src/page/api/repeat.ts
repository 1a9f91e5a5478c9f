import { type Failure, isAbort, toFailure } from './failure.js';

/** The server says when it has time again, and everybody who waited comes back then. */
const JITTER_MS = 250;

/**
 * Asks until there is an answer. `waitOf` says how many milliseconds to wait after a failure, or null to give up.
 *
 * @throws what the last try threw
 */
export async function repeat<T>(
  question: () => Promise<T>,
  waitOf: (failure: Failure, tries: number) => number | null,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await question();
    } catch (error) {
      const waitMs = isAbort(error) ? null : waitOf(toFailure(error), tries);
      if (waitMs === null) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs + Math.random() * JITTER_MS));
      signal?.throwIfAborted();
    }
  }
}
