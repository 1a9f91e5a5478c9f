import type { ClientBase } from 'pg';
import { instantiate, readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import { type Caller, ownerOf } from '../access/caller.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import type { Queryable } from '../platform/postgres.js';
import { lockBoard, readBoards } from './board.store.js';
import { Board } from './board.types.js';

/** A board that the caller may see; null if there is none. */
export async function findBoard(db: Queryable, caller: Caller, id: string): Promise<Board | null> {
  const uuid = readUuid('Board', id);
  return uuid === null ? null : ((await boardsOf(db, caller, [uuid])).get(uuid) ?? null);
}

/** The same, together with the other boards that the request asks for. */
export async function lookUpBoard(db: Queryable, context: Context, id: string): Promise<Board | null> {
  const uuid = readUuid('Board', id);
  return uuid === null ? null : lookUp(db, context, uuid);
}

const lookUp = lookUpPerRequest((db, { caller }, uuids: readonly string[]) => boardsOf(db, caller, uuids));

async function boardsOf(
  db: Queryable,
  caller: Caller,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, Board>> {
  const rows = await readBoards(db, uuids, ownerOf(caller));
  return new Map(rows.map((row) => [row.uuid, instantiate(Board, row)]));
}

/** What to do about a board that does not exist or does not belong to the caller. */
export const NO_BOARD =
  'There is no such board, or it is not yours: send the API key and the shopper token that created it, or create a board with boardCreate.';

/**
 * Locks a board against other writers until the end of the transaction; returns its row id.
 * @throws EntryErrors NOT_FOUND
 */
export async function requireBoard(client: ClientBase, caller: Caller, id: string): Promise<string> {
  const uuid = readUuid('Board', id);
  if (uuid !== null && (await lockBoard(client, uuid, ownerOf(caller)))) return uuid;
  throw new EntryErrors([userError('NOT_FOUND', ['board'], NO_BOARD)]);
}
