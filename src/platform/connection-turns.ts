import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { BACKGROUND_CLIENT, currentClients } from './clients.js';
import { DatabaseUnavailable } from './database-unavailable.js';
import { FairQueue, isOverShare } from './fair-queue.js';
import { type RequestPayer, requestPayer } from './request-payer.js';

/** As long as Postgres lets a mutation wait for a lock. Shoppers do not wait longer. */
const MAX_WAIT_MS = 5_000;

/** What a turn may take of Postgres' time before it costs points: more than all but a few statements need. */
const INCLUDED_MS = 100;
/** What a turn counts as at least. */
const USUAL_MS = 5;
/** Turns of this time count as usual ones: most statements take less, and clients with as many of them take turns. */
const SHORT_MS = 20;
/** What a turn counts as at most: it may also take long because the machine is busy. */
const LONG_MS = 1_000;
/** About what a point pays for elsewhere: see `bench -- cost-calibration`. */
const POINTS_A_MS = 33;
/** Cores that Postgres has at most, as far as its time is paid for. */
const CORES = 4;
/**
 * As much as an anonymous client gets back in 8 s, when a statement is canceled. A turn may also take long because a
 * migration locks its tables.
 */
const MAX_TURN_COST = 40_000;

/** Work that uses connections, some of which may wait for each other's locks in Postgres. */
export interface WorkKind {
  readonly name: string;
  /** How many connections it may use at once. */
  readonly connections: number;
  /** How much of it may wait for one. Its input is in memory. */
  readonly waiting: number;
  /** Whether connections are reserved for it. */
  readonly isUrgent: boolean;
  /** Whether clients pay for the time that it takes: not if it may wait for the locks of others. */
  readonly isPaid: boolean;
  /** Milliseconds that it is expected to take, if that may be many: work that takes few has its turn before it. */
  readonly expectedMs?: number;
}

/** Short statements that shoppers wait for, and what they need before. They do not wait for reads. */
export const URGENT: WorkKind = {
  name: 'urgent',
  connections: Infinity,
  waiting: Infinity,
  isUrgent: true,
  isPaid: false,
};

/** Work that says nothing else of itself. */
const OTHER: WorkKind = {
  name: 'other',
  connections: Infinity,
  waiting: Infinity,
  isUrgent: false,
  isPaid: true,
};

const kinds = new AsyncLocalStorage<WorkKind>();

/** Runs work whose statements are of this kind. */
export const asKind = <T>(kind: WorkKind, work: () => T): T => kinds.run(kind, work);

/**
 * Work has waited too long for a connection, too much work of its kind waits for one, or nobody waits for its result any
 * more. Nothing was done.
 */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy';
}

type EndTurn = (isAnswered: boolean) => void;

interface Waiting {
  readonly kind: WorkKind;
  readonly start: (client: string) => void;
}

/**
 * Gives the connections of a pool to clients in turn. While others wait, a client gets half of those that are not
 * reserved. Even alone, it leaves a few to whoever comes next: a statement that has begun cannot be interrupted. The last
 * ones are for clients that have none, so that a few clients with long statements do not hold up all others. Those whose
 * statements took long wait for those whose statements did not.
 * Background work does not wait for a turn: it is short, and all clients need it.
 */
export class ConnectionTurns {
  /** Turns cost milliseconds: those that are expected and, once that is known, those beyond them. */
  readonly #waiting = new FairQueue<Waiting>(Infinity, ({ kind }) => expectedMs(kind));
  readonly #running = new Tally();
  #all = 0;
  #answeredAt = -Infinity;
  /** What each connection in use has had of Postgres' time so far, if they share it evenly. */
  #share = 0;
  #sharedAt = performance.now();

  /**
   * Urgent work and other work each leave `reserved` of the connections to the other. `slowness` says how much longer
   * Postgres takes now than when it has nothing else to do: see `DatabaseSpeed`.
   */
  constructor(
    private readonly connections: number,
    private readonly reserved: number,
    private readonly slowness: () => number = () => 1,
  ) {}

