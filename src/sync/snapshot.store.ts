import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { CHANGE_RETENTION_MS } from './change.store.js';

/** The change log still has all changes since then, and will have them until the snapshot is loaded. */
export const SNAPSHOT_MAX_AGE_MS = CHANGE_RETENTION_MS / 2;

/** The time by the clock of Postgres, in its own format: gateways have other clocks, and may be suspended. */
export async function readClock(db: Queryable): Promise<string> {
  const [row] = await query(
    db,
    sql`/* snapshot.clock */ SELECT clock_timestamp()::text AS now`,
    z.object({ now: z.string() }),
  );
  if (row === undefined) throw new Error('snapshot.clock answers one row');
  return row.now;
}

/** Records that everything in the snapshot, whose position was current at `takenAt`, is in this database. */
export async function recordSnapshot(db: Queryable, id: string, takenAt: string): Promise<void> {
  await execute(
    db,
    sql`/* snapshot.record */ INSERT INTO index_snapshots (id, taken_at) VALUES (${id}, ${takenAt}::timestamptz)`,
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
