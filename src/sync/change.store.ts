import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';

/** Longer than any index should be behind; an index that is further behind is filled again. */
export const CHANGE_RETENTION_MS = 24 * 60 * 60 * 1_000;
/** Few enough to stay well within the statement timeout. */
const PRUNED_AT_ONCE = 10_000;

const change = z.object({
  productKey: z.number(),
  /** Whether any of its images may have changed, or their embeddings. */
  images: z.boolean(),
  /** New images, and images with a new embedding. */
  imageIds: z.array(z.number()),
  /** Whether the payloads of its other images may have changed. */
  payloads: z.boolean(),
  removedImageIds: z.array(z.number()),
});

export type ProjectedChange = z.infer<typeof change>;

/** Changes committed between two snapshots; `position` is the later one. */
export interface Changes {
  readonly position: string;
  readonly changes: readonly ProjectedChange[];
}

const positionRow = z.object({ position: z.string() });

/** The current snapshot: changes are read from here on. */
export async function currentPosition(db: Queryable): Promise<string> {
  const [row] = await query(
    db,
    sql`/* sync.position */ SELECT pg_current_snapshot()::text AS position`,
    positionRow,
  );
  if (row === undefined) throw new Error('pg_current_snapshot() answers one row');
  return row.position;
}

/**
 * The products changed by transactions that this statement sees and `position` does not; none is missed. Such a
 * transaction was either in progress at `position` or had not begun, so an index finds them without reading older
 * ones.
 */
export async function readChanges(db: Queryable, position: string): Promise<Changes> {
  const rows = await queryPrepared(
    db,
    sql`/* sync.changes */
      WITH log AS (
        SELECT product_id, images, image_id, removed_image_id FROM product_changes
        WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot)))
          OR xid >= pg_snapshot_xmax(${position}::pg_snapshot)
      ), changed AS (
        SELECT * FROM log WHERE product_id IS NOT NULL
        UNION ALL SELECT id, false, NULL, NULL FROM products WHERE EXISTS (SELECT FROM log WHERE product_id IS NULL)
      )
      SELECT pg_current_snapshot()::text AS position, product.*
      FROM (VALUES (true)) once
      LEFT JOIN (
        SELECT product_id AS "productKey", bool_or(images AND image_id IS NULL) AS images,
          bool_or(NOT images) AS payloads,
          coalesce(array_agg(DISTINCT image_id) FILTER (WHERE image_id IS NOT NULL), '{}') AS "imageIds",
          coalesce(array_agg(removed_image_id) FILTER (WHERE removed_image_id IS NOT NULL), '{}') AS "removedImageIds"
        FROM changed
        GROUP BY product_id
      ) product ON true`,
    positionRow.and(z.union([change, z.object({ productKey: z.null() })])),
  );
  const [first] = rows;
  if (first === undefined) throw new Error('sync.changes answers at least one row');
  return { position: first.position, changes: rows.filter((row) => row.productKey !== null) };
}

/** Seconds since the oldest change that `position` does not cover was committed; 0 when it covers all. */
export async function readLag(db: Queryable, position: string): Promise<number> {
  const [row] = await query(
    db,
    sql`/* sync.lag */ SELECT coalesce(extract(epoch FROM clock_timestamp() - least(
        (SELECT changed_at FROM product_changes
          WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot))) ORDER BY xid LIMIT 1),
        (SELECT changed_at FROM product_changes
          WHERE xid >= pg_snapshot_xmax(${position}::pg_snapshot) ORDER BY xid LIMIT 1)
      )), 0)::float8 AS seconds`,
    z.object({ seconds: z.number() }),
  );
  return row?.seconds ?? 0;
}

/**
 * Deletes changes whose transactions have yet to come: a restored backup brought them from another cluster. Until this one
 * has counted that far, they would be new to each follower again and again.
 */
export async function forgetForeignChanges(db: Queryable): Promise<void> {
  const isForeign = sql`xid >= pg_snapshot_xmax(pg_current_snapshot())`;
  await execute(
    db,
    sql`/* sync.forgetForeign */ WITH skus AS (DELETE FROM sku_changes WHERE ${isForeign})
      DELETE FROM product_changes WHERE ${isForeign}`,
  );
}

/** Deletes changes that are too old for a follower in memory, and that every shared index in use has followed. */
export async function pruneChanges(db: Queryable): Promise<void> {
  const tooOld = sql`now() - ${CHANGE_RETENTION_MS}::float8 * interval '1 millisecond'`;
  await execute(
    db,
    sql`/* sync.expirePositions */ DELETE FROM index_positions WHERE (index_name, encoder) IN (
      SELECT index_name, encoder FROM index_positions WHERE moved_at < ${tooOld} FOR UPDATE SKIP LOCKED)`,
  );
  for (let pruned = PRUNED_AT_ONCE; pruned === PRUNED_AT_ONCE;) {
    pruned = await execute(
      db,
      sql`/* sync.prune */ DELETE FROM product_changes WHERE ctid IN (
        SELECT ctid FROM product_changes
        WHERE changed_at < ${tooOld}
          AND NOT EXISTS (SELECT FROM index_positions WHERE NOT pg_visible_in_snapshot(xid, position))
        LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
  }
}