  /** How much work waits. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for a turn; the result ends it, and is told whether Postgres answered. Work with a connection never asks for a
   * second one: if each of many calls needed two, none might be left for any of them to continue.
   *
   * Paid work leaves the queue when the signal of its request aborts.
   *
   * @throws DatabaseBusy; DatabaseUnavailable when Postgres answered nobody while it waited; ThrottledError for paid work
   *   of a client that came to owe points while it waited
   */
  async take(): Promise<EndTurn> {
    const clients = currentClients();
    if (clients.owner === BACKGROUND_CLIENT) return () => undefined;
    const kind = kinds.getStore() ?? OTHER;
    const payer = kind.isPaid ? requestPayer() : undefined;
    const signal = payer?.signal;
    if (signal?.aborted === true) throw nobodyWaits(kind);
    if (this.#mayStart(kind, clients.owner)) {
      this.#waiting.serve(clients.owner, expectedMs(kind));
      return this.#start(kind, clients.owner, payer);
    }
    const own = this.#waiting.of(clients.owner).filter((other) => other.kind.name === kind.name).length;
    if (
      this.#running.of(waitingFor(kind)) >= kind.waiting ||
      isOverShare(clients.owner, own + 1, kind.waiting)
    )
      throw new DatabaseBusy(`Too much work of the kind "${kind.name}" waits for a connection`);
    const since = performance.now();
    this.#running.add(waitingFor(kind), 1);
    let abort = (): void => undefined;
    return new Promise<EndTurn>((resolve, reject) => {
      const leave = this.#waiting.push(clients, {
        kind,
        start: (client) => {
          clearTimeout(timer);
          try {
            // What waited may have been admitted before the bills of what came first.
            payer?.pay(0);
            resolve(this.#start(kind, client, payer));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
      });
      const timer = setTimeout(() => {
        leave();
        reject(
          this.#answeredAt > since
            ? new DatabaseBusy(`Work of the kind "${kind.name}" waited too long for a connection`)
            : new DatabaseUnavailable(new Error('no connection became free')),
        );
      }, MAX_WAIT_MS);
      abort = () => {
        clearTimeout(timer);
        leave();
        reject(nobodyWaits(kind));
      };
      signal?.addEventListener('abort', abort);
    }).finally(() => {
      signal?.removeEventListener('abort', abort);
      this.#running.add(waitingFor(kind), -1);
    });
  }

  #mayStart(kind: WorkKind, client: string): boolean {
    const { connections, reserved } = this;
    const others = this.#waiting.hasOthers(client);
    const most = others ? Math.floor((connections - reserved) / 2) : connections - 2 * reserved;
    const own = this.#running.of(ownLane(kind, client));
    return (
      this.#all < connections &&
      this.#running.of(laneOf(kind)) < connections - (own === 0 ? 1 : 2) * reserved &&
      // The last one of a kind, too, is for clients that have none of it.
      this.#running.of(kind.name) <
        kind.connections - (this.#running.of(ownOf(kind, client)) === 0 ? 0 : 1) &&
      own < most
    );
  }

  #start(kind: WorkKind, client: string, payer: RequestPayer | undefined): EndTurn {
    const used = [laneOf(kind), kind.name, ownLane(kind, client), ownOf(kind, client)];
    const count = (by: number): void => {
      this.#all += by;
      for (const key of used) this.#running.add(key, by);
    };
    const since = {
      share: this.#shareNow(),
      ms: performance.now(),
      loop: performance.eventLoopUtilization(),
    };
    count(1);
    return (isAnswered) => {
      const ms = performance.now() - since.ms;
      const sharedMs = Math.max(this.#shareNow() - since.share, ms / CORES);
      const busyMs = performance.eventLoopUtilization(since.loop).active;
      count(-1);
      if (isAnswered) this.#answeredAt = performance.now();
      const unexpectedMs = Math.min(sharedMs, LONG_MS) - expectedMs(kind);
      this.#waiting.charge(client, unexpectedMs > SHORT_MS ? unexpectedMs : 0);
      this.#startNext();
      if (!isAnswered || payer === undefined || sharedMs <= INCLUDED_MS) return;
      // What the event loop was busy with is nothing that Postgres took, nor is what others took of it.
      const paidMs = Math.min(sharedMs, ms / this.slowness(), ms - busyMs) - INCLUDED_MS;
      if (paidMs > 0) payer.owe(Math.ceil(Math.min(paidMs * POINTS_A_MS, MAX_TURN_COST)));
    };
  }

  #shareNow(): number {
    const now = performance.now();
    this.#share += (now - this.#sharedAt) / Math.max(1, this.#all);
    this.#sharedAt = now;
    return this.#share;
  }

  #startNext(): void {
    const mayStart = ({ kind }: Waiting, client: string): boolean => this.#mayStart(kind, client);
    for (let next = this.#waiting.shift(mayStart); next; next = this.#waiting.shift(mayStart))
      next.entry.start(next.client);
  }
}

/** As what waits for a connection in vain: others that share the work of the request then try it themselves. */
const nobodyWaits = ({ name }: WorkKind): DatabaseBusy =>
  new DatabaseBusy(`Nobody waits for work of the kind "${name}" any more`);

const expectedMs = (kind: WorkKind): number => Math.max(USUAL_MS, kind.expectedMs ?? 0);

const laneOf = ({ isUrgent }: WorkKind): string => (isUrgent ? 'lane urgent' : 'lane ordinary');
const ownLane = (kind: WorkKind, client: string): string => `${laneOf(kind)} of ${client}`;
const ownOf = ({ name }: WorkKind, client: string): string => `${name} of ${client}`;
const waitingFor = ({ name }: WorkKind): string => `waiting ${name}`;

/** How many there are of what. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, by: number): void {
    const count = this.of(key) + by;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
