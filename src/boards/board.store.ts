import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { BOARD_SIZE, PICTURE_SIZE } from './limits.js';

const boardRow = z.object({
  uuid: z.string(),
  number: z.number(),
  title: z.string(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type BoardRow = z.infer<typeof boardRow>;

const BOARD_COLUMNS = sql`id AS uuid, number, title, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Who may see them: their owner; for a board without a key and a shopper, anyone who knows its id. */
const reachable = (uuids: readonly string[], { key, shopper }: Owner) =>
  sql`id = ${anyOf(uuids, 'uuid')} AND ((owner = ${key}::integer AND shopper = ${shopper}::bytea) OR (owner = 0 AND shopper = ''))`;

/** Those of these boards that the caller may see. */
export async function readBoards(db: Queryable, uuids: readonly string[], owner: Owner): Promise<BoardRow[]> {
  return queryPrepared(
    db,
    sql`/* board.find */ SELECT ${BOARD_COLUMNS} FROM boards WHERE ${reachable(uuids, owner)}`,
    boardRow,
  );
}

/** Locks a board that the caller may see until the end of the transaction; returns whether it exists. */
export async function lockBoard(client: ClientBase, uuid: string, owner: Owner): Promise<boolean> {
  const locked = await execute(
    client,
    sql`/* board.lock */ SELECT FROM boards WHERE ${reachable([uuid], owner)} FOR UPDATE`,
  );
  return locked > 0;
}

/** An owner's boards, newest first, below a number. */
export async function listOwnBoards(
  db: Queryable,
  { key, shopper }: Owner,
  below: number,
  limit: number,
): Promise<BoardRow[]> {
  return queryPrepared(
    db,
    sql`/* board.list */ SELECT ${BOARD_COLUMNS} FROM boards
      WHERE owner = ${key} AND shopper = ${shopper} AND number < ${below} ORDER BY number DESC LIMIT ${limit}`,
    boardRow,
  );
}

/** How many boards an owner has. No other transaction can add one until this transaction ends. */
export async function countBoards(client: ClientBase, { key, shopper }: Owner): Promise<number> {
  await execute(
    client,
    shopper.length > 0
      ? sql`/* board.lockShopper */
        SELECT pg_advisory_xact_lock(hashtext('shopper'), hashtext(encode(${shopper}::bytea, 'hex')))`
      : sql`/* board.lockOwner */ SELECT FROM api_keys WHERE id = ${key} FOR NO KEY UPDATE`,
  );
  const [row] = await query(
    client,
    sql`/* board.count */ SELECT count(*) AS count FROM boards WHERE owner = ${key} AND shopper = ${shopper}`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}

/**
 * Returns the id of the new board. `line`: whose boards it is counted with (32 bytes), if its owner is nobody in particular.
 */
export async function insertBoard(
  client: ClientBase,
  { key, shopper }: Owner,
  title: string,
  line: Buffer | null,
): Promise<string> {
  const [row] = await query(
    client,
    sql`/* board.insert */ INSERT INTO boards (owner, shopper, title, line)
      VALUES (${key}, ${shopper}, ${title}, ${line}::bytea) RETURNING id`,
    z.object({ id: z.string() }),
  );
  if (row === undefined) throw new Error('board.insert answers the id');
  return row.id;
}

export async function renameBoard(client: ClientBase, uuid: string, title: string): Promise<void> {
  await execute(
    client,
    sql`/* board.rename */ UPDATE boards SET title = ${title}, updated_at = now() WHERE id = ${uuid}::uuid`,
  );
}

export async function deleteBoard(client: ClientBase, uuid: string): Promise<void> {
  await execute(client, sql`/* board.delete */ DELETE FROM boards WHERE id = ${uuid}::uuid`);
}

/** Records that its pins changed, because boards in use are not deleted, and how many it has. */
export async function touchBoard(client: ClientBase, uuid: string): Promise<void> {
  await execute(
    client,
    sql`/* board.touch */ UPDATE boards SET updated_at = now(), size = (
        SELECT ${BOARD_SIZE} + count(*) + ${PICTURE_SIZE - 1} * count(sha256) FROM pins WHERE board_id = boards.id)
      WHERE id = ${uuid}::uuid`,
  );
}

/**
 * What a client has on boards without an owner, in pins (limits.ts). Calls at the same time do not see each other, so it may
 * get a few more than it may have.
 */
export const sizeOfLine = (client: ClientBase, line: Buffer): Promise<number> =>
  sizeWhere(client, sql`line = ${line}::bytea`);

/** The same of the client that created this board; 0 if the board has an owner. */
export const sizeBeside = (client: ClientBase, uuid: string): Promise<number> =>
  sizeWhere(client, sql`line = (SELECT line FROM boards WHERE id = ${uuid}::uuid)`);

async function sizeWhere(client: ClientBase, condition: Sql): Promise<number> {
  const [row] = await query(
    client,
    sql`/* board.size */ SELECT coalesce(sum(size), 0) AS size FROM boards WHERE ${condition}`,
    z.object({ size: z.number() }),
  );
  return row?.size ?? 0;
}
