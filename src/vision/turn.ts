import { RequestError } from '../errors.js';
import { reasonOf } from '../platform/within.js';

/**
 * How long work may wait for its turn: a handful of the largest images take this long on two cores. Many shoppers have
 * given up by then, and work that is done for nobody delays those who have not.
 */
export const MAX_WAIT_MS = 8_000;

/**
 * Waits for a turn in a queue. `enter` adds the given function to the queue, which calls it when it is the caller's
 * turn, and returns a function that removes it from the queue.
 *
 * @throws RequestError SERVICE_OVERLOADED after `maxWaitMs`; the reason of `signal`
 */
export function awaitTurn(
  enter: (start: () => void) => () => void,
  signal?: AbortSignal,
  maxWaitMs = MAX_WAIT_MS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const leave = enter(() => {
      end();
      resolve();
    });
    const giveUp = (reason: Error): void => {
      end();
      leave();
      reject(reason);
    };
    const abort = (): void => giveUp(reasonOf(signal));
    const timer = setTimeout(
      () =>
        giveUp(
          new RequestError(
            'SERVICE_OVERLOADED',
            'Too much is being processed, and this waited too long; try again in a few seconds.',
          ),
        ),
      maxWaitMs,
    );
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}
