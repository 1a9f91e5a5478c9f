import { RequestError } from '../errors.js';
import { reasonOf } from '../platform/within.js';

/**
 * How long work may wait for its turn: a handful of the largest images take this long on two cores. Many shoppers have
 * given up by then, and work that is done for nobody delays those who have not.
 */
export const MAX_WAIT_MS = 8_000;

/**
 * Waits for a turn in a queue. `enter` adds the given functions to the queue, which calls the first when it is the caller's
 * turn, and the second when the place goes to another client; it returns a function that removes them from the queue.
 *
 * @throws RequestError SERVICE_OVERLOADED after `maxWaitMs`, or when the place is lost; the reason of `signal`
 */
export function awaitTurn(
  enter: (start: () => void, lose: () => void) => () => void,
  signal?: AbortSignal,
  maxWaitMs = MAX_WAIT_MS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const start = (): void => {
      end();
      resolve();
    };
    const lose = (): void =>
      giveUp(
        new RequestError(
          'SERVICE_OVERLOADED',
          'Too much is being processed, and others had their turn first; try again in a few seconds.',
        ),
      );
    const leave = enter(start, lose);
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
