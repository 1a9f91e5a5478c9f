import { RequestError } from '../errors.js';

/** Writes of one kind may wait for each other's locks in Postgres. */
export type WriteKind = 'catalog' | 'stock' | 'prices' | 'boards';

/**
 * Writes of one kind with a connection: one works while the next checks its input or waits for a lock. All kinds
 * together leave connections to reads.
 */
const AT_ONCE = 2;
/** Writes of one kind that wait for a connection. Their inputs are in memory, and each takes 10 ms or more. */
const MAX_WAITING = 100;
/** Longer than the writes that a merchant's sync sends together; as long as Postgres lets them wait for a lock. */
const MAX_WAIT_MS = 5_000;

interface Bounds {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitMs: number;
}

/**
 * Lets few writes run at a time. The others wait in memory, where they use no connection to Postgres. The callers that
 * wait take turns; the writes of each run in the order in which they came.
 */
export class Turns {
  #running = 0;
  #waiting = 0;
  /** Of callers that wait, the next first. */
  readonly #lines = new Map<string, Set<() => void>>();

  constructor(
    private readonly bounds: Bounds = { atOnce: AT_ONCE, waiting: MAX_WAITING, waitMs: MAX_WAIT_MS },
  ) {}

  /** @throws RequestError SERVICE_OVERLOADED when too many writes wait, or this one has waited too long */
  async take<T>(caller: string, write: () => Promise<T>): Promise<T> {
    if (this.#running < this.bounds.atOnce) this.#running += 1;
    else await this.#wait(caller);
    try {
      return await write();
    } finally {
      this.#next();
    }
  }

  #wait(caller: string): Promise<void> {
    if (this.#waiting >= this.bounds.waiting) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(caller) ?? new Set();
      const leave = (): void => {
        this.#waiting -= 1;
        clearTimeout(timer);
        line.delete(start);
        if (line.size === 0) this.#lines.delete(caller);
      };
      const start = (): void => {
        leave();
        resolve();
      };
      const timer = setTimeout(() => {
        leave();
        reject(overloaded());
      }, this.bounds.waitMs);
      this.#waiting += 1;
      this.#lines.set(caller, line.add(start));
    });
  }

  /** Passes the turn of a write that has ended on. */
  #next(): void {
    const [next] = this.#lines;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    const [caller, line] = next;
    const [start] = line;
    // Behind the other callers that wait.
    this.#lines.delete(caller);
    this.#lines.set(caller, line);
    start?.();
  }
}

function overloaded(): RequestError {
  return new RequestError(
    'SERVICE_OVERLOADED',
    'Too many writes are waiting for others, so nothing was changed: try again in a few seconds.',
  );
}

const kinds = new WeakMap<object, Map<WriteKind, Turns>>();

/** The turns of one kind of writes among all that use these connections. */
export function turnsOf(connections: object, kind: WriteKind): Turns {
  const known = kinds.get(connections) ?? new Map<WriteKind, Turns>();
  kinds.set(connections, known);
  const turns = known.get(kind) ?? new Turns();
  known.set(kind, turns);
  return turns;
}
