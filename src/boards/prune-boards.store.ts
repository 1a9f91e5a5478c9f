import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { deletePinnedVectors } from '../images/embedding.store.js';
import { execute, query, transaction, type Database } from '../platform/postgres.js';

/** Nobody in particular has them. */
const OF_NOBODY = sql`owner = 0 AND shopper = ''`;

/** Deletes boards of nobody in particular that have not changed for this many days; returns how many. */
export function pruneOldBoards(db: Database, days: number, limit: number): Promise<number> {
  return deleteLocked(
    db,
    sql`/* board.lockOld */ SELECT id FROM boards
      WHERE ${OF_NOBODY} AND updated_at < now() - ${days} * interval '1 day'
      ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
  );
}

/**
 * The boards of nobody in particular, up to `limit`, that are to be deleted so that those left have together at most `most`
 * pins (limits.ts). Room is shared out evenly: of the clients that have most, until they have equally much, those boards that were
 * changed longest ago. So whoever has less than an even share loses nothing, however many others crowd in.
 */
export async function findCrowding(db: Database, most: number, limit: number): Promise<string[]> {
  const rows = await query(
    db,
    sql`/* board.crowding */ WITH nobodys AS (
        SELECT id, size, updated_at, coalesce(line, uuid_send(id)) AS line FROM boards WHERE ${OF_NOBODY}
      ), stacked AS (
        SELECT id, size, sum(size) OVER (PARTITION BY line ORDER BY updated_at DESC, id) AS height FROM nobodys
      ), filled AS (
        SELECT id, sum(size) OVER (ORDER BY height, id) AS filled FROM stacked
      )
      SELECT id FROM filled WHERE filled > ${most} AND (SELECT sum(size) FROM nobodys) > ${most}
      ORDER BY filled DESC LIMIT ${limit}`,
    z.object({ id: z.string() }),
  );
  return rows.map(({ id }) => id);
}

/** Deletes these boards, except those that are locked. */
export async function deleteBoards(db: Database, ids: readonly string[]): Promise<void> {
  await deleteLocked(
    db,
    sql`/* board.lockCrowding */ SELECT id FROM boards WHERE id = ANY(${ids}::uuid[]) FOR UPDATE SKIP LOCKED`,
  );
}

/** Deletes the boards that this statement locks, with their pins; returns how many. */
function deleteLocked(db: Database, lock: Sql): Promise<number> {
  return transaction(db, async (client) => {
    const ids = (await query(client, lock, z.object({ id: z.string() }))).map(({ id }) => id);
    await execute(
      client,
      sql`/* board.lockPins */ SELECT FROM pins WHERE board_id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`,
    );
    return execute(client, sql`/* board.prune */ DELETE FROM boards WHERE id = ANY(${ids}::uuid[])`);
  });
}

const pinnedImage = z.object({ sha256: z.instanceof(Buffer) });

/**
 * Deletes the stored data of uploaded images that are no longer pinned, and their embeddings by `scoringEncoder`; returns how
 * many images it checked.
 */
export function prunePinnedImages(
  db: Database,
  scoringEncoder: string | null,
  limit: number,
): Promise<number> {
  return transaction(db, async (client) => {
    const unpinned = sql`NOT EXISTS (SELECT FROM pins WHERE pins.sha256 = image.sha256)`;
    const images = await query(
      client,
      sql`/* pin.lockUnpinned */ SELECT sha256 FROM pinned_images image WHERE ${unpinned}
        LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      pinnedImage,
    );
    // Check again now that they cannot be pinned anymore: a pin may have been committed during the search.
    const pruned = await query(
      client,
      sql`/* pin.pruneImages */ DELETE FROM pinned_images image
        WHERE sha256 = ANY(${images.map(({ sha256 }) => sha256)}::bytea[]) AND ${unpinned} RETURNING sha256`,
      pinnedImage,
    );
    if (scoringEncoder !== null) {
      const sha256s = pruned.map(({ sha256 }) => sha256);
      await deletePinnedVectors(client, scoringEncoder, sha256s);
    }
    return images.length;
  });
}
