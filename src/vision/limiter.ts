import { RequestError } from '../errors.js';
import { currentClients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { awaitTurn, MAX_WAIT_MS } from './turn.js';

interface Limiter {
  /** Runs a task in its turn; `cost` is that of the turn, if turns cost something. */
  <T>(task: () => Promise<T>, signal?: AbortSignal, cost?: number): Promise<T>;
  /** Number of tasks that wait for their turn at this moment. */
  waiting(): number;
  /** Says that a turn of the current client cost more than was said. */
  readonly charge: (cost: number) => void;
}

interface LimiterOptions {
  /** How many tasks may wait; half as many of a client. */
  readonly maxWaiting?: number;
  readonly maxWaitMs?: number;
  /** Tasks of one client that run at once. */
  readonly perClient?: number;
  /** Whether turns cost something: then the client who will have had least is next. */
  readonly isPriced?: boolean;
}

interface Waiting {
  readonly start: (client: string) => void;
  readonly cost: number;
}

/**
 * Runs at most `limit` tasks at once; the others wait, and clients take turns. A task is refused with
 * SERVICE_OVERLOADED when too many already wait, when it has waited for `maxWaitMs`, or when it gives way to another
 * client's; and with the reason of its signal when that aborts while it waits.
 */
export function limiter(
  limit: number,
  {
    maxWaiting = Infinity,
    maxWaitMs = MAX_WAIT_MS,
    perClient = limit,
    isPriced = false,
  }: LimiterOptions = {},
): Limiter {
  const waiting = new FairQueue<Waiting>(maxWaiting, isPriced ? ({ cost }) => cost : null);
  const running = new Map<string, number>();
  let free = limit;
  const runningOf = (client: string): number => running.get(client) ?? 0;
  const take = (client: string): void => {
    free -= 1;
    running.set(client, runningOf(client) + 1);
  };
  const giveBack = (client: string): void => {
    free += 1;
    const rest = runningOf(client) - 1;
    if (rest > 0) running.set(client, rest);
    else running.delete(client);
    const next = waiting.shift((_entry, name) => runningOf(name) < perClient);
    if (next === undefined) return;
    take(next.client);
    next.entry.start(next.client);
  };
  const inTurn = async <T>(task: () => Promise<T>, signal?: AbortSignal, cost = 1): Promise<T> => {
    const clients = currentClients();
    let client = clients.owner;
    if (free > 0 && runningOf(client) < perClient) {
      take(client);
      if (isPriced) waiting.serve(client, cost);
    } else if (waiting.hasRoom(clients.owner)) {
      const enter = (start: () => void, lose: () => void): (() => void) => {
        const entry = (turnOf: string): void => {
          client = turnOf;
          start();
        };
        return waiting.push(clients, { start: entry, cost }, lose);
      };
      await awaitTurn(enter, signal, maxWaitMs);
    } else {
      throw new RequestError(
        'SERVICE_OVERLOADED',
        'Too much is being processed; try again in a few seconds.',
      );
    }
    try {
      return await task();
    } finally {
      giveBack(client);
    }
  };
  return Object.assign(inTurn, {
    waiting: () => waiting.length,
    charge: (cost: number) => waiting.charge(currentClients().owner, cost),
  });
}
