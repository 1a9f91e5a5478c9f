import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, transaction, type Database } from '../platform/postgres.js';

/** Deletes boards of nobody in particular that have not changed for this many days; returns how many. */
export function pruneOldBoards(db: Database, days: number, limit: number): Promise<number> {
  return transaction(db, async (client) => {
    const boards = await query(
      client,
      sql`/* board.lockOld */ SELECT id FROM boards
        WHERE owner = 0 AND shopper = '' AND updated_at < now() - ${days} * interval '1 day'
        ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      z.object({ id: z.string() }),
    );
    const ids = boards.map(({ id }) => id);
    await execute(
      client,
      sql`/* board.lockPins */ SELECT FROM pins WHERE board_id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`,
    );
    return execute(client, sql`/* board.prune */ DELETE FROM boards WHERE id = ANY(${ids}::uuid[])`);
  });
}

/** Deletes the stored data of uploaded images that are no longer pinned; returns how many images it checked. */
export function prunePinnedImages(db: Database, limit: number): Promise<number> {
  return transaction(db, async (client) => {
    const unpinned = sql`NOT EXISTS (SELECT FROM pins WHERE pins.sha256 = image.sha256)`;
    const images = await query(
      client,
      sql`/* pin.lockUnpinned */ SELECT sha256 FROM pinned_images image WHERE ${unpinned}
        LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      z.object({ sha256: z.instanceof(Buffer) }),
    );
    // Check again now that they cannot be pinned anymore: a pin may have been committed during the search.
    await execute(
      client,
      sql`/* pin.pruneImages */ DELETE FROM pinned_images image
        WHERE sha256 = ANY(${images.map(({ sha256 }) => sha256)}::bytea[]) AND ${unpinned}`,
    );
    return images.length;
  });
}
