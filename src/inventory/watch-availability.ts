import type { ChannelStore } from '../catalog/channel.store.js';
import type { Channel } from '../catalog/channel.types.js';
import { instantiate, readKey } from '../graph/node.js';
import { SkuStore } from '../catalog/sku.store.js';
import { Sku } from '../catalog/sku.types.js';
import { RequestError } from '../errors.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { sharesOf } from '../platform/shares.js';
import { skuPrice } from '../pricing/price.js';
import { AvailabilityReader, type WatchedSku } from './availability-reader.js';
import { skuAvailability } from './availability.js';
import { StockLevel } from './availability.types.js';

/** While there are watchers. Holds that expire and prices that become valid send no notification. */
const POLL_MS = 250;
/** Notifications come in bursts: changes within this time are read together. */
const MIN_GAP_MS = 50;
/**
 * After a slow round, the pause is this many times as long, so that watching uses at most a fifth of one connection.
 */
const PAUSE_BY_ROUND = 4;
/** A new watcher wakes the loop; without watchers, it has nothing to do. */
const UNWATCHED_MS = 60_000;
/** Maximum SKUs per statement. */
const CHUNK = 1_000;
/**
 * Maximum SKUs of all subscriptions: each takes about 100 bytes, and every thousand of them a statement per round.
 */
const MAX_WATCHED = 100_000;
/** SKUs of the subscriptions of one client (an address). A shopper watches a few hundred at most. */
const MAX_WATCHED_PER_CLIENT = MAX_WATCHED / 10;

/** Notifies subscriptions of changed availability and prices. */
export interface AvailabilityWatcher {
  /**
   * The SKUs with these ids as the channel offers them now, one by one, then each SKU again whenever its availability
   * or price changes for shoppers: the latest state in Postgres, not every state in between. An SKU that the channel
   * stops offering is reported once, as out of stock, and again when it comes back. Ending the iterator ends the
   * watch.
   *
   * @throws RequestError BAD_USER_INPUT, naming ids that the channel does not offer; SERVICE_OVERLOADED when too much
   * is watched; COST_EXCEEDED when too much of it is watched by this client
   */
  watch(channel: Channel, ids: readonly string[], client: string): Promise<AsyncIterableIterator<Sku>>;
  /** Checks soon, instead of at the next poll. */
  wake(): void;
  health: Loop['health'];
  close(): Promise<void>;
}

interface Joining {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One loop for all subscriptions of a gateway. It reads everything that is watched and compares, so it detects every
 * change, no matter who made it or how, without a log of changes. Without watchers, it reads nothing.
 */
export function watchAvailability(options: {
  db: Database;
  channels: ChannelStore;
  log: Logger;
}): AvailabilityWatcher {
  const { db, channels, log } = options;
  /** By channel handle, then by SKU key. */
  const watched = new Map<string, Map<number, WatchedSku>>();
  /** New readers whose SKUs have not been read yet. */
  let joining: Joining[] = [];
  let watches = 0;
  const shares = sharesOf(MAX_WATCHED_PER_CLIENT);

  const readChannel = async (handle: string, skus: ReadonlyMap<number, WatchedSku>): Promise<void> => {
    const channel = await channels.find(handle);
    const keys = [...skus.keys()];
    for (let start = 0; start < keys.length; start += CHUNK) {
      const chunk = keys.slice(start, start + CHUNK);
      const found = await new SkuStore(db, channel).byKey.loadMany(chunk);
      for (const [index, key] of chunk.entries()) {
        const sku = found[index] ?? null;
        if (sku instanceof Error) throw sku;
        const entry = skus.get(key);
        if (entry) note(entry, sku);
      }
    }
  };

  const round = async (): Promise<void> => {
    const joined = joining;
    joining = [];
    try {
      for (const [handle, skus] of watched) {
        await readChannel(handle, skus).catch((error: unknown) => {
          if (!(error instanceof RequestError)) throw error;
          // The channel no longer exists.
          const readers = new Set([...skus.values()].flatMap((entry) => [...entry.readers]));
          for (const reader of readers) reader.fail(error);
        });
      }
    } catch (error) {
      for (const { reject } of joined) reject(error);
      throw error;
    }
    for (const { resolve } of joined) resolve();
  };

  const loop = startLoop({
    async round() {
      if (watched.size === 0) return { ms: UNWATCHED_MS };
      const startedAt = performance.now();
      await round();
      const atLeastMs = Math.max(MIN_GAP_MS, PAUSE_BY_ROUND * (performance.now() - startedAt));
      return { ms: POLL_MS, atLeastMs };
    },
    log,
    says: {
      failing: 'Stock and prices could not be watched; trying again',
      recovered: 'Stock and prices are being watched again',
    },
  });

  const leave = (handle: string, skus: Map<number, WatchedSku>, reader: AvailabilityReader): void => {
    for (const { key, readers } of reader.watched) {
      watches -= 1;
      readers.delete(reader);
      if (readers.size === 0) skus.delete(key);
    }
    if (skus.size === 0 && watched.get(handle) === skus) watched.delete(handle);
  };

  return {
    async watch(channel, ids, client) {
      const keys = new Map(ids.map((id) => [id, readKey('Sku', id)]));
      if (watches + keys.size > MAX_WATCHED) {
        throw new RequestError(
          'SERVICE_OVERLOADED',
          'This gateway is already watching as many SKUs as it can: try again later.',
        );
      }
      if (!shares.take(client, keys.size)) {
        throw new RequestError(
          'COST_EXCEEDED',
          `The subscriptions of your address would watch more than ${MAX_WATCHED_PER_CLIENT} SKUs: end some of them.`,
        );
      }
      const skus = watched.get(channel.handle) ?? new Map<number, WatchedSku>();
      watched.set(channel.handle, skus);
      const mine = new Map<number, WatchedSku>();
      for (const key of keys.values()) {
        if (key === null) continue;
        const entry = skus.get(key) ?? { key, sku: null, state: '', offered: false, readers: new Set() };
        skus.set(key, entry);
        mine.set(key, entry);
      }
      const reader = new AvailabilityReader(mine, () => {
        leave(channel.handle, skus, reader);
        shares.giveBack(client, keys.size);
      });
      watches += mine.size;
      for (const { readers } of mine.values()) readers.add(reader);
      const read = new Promise<void>((resolve, reject) => joining.push({ resolve, reject }));
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
