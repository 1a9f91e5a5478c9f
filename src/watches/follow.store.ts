import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { MAX_MATCHED, MAX_TOLD_A_DAY, MAX_TOLD_OF_PRODUCT_A_DAY } from './limits.js';

/** Without watches, the position moves this often: it is then never too old to begin from. */
const IDLE_MS = 10_000;
/** Watches per statement, with a few kilobytes of vectors each. */
export const LOADED_AT_ONCE = 500;

const positionRow = z.object({
  position: z.string(),
  at: z.date(),
  log: z.string().nullable(),
  sweep: z.number().nullable(),
});
/** How far the logs of changes have been compared with the watches. */
export type WatchPosition = z.infer<typeof positionRow>;

/** Whether there is anything to be told. Without, the position is moved to now: nobody asks what has changed before. */
export async function isWatched(db: Queryable): Promise<boolean> {
  const [row] = await queryPrepared(
    db,
    sql`/* watch.any */ SELECT EXISTS (SELECT FROM watches WHERE expires_at > now()) AS any`,
    z.object({ any: z.boolean() }),
  );
  if (row?.any === true) return true;
  // One statement, so that no watch is created between the look at them and the snapshot.
  await execute(
    db,
    sql`/* watch.idle */ UPDATE watch_position
      SET position = pg_current_snapshot(), at = now(), log = (SELECT id FROM sku_change_log), sweep = NULL
      WHERE at < now() - ${IDLE_MS}::float8 * interval '1 millisecond'
        AND NOT EXISTS (SELECT FROM watches WHERE expires_at > now())`,
  );
  return false;
}

/**
 * The position, locked until the transaction ends; null while another follower has it. The transaction may be idle while
 * vectors are compared, for any length of time; if its machine disappears, it loses the lock after half a minute of silence.
 */
export async function claimWatchPosition(client: ClientBase): Promise<WatchPosition | null> {
  await execute(
    client,
    sql`/* watch.withoutTimeout */ SELECT set_config('idle_in_transaction_session_timeout', '0', true),
      set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
      set_config('tcp_keepalives_count', '3', true)`,
  );
  const [row] = await query(
    client,
    sql`/* watch.claimPosition */ SELECT position::text AS position, at, log, sweep FROM watch_position
      FOR UPDATE SKIP LOCKED`,
    positionRow,
  );
  return row ?? null;
}

export async function keepWatchPosition(
  client: ClientBase,
  { position, at, log, sweep }: WatchPosition,
): Promise<void> {
  await execute(
    client,
    sql`/* watch.keepPosition */ UPDATE watch_position
      SET position = ${position}::pg_snapshot, at = ${at}, log = ${log}::uuid, sweep = ${sweep}`,
  );
}

/** Of rows with the `xid` that wrote them: whether this snapshot does not see them. An index finds them. */
const unseenBy = (
  position: string,
): Sql => sql`(xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot)))
    OR xid >= pg_snapshot_xmax(${position}::pg_snapshot))`;

const changesRow = positionRow.omit({ sweep: true }).extend({
  productKeys: z.array(z.number()),
  all: z.boolean(),
  /** The oldest `since` of watches that `position` did not see, as the position to read from for them. */
  newSince: z.string().nullable(),
  newAt: z.date().nullable(),
});
export type WatchedChanges = z.infer<typeof changesRow>;

/**
 * The products that transactions have changed that this statement sees and `position` does not, in any way that a filter
 * can tell, and those whose price has begun or ended, or whose hold has expired, since then; `all` if they are too many,
 * or any may have. And whether such transactions have created watches.
 */
export async function readWatchedChanges(
  client: ClientBase,
  { position, at }: Pick<WatchPosition, 'position' | 'at'>,
  most: number,
): Promise<WatchedChanges> {
  const unseen = unseenBy(position);
  const [row] = await queryPrepared(
    client,
    sql`/* watch.changes */
      WITH log AS (
        SELECT product_id FROM product_changes WHERE ${unseen}
      ), noted AS (
        SELECT sku_ids FROM sku_changes WHERE ${unseen}
      ), skus_changed AS (
        SELECT unnest(sku_ids) AS id FROM noted
        UNION ALL SELECT sku_id FROM prices WHERE lower(valid) > ${at} AND lower(valid) <= now()
        UNION ALL SELECT sku_id FROM prices WHERE upper(valid) > ${at} AND upper(valid) <= now()
        UNION ALL SELECT line.sku_id FROM holds JOIN hold_lines line ON line.hold_id = holds.id
          WHERE holds.status = 'ACTIVE' AND holds.expires_at > ${at} AND holds.expires_at <= now()
      ), changed AS (
        SELECT product_id AS key FROM log WHERE product_id IS NOT NULL
        UNION SELECT product_id FROM skus WHERE id = ANY(ARRAY(SELECT id FROM skus_changed))
        LIMIT ${most + 1}
      ), created AS (
        SELECT since, created_at FROM watches WHERE ${unseen}
      )
      SELECT pg_current_snapshot()::text AS position, now() AS at, (SELECT id FROM sku_change_log) AS log,
        ARRAY(SELECT key FROM changed LIMIT ${most}) AS "productKeys",
        EXISTS (SELECT FROM log WHERE product_id IS NULL) OR EXISTS (SELECT FROM noted WHERE sku_ids IS NULL)
          OR (SELECT count(*) FROM changed) > ${most} AS all,
        (SELECT format('%1$s:%1$s:', min(pg_snapshot_xmin(since)::text::bigint)) FROM created
          HAVING count(*) > 0) AS "newSince",
        (SELECT min(created_at) - interval '1 minute' FROM created) AS "newAt"`,
    changesRow,
  );
  if (row === undefined) throw new Error('watch.changes answers one row');
  return row;
}

