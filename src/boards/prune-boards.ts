import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

/** An anonymous board has nobody who would delete it; one that is used is kept. */
const ANONYMOUS_DAYS = 90;
/** A statement's worth: well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;

/**
 * Forgets anonymous boards that were not changed for months, and what is known of uploaded images that nobody pins any
 * more; stops between batches. Their bytes go with the other old uploads.
 */
export async function pruneBoards(db: Queryable, signal: AbortSignal): Promise<void> {
  const batches = [
    sql`/* board.prune */ DELETE FROM boards WHERE id IN (
      SELECT id FROM boards WHERE owner = 0 AND updated_at < now() - ${ANONYMOUS_DAYS} * interval '1 day'
      ORDER BY updated_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    sql`/* pin.pruneImages */ DELETE FROM pinned_images WHERE sha256 IN (
      SELECT sha256 FROM pinned_images image WHERE NOT EXISTS (SELECT FROM pins WHERE pins.sha256 = image.sha256)
      LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
  ];
  for (const batch of batches) {
    while (!signal.aborted && (await execute(db, batch)) === PRUNED_AT_ONCE);
  }
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
