import sql, { type Sql } from 'sql-template-tag';
import { execute, type Queryable } from '../platform/postgres.js';

/** How long a caller can look up an ended hold. */
const RETENTION_DAYS = 30;
/**
 * Of guests' holds that nobody confirmed, the newest that are kept: 0.7 GB, if all have as many lines as a guest's hold may
 * have. One address can let go of eleven such holds a second.
 */
const KEPT_OF_GUESTS = 100_000;
const PRUNED_AT_ONCE = 1_000;

/**
 * Deletes holds that ended long ago, and those of guests that nobody confirmed if these are too many, in bounded batches. The
 * stock ledger keeps what holds sold.
 */
export async function pruneHolds(
  db: Queryable,
  signal: AbortSignal,
  keptOfGuests = KEPT_OF_GUESTS,
): Promise<void> {
  const abandoned = sql`caller = 0 AND status IN ('RELEASED', 'EXPIRED')`;
  const tooMany = sql`(SELECT ended_at FROM holds WHERE ${abandoned} ORDER BY ended_at DESC OFFSET ${keptOfGuests} LIMIT 1)`;
  await prune(
    db,
    signal,
    sql`status <> 'ACTIVE' AND ended_at < now() - ${RETENTION_DAYS} * interval '1 day'`,
  );
  await prune(db, signal, sql`${abandoned} AND ended_at <= ${tooMany}`);
}

async function prune(db: Queryable, signal: AbortSignal, old: Sql): Promise<void> {
  while (!signal.aborted) {
    const pruned = await execute(
      db,
      sql`/* hold.prune */ DELETE FROM holds WHERE id IN (
        SELECT id FROM holds WHERE ${old} ORDER BY ended_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    if (pruned < PRUNED_AT_ONCE) return;
  }
}
