import { RequestError } from '../errors.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { networkOf, siteOf } from '../platform/client-network.js';
import { Holdings } from '../platform/holdings.js';
import { sharesOf } from '../platform/shares.js';
import { readEventsAfter, type WatchEventRow } from './watch-event.store.js';

/** While there are subscriptions: not every event is notified. */
const POLL_MS = 500;
/** Events come in bursts. */
const MIN_GAP_MS = 50;
/** A new subscription wakes the loop; without one, it has nothing to do. */
const UNWATCHED_MS = 60_000;
/** Watches of all subscriptions of a gateway, each in the one statement of a round. */
const MAX_FOLLOWED_OF_ALL = 10_000;
/** Watches of the subscriptions of one client (an address or an IPv6 network). */
const MAX_OF_CLIENT = 1_000;
/** Events of a subscription in memory. One that reads slowly gets the others from Postgres later. */
const MAX_BUFFERED = 50;
/** Events per statement. */
const READ_AT_ONCE = 500;
/** Subscriptions that are read by themselves in a round, because they have not taken what the others have been told. */
const BEHIND_AT_ONCE = 4;

/** Tells subscriptions of the events of watches. */
export interface WatchEvents {
  /**
   * Each event of these watches after the event with the number `after`, in order. When too much is followed, whoever
   * follows most, by address or IPv6 site, gives way: its next event is the error SERVICE_OVERLOADED.
   *
   * @throws RequestError SERVICE_OVERLOADED when too much is followed; COST_EXCEEDED when too much of it by this client
   */
  follow(watches: readonly number[], after: number, address: string): AsyncIterableIterator<WatchEventRow>;
  /** Checks soon, instead of at the next poll. */
  wake(): void;
  health: Loop['health'];
  close(): Promise<void>;
}

/** One loop for all subscriptions of a gateway, which reads the events of what they follow in one statement. */
export function tellWatchEvents({
  db,
  log,
  most = MAX_FOLLOWED_OF_ALL,
}: {
  readonly db: Database;
  readonly log: Logger;
  readonly most?: number;
}): WatchEvents {
  const readers = new Set<EventReader>();
  const shares = sharesOf(MAX_OF_CLIENT);
  /** By site. */
  const held = new Holdings<EventReader>();

  /** What those that are not behind have been told. Events are committed in the order of their numbers. */
  let told = 0;

  /** Returns whether there is more. */
  const tellAll = async (): Promise<boolean> => {
    const hungry = [...readers].filter((reader) => reader.last >= told && reader.hasRoom());
    if (hungry.length === 0) return false;
    const watches = [...new Set(hungry.flatMap((reader) => [...reader.watches]))];
    const after = Math.min(...hungry.map((reader) => reader.last));
    const rows = await readEventsAfter(db, watches, after, READ_AT_ONCE);
    told = Math.max(told, rows.at(-1)?.number ?? after);
    for (const reader of hungry) reader.tell(rows, told);
    return rows.length === READ_AT_ONCE;
  };

  /** In turns, so that what one of them has not taken yet keeps nobody from what is new. Returns whether there is more. */
  const tellThoseBehind = async (): Promise<boolean> => {
    const behind = [...readers].filter((reader) => reader.last < told && reader.hasRoom());
    for (const reader of behind.slice(0, BEHIND_AT_ONCE)) {
      const upTo = told;
      const rows = await readEventsAfter(db, [...reader.watches], reader.last, MAX_BUFFERED);
      const last = rows.length < MAX_BUFFERED ? upTo : rows.at(-1)?.number;
      reader.tell(rows, last ?? upTo);
      if (readers.delete(reader)) readers.add(reader);
    }
    return behind.length > 0;
  };

  const loop = startLoop({
    async round() {
      if (readers.size === 0) return { ms: UNWATCHED_MS };
      const hasMore = await tellAll();
      const hasBehind = await tellThoseBehind();
      return { ms: hasMore || hasBehind ? MIN_GAP_MS : POLL_MS, atLeastMs: MIN_GAP_MS };
    },
    log,
    says: {
      failing: 'The events of watches could not be read; trying again',
      recovered: 'The events of watches are being read again',
    },
  });

  /** Makes room for so many watches of this site, if need be at the cost of those who follow more. */
  const hasRoom = (site: string, count: number): boolean => {
    while (held.total + count > most) {
      const [loses] = held.largerThan(held.of(site) + count)?.items ?? [];
      if (loses === undefined) return false;
      loses.fail(overloaded());
    }
    return true;
  };

  return {
    follow(watches, after, address) {
      const [client, site] = [networkOf(address), siteOf(address)];
      if (!shares.take(client, watches.length)) {
        throw new RequestError(
          'COST_EXCEEDED',
          `The subscriptions of your address would follow more than ${MAX_OF_CLIENT} watches: end some of them.`,
        );
      }
      if (!hasRoom(site, watches.length)) {
        shares.giveBack(client, watches.length);
        throw overloaded();
      }
      const reader: EventReader = new EventReader(new Set(watches), after, () => {
        held.remove(reader);
        shares.giveBack(client, watches.length);
        readers.delete(reader);
      });
      held.add(site, reader, watches.length);
      readers.add(reader);
      loop.wake();
      return reader;
    },
    wake: () => {
      if (readers.size > 0) loop.wake();
    },
    health: () => loop.health(),
    close: () => loop.close(),
  };
}

const overloaded = (): RequestError =>
  new RequestError(
    'SERVICE_OVERLOADED',
    'This gateway is already following as many watches as it can: try again later.',
  );

/** One subscription. */
class EventReader implements AsyncIterableIterator<WatchEventRow> {
  readonly #onEnd: () => void;
  readonly #buffer: WatchEventRow[] = [];
  #waiting: PromiseWithResolvers | null = null;
  #failure: Error | null = null;
  #ended = false;

  constructor(
    readonly watches: ReadonlySet<number>,
    /** The number of the last event that it has. */
    public last: number,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
  }

  hasRoom(): boolean {
    return this.#buffer.length < MAX_BUFFERED;
  }

  /** The next events, of any watches, in order. There are no others of its own up to this number. */
  tell(rows: readonly WatchEventRow[], upTo: number): void {
    const own = rows.filter(({ number, watchNumber }) => number > this.last && this.watches.has(watchNumber));
    const taken = own.slice(0, MAX_BUFFERED - this.#buffer.length);
    this.#buffer.push(...taken);
    this.last = Math.max(this.last, taken.length < own.length ? (taken.at(-1)?.number ?? 0) : upTo);
    const next = this.#waiting === null ? undefined : this.#buffer.shift();
    if (next === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ value: next });
  }

  next(): Promise<IteratorResult<WatchEventRow>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const next = this.#buffer.shift();
    if (next !== undefined) return Promise.resolve({ value: next });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<WatchEventRow>> {
    this.#end();
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the subscription with an error for its client. */
  fail(error: Error): void {
    this.#failure = error;
    this.#end();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

interface PromiseWithResolvers {
  readonly resolve: (result: IteratorResult<WatchEventRow>) => void;
  readonly reject: (error: Error) => void;
}
