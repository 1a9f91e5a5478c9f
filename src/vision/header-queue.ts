import { RequestError } from '../errors.js';
import { type Clients, currentClients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { HEADER_TURN_COST } from './decode-time.js';
import { awaitTurn } from './turn.js';

/** Headers take a millisecond or two each. The files of those that wait are in memory. */
const MAX_WAITING = 256;

const waiting = new FairQueue<() => void>(MAX_WAITING, () => HEADER_TURN_COST);
let isBusy = false;

/**
 * Reads the header of an image in its turn, one at a time: so whoever sends one that takes long, or ends its process, is
 * known. Clients take turns: whoever will have taken the least time is next.
 * @throws RequestError SERVICE_OVERLOADED when too many wait, or it has waited too long; what `read` throws
 */
export async function inHeaderQueue<T>(read: () => Promise<T>): Promise<T> {
  const clients = currentClients();
  if (isBusy) await turnOf(clients);
  else waiting.serve(clients.owner, HEADER_TURN_COST);
  isBusy = true;
  try {
    return await read();
  } finally {
    const next = waiting.shift();
    // Busy until then: whoever comes in between has no turn.
    if (next === undefined) isBusy = false;
    else next.entry();
  }
}

/** Says that a header of the current client took more points than HEADER_TURN_COST. */
export const chargeHeader = (points: number): void => waiting.charge(currentClients().owner, points);

function turnOf(clients: Clients): Promise<void> {
  if (!waiting.hasRoom(clients.owner))
    throw new RequestError(
      'SERVICE_OVERLOADED',
      'Too many images are being read; try again in a few seconds.',
    );
  return awaitTurn((start, lose) => waiting.push(clients, start, lose));
}
