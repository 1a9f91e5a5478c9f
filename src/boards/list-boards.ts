import { toGlobalId } from 'graphql-relay';
import { isNobody, ownerOf } from '../access/caller.js';
import { instantiate, MAX_KEY, readKey } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import { RequestError } from '../errors.js';
import type { Queryable } from '../platform/postgres.js';
import { listOwnBoards } from './board.store.js';
import { Board, BoardConnection, BoardEdge, Pin, PinConnection, PinEdge } from './board.types.js';
import { uploadedImage } from '../images/uploaded-image.js';
import { listPinRows, readOwnPins, type PinRow } from './pin.store.js';

const BOARD_CURSOR = 'BoardCursor';
const PIN_CURSOR = 'PinCursor';

interface PageOfList {
  readonly first: number;
  readonly after: string | null;
}

/**
 * One page of the caller's boards, newest first; callers without an API key and a shopper have no list.
 * @throws RequestError BAD_USER_INPUT, INVALID_CURSOR
 */
export async function listBoards(
  db: Queryable,
  { caller }: Context,
  { first, after }: PageOfList,
): Promise<BoardConnection> {
  const below = startOf(BOARD_CURSOR, first, after);
  const rows = isNobody(caller) ? [] : await listOwnBoards(db, ownerOf(caller), below, first + 1);
  const edges = rows.slice(0, first).map((row) =>
    instantiate(BoardEdge, {
      cursor: toGlobalId(BOARD_CURSOR, row.number),
      node: instantiate(Board, row),
    }),
  );
  const pageInfo = pageInfoOf(edges, rows.length > first, after);
  return instantiate(BoardConnection, { edges, nodes: edges.map(({ node }) => node), pageInfo });
}

/** One page of a board's pins, newest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listPins(
  db: Queryable,
  { uuid }: Board,
  { first, after }: PageOfList,
): Promise<PinConnection> {
  const rows = await listPinRows(db, uuid, startOf(PIN_CURSOR, first, after), first + 1);
  const edges = rows
    .slice(0, first)
    .map((row) => instantiate(PinEdge, { cursor: toGlobalId(PIN_CURSOR, row.key), node: toPin(row) }));
  const pageInfo = pageInfoOf(edges, rows.length > first, after);
  return instantiate(PinConnection, { edges, nodes: edges.map(({ node }) => node), pageInfo });
}

/** A pin by its row id. Row ids are easy to guess, so it must be on a board in the caller's list. */
export const findPin = lookUpPerRequest(async (db, { caller }, keys: readonly number[]) => {
  const rows = isNobody(caller) ? [] : await readOwnPins(db, keys, ownerOf(caller));
  return new Map(rows.map((row) => [row.key, toPin(row)]));
});

/** The key that all entries of the page are below. */
function startOf(type: string, first: number, after: string | null): number {
  checkFirst(first);
  const key = after === null ? MAX_KEY : readKey(type, after);
  if (key !== null) return key;
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

function toPin({ upload, ...row }: PinRow): Pin {
  return instantiate(Pin, { ...row, upload: upload === null ? null : uploadedImage(upload.sha256, upload) });
}
