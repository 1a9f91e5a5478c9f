import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { CHANGE_RETENTION_MS } from './change.store.js';

/** The change log still has all changes since then, and will have them until the snapshot is loaded. */
export const SNAPSHOT_MAX_AGE_MS = CHANGE_RETENTION_MS / 2;

/** Records that everything in the snapshot, whose position is `ageMs` old, is in this database. */
export async function recordSnapshot(db: Queryable, id: string, ageMs: number): Promise<void> {
  await execute(
    db,
    sql`/* snapshot.record */ INSERT INTO index_snapshots (id, taken_at)
      VALUES (${id}, clock_timestamp() - ${ageMs}::float8 * interval '1 millisecond')`,
  );
}

/**
 * The age of a snapshot's position in milliseconds; null when the database may lack something that the snapshot has, or
 * the change log may lack changes since then.
 */
export async function readSnapshotAge(db: Queryable, id: string): Promise<number | null> {
  const [found] = await query(
    db,
    sql`/* snapshot.age */ SELECT (extract(epoch FROM clock_timestamp() - taken_at) * 1000)::float8 AS "ageMs"
      FROM index_snapshots WHERE id = ${id} AND xmin = xid::xid`,
    z.object({ ageMs: z.number() }),
  );
  return found === undefined || found.ageMs > SNAPSHOT_MAX_AGE_MS ? null : found.ageMs;
}

/** Forgets snapshots that are too old. */
export async function pruneSnapshots(db: Queryable): Promise<void> {
  await execute(
    db,
    sql`/* snapshot.prune */ DELETE FROM index_snapshots WHERE id IN (
      SELECT id FROM index_snapshots
      WHERE taken_at <= now() - ${SNAPSHOT_MAX_AGE_MS}::float8 * interval '1 millisecond' FOR UPDATE SKIP LOCKED)`,
  );
}