const loadedRow = z.object({
  number: z.number(),
  channelKey: z.number(),
  channel: z.string(),
  // Parsed one by one, so that what cannot be read is this watch and not all of them.
  condition: z.unknown(),
  productKey: z.number().nullable(),
  excluded: z.array(z.number()),
  dimension: z.number().nullable(),
  toward: z.instanceof(Buffer).nullable(),
  away: z.instanceof(Buffer).nullable(),
  minCosine: z.number().nullable(),
  expiresAt: z.date(),
});
export type LoadedWatch = z.infer<typeof loadedRow>;

/**
 * The active watches above a number that transactions have created that `position` does not see (null: all), and that this
 * encoder can compare, in the order of their numbers; not those of a channel with another currency by now.
 */
export async function loadWatches(
  client: ClientBase,
  encoder: string,
  position: string | null,
  above: number,
): Promise<LoadedWatch[]> {
  return query(
    client,
    sql`/* watch.load */ SELECT watch.number, watch.channel_id AS "channelKey", channel.handle AS channel, watch.condition,
        watch.product_id AS "productKey", watch.excluded, encoder.dimension, watch.toward, watch.away,
        watch.min_cosine AS "minCosine", watch.expires_at AS "expiresAt"
      FROM watches watch
      JOIN channels channel ON channel.id = watch.channel_id
      JOIN price_lists price_list ON price_list.id = channel.price_list_id AND price_list.currency = watch.currency
      LEFT JOIN encoders encoder ON encoder.id = watch.encoder_id
      WHERE watch.expires_at > now() AND watch.number > ${above}
        AND (watch.encoder_id IS NULL OR encoder.name = ${encoder})
        AND ${position === null ? sql`true` : unseenBy(position)}
      ORDER BY watch.number LIMIT ${LOADED_AT_ONCE}`,
    loadedRow,
  );
}

/** A watch and a product that matches it. */
export interface Match {
  readonly watch: number;
  readonly productKey: number;
  readonly cosine: number | null;
  /** The lowest price that passes, in minor units. */
  readonly amount: number;
}

const pairRow = z.object({ watch: z.number(), productKey: z.number() });

/** Which watches these products matched when they were last compared. */
export async function readMatching(
  client: ClientBase,
  productKeys: readonly number[],
): Promise<z.infer<typeof pairRow>[]> {
  return queryPrepared(
    client,
    sql`/* watch.matching */ SELECT watch, product_id AS "productKey" FROM watch_matches
      WHERE product_id = ${anyOf(productKeys, 'int')} AND matching`,
    pairRow,
  );
}

/** Notes that these products have stopped matching. */
export async function noteLeft(
  client: ClientBase,
  pairs: readonly Pick<Match, 'watch' | 'productKey'>[],
): Promise<void> {
  await execute(
    client,
    sql`/* watch.left */ UPDATE watch_matches known SET matching = false
      FROM unnest(${pairs.map(({ watch }) => watch)}::integer[],
        ${pairs.map(({ productKey }) => productKey)}::integer[]) AS input (watch, product_id)
      WHERE known.watch = input.watch AND known.product_id = input.product_id`,
  );
}

/**
 * Notes that these products match, and writes an event for each that did not before. Returns how many. A watch that is
 * being deleted gets none. One that has matched too many products gets none of others. What was told too often within a day
 * is not noted either, so that it is told when it changes after that.
 */
export async function noteMatches(client: ClientBase, matches: readonly Match[]): Promise<number> {
  return execute(
    client,
    sql`/* watch.entered */
      WITH input AS (
        SELECT * FROM unnest(${matches.map(({ watch }) => watch)}::integer[],
          ${matches.map(({ productKey }) => productKey)}::integer[], ${matches.map(({ cosine }) => cosine)}::float8[],
          ${matches.map(({ amount }) => amount)}::bigint[]) AS input (watch, product_id, cosine, amount)
      ), alive AS MATERIALIZED (
        SELECT number,
          (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = number LIMIT ${MAX_MATCHED}) all_of_it) AS matched,
          (SELECT matched_at FROM watch_events WHERE watch = number
            ORDER BY id DESC OFFSET ${MAX_TOLD_A_DAY - 1} LIMIT 1) AS told_since
        FROM watches WHERE number IN (SELECT watch FROM input) AND expires_at > now()
        FOR KEY SHARE SKIP LOCKED
      ), entered AS (
        INSERT INTO watch_matches AS known (watch, product_id, matching, crossing)
        SELECT input.watch, input.product_id, true, 1 FROM input JOIN alive ON alive.number = input.watch
        WHERE coalesce(alive.told_since < now() - interval '1 day', true)
          AND coalesce((SELECT matched_at FROM watch_events old
              WHERE old.watch = input.watch AND old.product_id = input.product_id
              ORDER BY crossing DESC OFFSET ${MAX_TOLD_OF_PRODUCT_A_DAY - 1} LIMIT 1) < now() - interval '1 day', true)
          AND (alive.matched < ${MAX_MATCHED}
            OR EXISTS (SELECT FROM watch_matches old WHERE old.watch = input.watch AND old.product_id = input.product_id))
        ON CONFLICT (watch, product_id) DO UPDATE SET matching = true, crossing = known.crossing + 1
          WHERE NOT known.matching
        RETURNING watch, product_id, crossing
      )
      INSERT INTO watch_events (watch, product_id, crossing, cosine, amount)
      SELECT entered.watch, entered.product_id, entered.crossing, input.cosine, input.amount
      FROM entered JOIN input USING (watch, product_id) ORDER BY entered.watch, entered.product_id`,
  );
}
