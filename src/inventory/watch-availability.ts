import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChannelStore } from '../catalog/channel.store.js';
import type { Channel } from '../catalog/channel.types.js';
import { instantiate, readKey } from '../graph/node.js';
import { SkuStore } from '../catalog/sku.store.js';
import { Sku } from '../catalog/sku.types.js';
import { RequestError } from '../errors.js';
import { networkOf, siteOf } from '../platform/client-network.js';
import { Clients } from '../platform/clients.js';
import { FairQueue } from '../platform/fair-queue.js';
import { groupBy } from '../platform/group-by.js';
import { Holdings } from '../platform/holdings.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop, type Pause } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { sharesOf } from '../platform/shares.js';
import { skuPrice } from '../pricing/price.js';
import { AvailabilityReader, type WatchedSku } from './availability-reader.js';
import { skuAvailability } from './availability.js';
import {
  currentSkuPosition,
  readSkuChanges,
  SKU_CHANGES_KEPT_MS,
  type SkuPosition,
} from './sku-change.store.js';
import { StockLevel } from './availability.types.js';

/** While there are watchers: not every change is notified. */
const POLL_MS = 250;
/** Notifications come in bursts: changes within this time are read together. */
const MIN_GAP_MS = 50;
/**
 * After a slow read, the pause is this many times as long, so that what has changed uses at most a fifth of one
 * connection, and so does all else.
 */
const PAUSE_BY_READ = 4;
/** A new watcher wakes the loop; without watchers, it has nothing to do. */
const UNWATCHED_MS = 60_000;
/** SKUs per statement: about 10 ms in Postgres. */
const CHUNK = 250;
/** SKUs per poll, whether or not they have changed. Fewer, because a change that is noticed meanwhile waits for them. */
const POLLED = 100;
/** The log of changes is kept for at least this long after a round; what was not read by then is no longer in it. */
const LOG_READ_WITHIN_MS = SKU_CHANGES_KEPT_MS / 2;
/** SKUs that line up in one turn of the event loop. */
const QUEUED_AT_ONCE = 2_000;
/** Maximum SKUs of all subscriptions: each takes about 500 bytes. */
const MAX_WATCHED = 100_000;
/** Of them, one client (an address) watches at most this share. A shopper watches a few hundred SKUs. */
const SHARE_OF_CLIENT = 1 / 10;

/** Notifies subscriptions of changed availability and prices. */
export interface AvailabilityWatcher {
  /**
   * The SKUs with these ids as the channel offers them now, one by one, then each SKU again whenever its availability
   * or price changes for shoppers: the latest state in Postgres, not every state in between. An SKU that the channel
   * stops offering is reported once, as out of stock, and again when it comes back. Ending the iterator ends the
   * watch.
   *
   * When too much is watched, whoever watches more than this address, or its IPv6 site, loses a subscription for it:
   * that fails with SERVICE_OVERLOADED.
   *
   * @throws RequestError BAD_USER_INPUT, naming ids that the channel does not offer; SERVICE_OVERLOADED when too much
   * is watched, and nobody watches more; COST_EXCEEDED when too much of it is watched from this address
   */
  watch(channel: Channel, ids: readonly string[], address: string): Promise<AsyncIterableIterator<Sku>>;
  /** Checks soon, instead of at the next poll. */
  wake(): void;
  health: Loop['health'];
  close(): Promise<void>;
}

