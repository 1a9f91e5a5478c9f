import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, queryPrepared, type Queryable } from '../platform/postgres.js';

/** Much longer than gateways take to read them. */
export const SKU_CHANGES_KEPT_MS = 60_000;
/** At most so many SKUs are named: if more have changed, all may have. */
const MAX_NAMED = 10_000;
/** Few enough to stay well within the statement timeout. */
const PRUNED_AT_ONCE = 10_000;

/** Up to where the log of changed SKUs has been read. */
export interface SkuPosition {
  /** Which log: a crash of Postgres empties it, and another begins. Null: that was not known. */
  readonly log: string | null;
  readonly snapshot: string;
  readonly at: Date;
}

const positionRow = z.object({ log: z.string().nullable(), snapshot: z.string(), at: z.date() });
const changesRow = positionRow.extend({ keys: z.array(z.number()), all: z.boolean() });

/** The SKUs that changed between two positions, or that any of them may have. */
export interface SkuChanges {
  readonly position: SkuPosition;
  readonly keys: readonly number[] | 'all';
}

/** The current position: changes are read from here on. Begins a log if there is none. */
export async function currentSkuPosition(db: Queryable): Promise<SkuPosition> {
  const [position] = await queryPrepared(
    db,
    sql`/* availability.position */
      WITH begun AS (INSERT INTO sku_change_log DEFAULT VALUES ON CONFLICT DO NOTHING RETURNING id)
      SELECT coalesce((SELECT id FROM begun), (SELECT id FROM sku_change_log)) AS log,
        pg_current_snapshot()::text AS snapshot, now() AS at`,
    positionRow,
  );
  if (position === undefined) throw new Error('pg_current_snapshot() answers one row');
  return position;
}

/**
 * The SKUs whose stock, promised units, or prices were written by transactions that this statement sees and `position`
 * does not, and those whose price has begun or ended, or whose hold has expired, since then. Any of them if the log is
 * another one.
 */
export async function readSkuChanges(db: Queryable, { log, snapshot, at }: SkuPosition): Promise<SkuChanges> {
  const [row] = await queryPrepared(
    db,
    sql`/* availability.changes */
      WITH log AS (
        SELECT sku_ids FROM sku_changes
        WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${snapshot}::pg_snapshot)))
          OR xid >= pg_snapshot_xmax(${snapshot}::pg_snapshot)
      ), changed AS (
        SELECT unnest(sku_ids) AS sku_id FROM log
        UNION ALL SELECT sku_id FROM prices WHERE lower(valid) > ${at} AND lower(valid) <= now()
        UNION ALL SELECT sku_id FROM prices WHERE upper(valid) > ${at} AND upper(valid) <= now()
        UNION ALL SELECT line.sku_id FROM holds JOIN hold_lines line ON line.hold_id = holds.id
          WHERE holds.status = 'ACTIVE' AND holds.expires_at > ${at} AND holds.expires_at <= now()
      ), named AS (SELECT sku_id FROM changed LIMIT ${MAX_NAMED + 1})
      SELECT (SELECT id FROM sku_change_log) AS log, pg_current_snapshot()::text AS snapshot, now() AS at,
        ARRAY(SELECT DISTINCT sku_id FROM named) AS keys,
        EXISTS (SELECT FROM log WHERE sku_ids IS NULL) OR (SELECT count(*) FROM named) > ${MAX_NAMED} AS all`,
    changesRow,
  );
  if (row === undefined) throw new Error('availability.changes answers one row');
  if (log === null || row.log !== log) return { position: await currentSkuPosition(db), keys: 'all' };
  const { keys, all, ...position } = row;
  return { position, keys: all ? 'all' : keys };
}

/** Deletes what was committed before this position. */
export async function pruneSkuChanges(db: Queryable, { snapshot }: SkuPosition): Promise<void> {
  for (let pruned = PRUNED_AT_ONCE; pruned === PRUNED_AT_ONCE;) {
    pruned = await execute(
      db,
      sql`/* availability.pruneChanges */ DELETE FROM sku_changes WHERE ctid IN (
        SELECT ctid FROM sku_changes WHERE xid < pg_snapshot_xmin(${snapshot}::pg_snapshot)
        LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
  }
}
