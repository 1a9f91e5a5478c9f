import { isNobody, ownerOf } from '../access/caller.js';
import { instantiate, MAX_KEY } from '../graph/node.js';
import { pageByKey, type PageOfList } from '../graph/page-by-key.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import type { Queryable } from '../platform/postgres.js';
import { listOwnBoards } from './board.store.js';
import { Board, BoardConnection, BoardEdge, Pin, PinConnection, PinEdge } from './board.types.js';
import { uploadedImage } from '../images/uploaded-image.js';
import { listPinRows, readOwnPins, type PinRow } from './pin.store.js';

const BOARD_CURSOR = 'BoardCursor';
const PIN_CURSOR = 'PinCursor';

/**
 * One page of the caller's boards, newest first; callers without an API key and a shopper have no list.
 * @throws RequestError BAD_USER_INPUT, INVALID_CURSOR
 */
export const listBoards = async (
  db: Queryable,
  { caller }: Context,
  page: PageOfList,
): Promise<BoardConnection> =>
  instantiate(
    BoardConnection,
    await pageByKey(page, {
      cursor: BOARD_CURSOR,
      read: async (below, limit) =>
        isNobody(caller) ? [] : listOwnBoards(db, ownerOf(caller), below ?? MAX_KEY, limit),
      key: ({ number }) => number,
      node: (row) => instantiate(Board, row),
      edge: BoardEdge,
    }),
  );

/** One page of a board's pins, newest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export const listPins = async (db: Queryable, { uuid }: Board, page: PageOfList): Promise<PinConnection> =>
  instantiate(
    PinConnection,
    await pageByKey(page, {
      cursor: PIN_CURSOR,
      read: (below, limit) => listPinRows(db, uuid, below ?? MAX_KEY, limit),
      key: ({ key }) => key,
      node: toPin,
      edge: PinEdge,
    }),
  );

/** A pin by its row id. Row ids are easy to guess, so it must be on a board in the caller's list. */
export const findPin = lookUpPerRequest(async (db, { caller }, keys: readonly number[]) => {
  const rows = isNobody(caller) ? [] : await readOwnPins(db, keys, ownerOf(caller));
  return new Map(rows.map((row) => [row.key, toPin(row)]));
});

function toPin({ upload, ...row }: PinRow): Pin {
  return instantiate(Pin, { ...row, upload: upload === null ? null : uploadedImage(upload.sha256, upload) });
}
