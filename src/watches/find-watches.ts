import { toGlobalId } from 'graphql-relay';
import { isNobody, ownerOf } from '../access/caller.js';
import { RequestError } from '../errors.js';
import { splitGlobalId } from '../graph/global-id.js';
import { instantiate, MAX_KEY, readKey } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WATCH_CURSOR = 'WatchCursor';
const EVENT_CURSOR = 'WatchEventCursor';

interface PageOfList {
  readonly first: number;
  readonly after: string | null;
}

/** The row id in the global id of this type; null for any other text. */
export function readUuid(type: 'Watch' | 'WatchEvent', id: string): string | null {
  const { type: found, name } = splitGlobalId(id);
  return found === type && UUID.test(name) ? name : null;
}

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
export async function listWatches(
  db: Queryable,
  { caller }: Context,
  { first, after }: PageOfList,
): Promise<WatchConnection> {
  const below = startOf(WATCH_CURSOR, first, after);
  const rows = isNobody(caller) ? [] : await listOwnWatches(db, ownerOf(caller), below, first + 1);
  const edges = rows
    .slice(0, first)
    .map((row) =>
      instantiate(WatchEdge, { cursor: toGlobalId(WATCH_CURSOR, row.number), node: toWatch(row) }),
    );
  const pageInfo = pageInfoOf(edges, rows.length > first, after);
  return instantiate(WatchConnection, { edges, nodes: edges.map(({ node }) => node), pageInfo });
}

/** One page of the events of a watch, newest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listEvents(
  db: Queryable,
  { number }: Watch,
  { first, after }: PageOfList,
): Promise<WatchEventConnection> {
  const below = startOf(EVENT_CURSOR, first, after);
  const rows = await listEventRows(db, number, below, first + 1);
  const edges = rows
    .slice(0, first)
    .map((row) =>
      instantiate(WatchEventEdge, { cursor: toGlobalId(EVENT_CURSOR, row.number), node: toEvent(row) }),
    );
  const pageInfo = pageInfoOf(edges, rows.length > first, after);
  return instantiate(WatchEventConnection, { edges, nodes: edges.map(({ node }) => node), pageInfo });
}

/** The number that all entries of the page are below. */
function startOf(type: string, first: number, after: string | null): number {
  checkFirst(first);
  const number = after === null ? MAX_KEY : readKey(type, after);
  if (number !== null) return number;
  throw new RequestError(
    'INVALID_CURSOR',
    'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
  );
}

function pageInfoOf(
  edges: readonly { readonly cursor: string }[],
  hasNextPage: boolean,
  after: string | null,
): PageInfo {
  return instantiate(PageInfo, {
    hasNextPage,
    hasPreviousPage: after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  });
}
