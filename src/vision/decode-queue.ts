import { availableParallelism } from 'node:os';
import { RequestError } from '../errors.js';
import { currentClients } from '../platform/clients.js';
import { FairQueue, isOverShare } from '../platform/fair-queue.js';
import { traced } from '../platform/tracing.js';
import { awaitTurn } from './turn.js';

/**
 * Maximum number of images decoded in parallel. Decoding uses libuv's four threads, as file access does: three leaves
 * one for files. Two is the minimum, so that a slow rendition does not delay a search.
 */
export const DECODED_AT_ONCE = Math.min(3, Math.max(2, availableParallelism() - 1));

/** Memory of all images being decoded: enough for the largest allowed image and a photo beside it. */
const MAX_BYTES_IN_WORK = 384 * 1024 * 1024;

/** Small enough to go before a large image that waits for memory: beside two of them, the largest one fits. */
const SMALL_WORK_BYTES = MAX_BYTES_IN_WORK / 8;

/** A few seconds of work for two cores; more would only be refused after they have waited too long. */
export const MAX_WAITING = 64;

/** Total size of the files of waiting images, which stay in memory. */
const MAX_WAITING_FILE_BYTES = 128 * 1024 * 1024;

/** What an image costs: its file while it waits, and memory and points while it is decoded. */
interface DecodeCost {
  readonly fileBytes: number;
  readonly workBytes: number;
  readonly points: number;
}

interface Waiting {
  readonly cost: DecodeCost;
  readonly start: () => void;
}

const waiting = new FairQueue<Waiting>(MAX_WAITING, ({ cost }) => cost.points);
let waitingFileBytes = 0;
let inWork = 0;
let bytesInWork = 0;

/**
 * Runs the work in its turn. Every image that this process decodes goes through this queue, in which clients take
 * turns: whoever will have had the fewest points of late is first.
 * @throws RequestError SERVICE_OVERLOADED when too many wait, or too many of the same client, or it has waited too
 * long; the reason of `signal` while it waits
 */
export function inDecodeQueue<T>(cost: DecodeCost, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return traced('image.decode', () => inTurn(cost, work, signal));
}

async function inTurn<T>(
  cost: DecodeCost,
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (waiting.length > 0 || !fits(cost)) await wait(cost, signal);
  else {
    waiting.serve(currentClients().owner, cost.points);
    take(cost);
  }
  try {
    return await work();
  } finally {
    inWork -= 1;
    bytesInWork -= cost.workBytes;
    startNext();
  }
}

/** Images in the queue at this moment. */
export const decodeLoad = (): { waiting: number; inWork: number } => ({ waiting: waiting.length, inWork });

/** Work that exceeds the limit by itself runs alone. */
const fits = ({ workBytes }: DecodeCost): boolean =>
  inWork === 0 || (inWork < DECODED_AT_ONCE && bytesInWork + workBytes <= MAX_BYTES_IN_WORK);

function take({ workBytes }: DecodeCost): void {
  inWork += 1;
  bytesInWork += workBytes;
}

/** Says that decoding for the current client took more than was said. */
export const chargeDecoding = (points: number): void => waiting.charge(currentClients().owner, points);

function wait(cost: DecodeCost, signal: AbortSignal | undefined): Promise<void> {
  const clients = currentClients();
  const client = clients.owner;
  const ownFileBytes = waiting.of(client).reduce((sum, { cost: { fileBytes } }) => sum + fileBytes, 0);
  const hasShare =
    !isOverShare(client, ownFileBytes + cost.fileBytes, MAX_WAITING_FILE_BYTES) && waiting.hasRoom(client);
  const isTooMuch = (): boolean => waitingFileBytes + cost.fileBytes > MAX_WAITING_FILE_BYTES;
  while (hasShare && isTooMuch() && waiting.makeRoom(client));
  if (!hasShare || isTooMuch())
    throw new RequestError(
      'SERVICE_OVERLOADED',
      'Too many images are being decoded; try again in a few seconds.',
    );
  const turn = awaitTurn((start, lose) => {
    const leave = waiting.push(clients, { cost, start }, lose);
    waitingFileBytes += cost.fileBytes;
    return () => {
      leave();
      waitingFileBytes -= cost.fileBytes;
      // Those behind it may have waited only because it did not fit.
      startNext();
    };
  }, signal);
  // Those who wait may be too large for what is free, or have had more.
  startNext();
  return turn;
}

function startNext(): void {
  let isBlocked = false;
  const mayStart = ({ cost }: Waiting): boolean => {
    const may = fits(cost) && (!isBlocked || cost.workBytes <= SMALL_WORK_BYTES);
    // Small images leave it room enough for when the one in work is done.
    if (!may) isBlocked = true;
    return may;
  };
  for (let next = waiting.shift(mayStart); next !== undefined; next = waiting.shift(mayStart)) {
    isBlocked = false;
    waitingFileBytes -= next.entry.cost.fileBytes;
    take(next.entry.cost);
    next.entry.start();
  }
}
