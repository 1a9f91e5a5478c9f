import { type Failure, isAbort, toFailure } from './failure.js';
import { turnedAway } from './turned-away.js';

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
  let isTurnedAway = false;
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await question();
      } catch (error) {
        const failure = toFailure(error);
        const waitMs = isAbort(error) ? null : waitOf(failure, tries);
        if (waitMs === null) throw error;
        if (!isTurnedAway && failure.retryAfterMs !== null) {
          isTurnedAway = true;
          turnedAway.value += 1;
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs + Math.random() * JITTER_MS));
        signal?.throwIfAborted();
      }
    }
  } finally {
    if (isTurnedAway) turnedAway.value -= 1;
  }
}

const LOST_PAUSE_MS = 500;

/** A call whose answer was lost, by the network or a proxy, is sent once more, with the same idempotency key. */
export const twice = <T>(call: () => Promise<T>): Promise<T> =>
  repeat(call, ({ code, retryAfterMs }, tries) => {
    const isLost = code === 'OFFLINE' || (code === 'SERVICE_OVERLOADED' && retryAfterMs === null);
    return isLost && tries === 1 ? LOST_PAUSE_MS : null;
  });
