import { RequestError } from '../errors.js';
import { currentClients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { awaitTurn, MAX_WAIT_MS } from './turn.js';

/** Runs a task in its turn. */
type InTurn = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/**
 * Runs at most `limit` tasks at once; the others wait, and clients take turns. A task is refused with
 * SERVICE_OVERLOADED when `maxWaiting` tasks already wait, or half as many of its client, or it has waited for
 * `maxWaitMs`; and with the reason of its signal when that aborts while it waits.
 */
export function limiter(limit: number, maxWaiting = Infinity, maxWaitMs = MAX_WAIT_MS): InTurn {
  const waiting = new FairQueue<() => void>(maxWaiting);
  let free = limit;
  return async (task, signal) => {
    const clients = currentClients();
    if (free > 0) free -= 1;
    else if (!waiting.isFull(clients.owner)) {
      await awaitTurn((start) => waiting.push(clients, start), signal, maxWaitMs);
    } else {
      throw new RequestError(
        'SERVICE_OVERLOADED',
        'Too much is being processed; try again in a few seconds.',
      );
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next.entry();
      else free += 1;
    }
  };
}
