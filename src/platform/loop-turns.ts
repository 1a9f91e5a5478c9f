import { currentClients } from './clients.js';
import { FairQueue } from './fair-queue.js';

const waiting = new FairQueue<() => void>();

/**
 * Waits for a turn on the event loop. To be called before work that keeps it busy for milliseconds: the loop runs one
 * such piece between two rounds of everything else, and clients take turns. Otherwise a client with a hundred searches
 * would have all of them worked on before anybody else's request is read.
 *
 * @throws the reason of `signal`
 */
export async function turnOnLoop(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    if (waiting.length === 0) setImmediate(runNext);
    waiting.push(currentClients(), resolve);
  });
  signal?.throwIfAborted();
}

function runNext(): void {
  waiting.shift()?.entry();
  if (waiting.length > 0) setImmediate(runNext);
}