interface Joining {
  readonly skus: ReadonlyMap<number, WatchedSku>;
  /** The last read that had begun when it joined. Its SKUs are read in a later one. */
  readonly joinedIn: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One loop for all subscriptions of a gateway. Each round reads some SKUs and compares. First come those that the log of
 * changes names and those of new subscriptions; the clients that watch them take turns, so that nobody waits for the
 * thousands of another. Beside these, all that is watched is read over and over, a few SKUs at a time, because the log
 * does not have every cause of a change. Without watchers, nothing is read.
 */
export function watchAvailability(options: {
  db: Database;
  channels: ChannelStore;
  log: Logger;
  /** SKUs of all subscriptions. */
  most?: number;
}): AvailabilityWatcher {
  const { db, channels, log, most = MAX_WATCHED } = options;
  /** By channel handle, then by SKU key. */
  const watched = new Map<string, Map<number, WatchedSku>>();
  /** All that is watched; the next to be read without a reason comes first. */
  const inTurn = new Set<WatchedSku>();
  /** What is to be read soon. */
  const changed = new FairQueue<WatchedSku>();
  /** New readers whose SKUs have not all been read yet. */
  const joining = new Set<Joining>();
  /** By site. */
  const held = new Holdings<AvailabilityReader>();
  const mostOfClient = most * SHARE_OF_CLIENT;
  const shares = sharesOf(mostOfClient);
  /** Reads that have begun. */
  let reads = 0;
  /** Up to where the log has been read, and when. Null when it is not known what has changed since. */
  let seen: { readonly position: SkuPosition; readonly atMs: number } | null = null;
  let pollAtMs = 0;

  const queueFor = (readers: Iterable<AvailabilityReader>, sku: WatchedSku): void => {
    for (const { client } of readers) {
      if (sku.queued?.clients.names.has(client) === true) continue;
      const clients = new Clients(client);
      if (sku.queued === null) sku.queued = { clients, leave: changed.push(clients, sku) };
      else sku.queued.clients.join(clients);
    }
  };
  const unqueue = (sku: WatchedSku): void => {
    sku.queued?.leave();
    sku.queued = null;
  };

  const queueChanges = async (): Promise<void> => {
    const atMs = performance.now();
    const { position, keys } =
      seen === null || atMs - seen.atMs > LOG_READ_WITHIN_MS
        ? { position: await currentSkuPosition(db), keys: 'all' as const }
        : await readSkuChanges(db, seen.position);
    seen = { position, atMs };
    const named =
      keys === 'all'
        ? inTurn
        : [...watched.values()].flatMap((skus) => keys.flatMap((key) => skus.get(key) ?? []));
    let queued = 0;
    for (const sku of named) {
      queueFor(sku.readers, sku);
      queued += 1;
      if (queued % QUEUED_AT_ONCE === 0) await nextTurn();
    }
  };

  /** What has changed, or is new: so many as are read in one round. */
  const takeChanged = (): ReadonlySet<WatchedSku> => {
    const due = new Set<WatchedSku>();
    while (due.size < CHUNK) {
      const next = changed.shift();
      if (next === undefined) break;
      due.add(next.entry);
    }
    return due;
  };

  const takeInTurn = (): ReadonlySet<WatchedSku> => {
    const due = new Set<WatchedSku>();
    for (const sku of inTurn) {
      if (due.size === POLLED) break;
      due.add(sku);
    }
    for (const sku of due) {
      inTurn.delete(sku);
      inTurn.add(sku);
    }
    return due;
  };

  const readChannel = async (handle: string, skus: readonly WatchedSku[], readIn: number): Promise<void> => {
    const channel = await channels.find(handle);
    const found = await new SkuStore(db, channel).byKey.loadMany(skus.map(({ key }) => key));
    for (const [index, sku] of skus.entries()) {
      const read = found[index] ?? null;
      if (read instanceof Error) throw read;
      note(sku, read);
      sku.readIn = readIn;
    }
  };

  const failChannel = (handle: string, error: RequestError): void => {
    const skus = watched.get(handle)?.values() ?? [];
    const readers = new Set([...skus].flatMap((sku) => [...sku.readers]));
    for (const reader of readers) reader.fail(error);
  };

  /** Returns how long it took. */
  const read = async (skus: ReadonlySet<WatchedSku>): Promise<number> => {
    const startedAt = performance.now();
    reads += 1;
    const readIn = reads;
    skus.forEach(unqueue);
    for (const [handle, ofChannel] of groupBy(skus, ({ channel }) => channel)) {
      await readChannel(handle, ofChannel, readIn).catch((error: unknown) => {
        if (!(error instanceof RequestError)) throw error;
        // The channel no longer exists.
        failChannel(handle, error);
      });
    }
    return performance.now() - startedAt;
  };

  const admit = (): void => {
    for (const joined of joining) {
      const { skus, joinedIn, resolve } = joined;
      const isRead = ({ readIn, readers }: WatchedSku): boolean => readIn > joinedIn || readers.size === 0;
      if (![...skus.values()].every(isRead)) continue;
      joining.delete(joined);
      resolve();
    }
  };

  const round = async (): Promise<Pause> => {
    await queueChanges();
    const tookMs = await read(takeChanged());
    if (performance.now() >= pollAtMs) {
      const pollTookMs = await read(takeInTurn());
      pollAtMs = performance.now() + Math.max(POLL_MS, PAUSE_BY_READ * pollTookMs);
    }
    admit();
    const atLeastMs = Math.max(MIN_GAP_MS, PAUSE_BY_READ * tookMs);
    return { ms: changed.length > 0 ? atLeastMs : POLL_MS, atLeastMs };
  };

  const loop = startLoop({
    async round() {
      if (watched.size === 0) {
        seen = null;
        return { ms: UNWATCHED_MS };
      }
      try {
        return await round();
      } catch (error) {
        // What was taken to be read has not been.
        seen = null;
        for (const { reject } of joining) reject(error);
        joining.clear();
        throw error;
      }
    },
    log,
    says: {
      failing: 'Stock and prices could not be watched; trying again',
      recovered: 'Stock and prices are being watched again',
    },
  });

  /** Makes room for so many SKUs of this site, if need be at the cost of those who watch more. */
  const hasRoom = (site: string, count: number): boolean => {
    while (held.total + count > most) {
      const [loses] = held.largerThan(held.of(site) + count)?.items ?? [];
      if (loses === undefined) return false;
      loses.fail(overloaded());
    }
    return true;
  };

  const leave = (handle: string, skus: Map<number, WatchedSku>, reader: AvailabilityReader): void => {
    for (const sku of reader.watched) {
      sku.readers.delete(reader);
      if (sku.readers.size > 0) continue;
      skus.delete(sku.key);
      inTurn.delete(sku);
      unqueue(sku);
    }
    if (skus.size === 0 && watched.get(handle) === skus) watched.delete(handle);
  };

  return {
    async watch(channel, ids, address) {
      const keys = new Map(ids.map((id) => [id, readKey('Sku', id)]));
      const [client, site] = [networkOf(address), siteOf(address)];
      if (!shares.take(client, keys.size)) {
        throw new RequestError(
          'COST_EXCEEDED',
          `The subscriptions of your address would watch more than ${mostOfClient} SKUs: end some of them.`,
        );
      }
      if (!hasRoom(site, keys.size)) {
        shares.giveBack(client, keys.size);
        throw overloaded();
      }
      const skus = watched.get(channel.handle) ?? new Map<number, WatchedSku>();
      watched.set(channel.handle, skus);
      const mine = new Map<number, WatchedSku>();
      for (const key of keys.values()) {
        if (key === null) continue;
        const entry = skus.get(key) ?? unreadSku(key, channel.handle);
        skus.set(key, entry);
        inTurn.add(entry);
        mine.set(key, entry);
      }
      const reader = new AvailabilityReader(mine, site, () => {
        held.remove(reader);
        leave(channel.handle, skus, reader);
        shares.giveBack(client, keys.size);
      });
      held.add(site, reader, keys.size);
      for (const sku of mine.values()) {
        sku.readers.add(reader);
        queueFor([reader], sku);
      }
      const read = new Promise<void>((resolve, reject) => {
        joining.add({ skus: mine, joinedIn: reads, resolve, reject });
      });
      loop.wake();
      try {
        await read;
        const unknown = [...keys].filter(([, key]) => key === null || !mine.get(key)?.offered);
        if (unknown.length > 0)
          throw notOffered(
            channel,
            unknown.map(([id]) => id),
          );
      } catch (error) {
        await reader.return();
        throw error;
      }
      for (const key of mine.keys()) reader.changed(key);
      return reader;
    },
    wake: () => {
      if (watched.size > 0) loop.wake();
    },
    health: () => loop.health(),
    close: () => loop.close(),
  };
}

const overloaded = (): RequestError =>
  new RequestError(
    'SERVICE_OVERLOADED',
    'This gateway is already watching as many SKUs as it can: try again later, or watch fewer.',
  );

const unreadSku = (key: number, channel: string): WatchedSku => ({
  key,
  channel,
  sku: null,
  state: '',
  offered: false,
  readers: new Set(),
  readIn: 0,
  queued: null,
});

/** Records the result of reading an SKU, and notifies its readers if the state that shoppers see has changed. */
function note(entry: WatchedSku, read: Sku | null): void {
  entry.offered = read !== null;
  entry.sku = read ?? (entry.sku && withdrawn(entry.sku));
  if (entry.sku === null) return;
  const { sellable, level, quantity, promised, restockAt } = skuAvailability(entry.sku);
  const state = JSON.stringify([sellable, level, quantity, promised, restockAt, skuPrice(entry.sku)]);
  if (state === entry.state) return;
  entry.state = state;
  for (const reader of entry.readers) reader.changed(entry.key);
}

/** Without an offer there is no row for this state: the channel does not sell the SKU. */
function withdrawn(sku: Sku): Sku {
  const gone = {
    sellable: 0,
    promised: 0,
    counted: true,
    level: StockLevel.OUT_OF_STOCK,
    restockAt: null,
    asOf: new Date(),
  };
  return Object.assign(instantiate(Sku, sku), gone);
}

function notOffered({ handle }: Channel, ids: readonly string[]): RequestError {
  const quoted = ids.map((id) => JSON.stringify(id)).join(', ');
  return new RequestError(
    'BAD_USER_INPUT',
    `The channel "${handle}" offers no SKU with the id ${quoted}: pass \`Sku.id\` of SKUs that it offers.`,
  );
}
