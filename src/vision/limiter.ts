import { RequestError } from '../errors.js';
import { awaitTurn, MAX_WAIT_MS } from './turn.js';

/** Runs a task in its turn. */
type InTurn = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/**
 * Runs at most `limit` tasks at once; the others wait in the order of arrival. A task is refused with
 * SERVICE_OVERLOADED when `maxWaiting` tasks already wait, or it has waited for `maxWaitMs`; and with the reason of
 * its signal when that aborts while it waits.
 */
export function limiter(limit: number, maxWaiting = Infinity, maxWaitMs = MAX_WAIT_MS): InTurn {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (task, signal) => {
    if (free > 0) free -= 1;
    else if (waiting.length < maxWaiting) {
      const enter = (start: () => void): (() => void) => {
        waiting.push(start);
        return () => void waiting.splice(waiting.indexOf(start), 1);
      };
      await awaitTurn(enter, signal, maxWaitMs);
    } else {
      throw new RequestError(
        'SERVICE_OVERLOADED',
        'Too many images are being processed; try again in a few seconds.',
      );
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
