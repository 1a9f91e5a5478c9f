import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, transaction, type Database, type Queryable } from '../platform/postgres.js';

/** An anonymous board has nobody who would delete it; one that is used is kept. */
const ANONYMOUS_DAYS = 90;
/** A transaction's worth: each of its statements is well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;

/**
 * Forgets anonymous boards that were not changed for months, and what is known of uploaded images that nobody pins any
 * more; stops between batches. Their bytes go with the other old uploads.
 */
export async function pruneBoards(db: Database, signal: AbortSignal): Promise<void> {
  for (const prune of [pruneOldBoards, prunePinnedImages]) {
    while (!signal.aborted && (await prune(db)) === PRUNED_AT_ONCE);
  }
}

function pruneOldBoards(db: Database): Promise<number> {
  return transaction(db, async (client) => {
    const boards = await query(
      client,
      sql`/* board.lockOld */ SELECT id FROM boards
        WHERE owner = 0 AND updated_at < now() - ${ANONYMOUS_DAYS} * interval '1 day'
        ORDER BY updated_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED`,
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

function prunePinnedImages(db: Database): Promise<number> {
  return transaction(db, async (client) => {
    const unpinned = sql`NOT EXISTS (SELECT FROM pins WHERE pins.sha256 = image.sha256)`;
    const images = await query(
      client,
      sql`/* pin.lockUnpinned */ SELECT sha256 FROM pinned_images image WHERE ${unpinned}
        LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED`,
      z.object({ sha256: z.instanceof(Buffer) }),
    );
    // Asked again now that nobody can pin them: a pin may have been committed while they were looked for.
    await execute(
      client,
      sql`/* pin.pruneImages */ DELETE FROM pinned_images image
        WHERE sha256 = ANY(${images.map(({ sha256 }) => sha256)}::bytea[]) AND ${unpinned}`,
    );
    return images.length;
  });
}

/** Which of these uploads (SHA-256 in hex) are pinned somewhere. */
export async function pinnedUploads(db: Queryable, sha256s: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query(
    db,
    sql`/* pin.pinnedUploads */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM pins
      WHERE sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest(${sha256s}::text[]) AS hex))`,
    z.object({ sha256: z.string() }),
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}
