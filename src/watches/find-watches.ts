import { isNobody, ownerOf } from '../access/caller.js';
import { instantiate, MAX_KEY, readUuid } from '../graph/node.js';
import { pageByKey, type PageOfList } from '../graph/page-by-key.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import type { Queryable } from '../platform/postgres.js';
import { priceOf } from '../pricing/price.js';
import { listEventRows, readEvents, type WatchEventRow } from './watch-event.store.js';
import { listOwnWatches, readWatches, type WatchRow } from './watch.store.js';
import {
  Watch,
  WatchConnection,
  WatchEdge,
  WatchEvent,
  WatchEventConnection,
  WatchEventEdge,
} from './watch.types.js';

const WATCH_CURSOR = 'WatchCursor';
const EVENT_CURSOR = 'WatchEventCursor';

/** What to do about a watch that does not exist or does not belong to the caller. */
export const NO_WATCH =
  'There is no such watch, or it is not yours: send the API key and the shopper token that created it.';

export const toWatch = (row: WatchRow): Watch => instantiate(Watch, row);

export const toEvent = (row: WatchEventRow): WatchEvent =>
  instantiate(WatchEvent, { ...row, price: priceOf(row.amount, row.currency) });

/** A watch that the caller may see; null if there is none. */
export async function lookUpWatch(db: Queryable, context: Context, id: string): Promise<Watch | null> {
  const uuid = readUuid('Watch', id);
  return uuid === null ? null : watchByUuid(db, context, uuid);
}

/** The same, by its row id. */
export const watchByUuid = lookUpPerRequest(async (db, { caller }, uuids: readonly string[]) => {
  const rows = await readWatches(db, uuids, ownerOf(caller));
  return new Map(rows.map((row) => [row.uuid, toWatch(row)]));
});

/** An event of a watch that the caller may see; null if there is none. */
export async function lookUpEvent(db: Queryable, context: Context, id: string): Promise<WatchEvent | null> {
  const uuid = readUuid('WatchEvent', id);
  return uuid === null ? null : events(db, context, uuid);
}

const events = lookUpPerRequest(async (db, { caller }, uuids: readonly string[]) => {
  const rows = await readEvents(db, uuids, ownerOf(caller));
  return new Map(rows.map((row) => [row.uuid, toEvent(row)]));
});

/**
 * One page of the caller's watches, newest first; callers without an API key and a shopper have no list.
 * @throws RequestError BAD_USER_INPUT, INVALID_CURSOR
 */
export const listWatches = async (
  db: Queryable,
  { caller }: Context,
  page: PageOfList,
): Promise<WatchConnection> =>
  instantiate(
    WatchConnection,
    await pageByKey(page, {
      cursor: WATCH_CURSOR,
      read: async (below, limit) =>
        isNobody(caller) ? [] : listOwnWatches(db, ownerOf(caller), below ?? MAX_KEY, limit),
      key: ({ number }) => number,
      node: toWatch,
      edge: WatchEdge,
    }),
  );

/** One page of the events of a watch, newest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export const listEvents = async (
  db: Queryable,
  { number: watch }: Watch,
  page: PageOfList,
): Promise<WatchEventConnection> =>
  instantiate(
    WatchEventConnection,
    await pageByKey(page, {
      cursor: EVENT_CURSOR,
      read: (below, limit) => listEventRows(db, watch, below ?? MAX_KEY, limit),
      key: ({ number }) => number,
      node: toEvent,
      edge: WatchEventEdge,
    }),
  );
