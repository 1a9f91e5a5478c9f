import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toBytes } from '../vector-index/vectors.js';
import { MAX_MATCHED } from './limits.js';

// Code that locks a watch or what belongs to it locks the watch first (docs/locks.md).

const watchRow = z.object({
  uuid: z.string(),
  number: z.number(),
  title: z.string(),
  channelKey: z.number(),
  channel: z.string().nullable(),
  // Parsed when it is needed, so that one that cannot be read does not fail a list.
  condition: z.unknown(),
  productKey: z.number().nullable(),
  minScore: z.number().nullable(),
  isExpired: z.boolean(),
  /** The encoder that its examples are of; null when it watches one product. */
  encoder: z.string().nullable(),
  isFull: z.boolean(),
  createdAt: z.date(),
  expiresAt: z.date(),
});
export type WatchRow = z.infer<typeof watchRow>;

const SELECT_WATCHES = sql`SELECT watch.id AS uuid, watch.number, watch.title,
    watch.channel_id AS "channelKey", (SELECT handle FROM channels WHERE id = watch.channel_id) AS channel,
    watch.condition, watch.product_id AS "productKey", watch.min_cosine * watch.scale AS "minScore",
    watch.expires_at <= now() AS "isExpired",
    (SELECT name FROM encoders WHERE id = watch.encoder_id) AS encoder,
    (SELECT count(*) FROM (SELECT FROM watch_matches WHERE watch = watch.number LIMIT ${MAX_MATCHED}) matched)
      = ${MAX_MATCHED} AS "isFull",
    watch.created_at AS "createdAt", watch.expires_at AS "expiresAt"
  FROM watches watch`;

/** Who may see them: their owner; for one of nobody in particular, anyone who knows its id. */
export const reachable = (uuids: readonly string[], { key, shopper }: Owner): Sql =>
  sql`watch.id = ${anyOf(uuids, 'uuid')} AND ((watch.owner = ${key}::integer AND watch.shopper = ${shopper}::bytea)
    OR (watch.owner = 0 AND watch.shopper = ''))`;

/** Those of these watches that the caller may see. */
export async function readWatches(
  db: Queryable,
  uuids: readonly string[],
  owner: Owner,
): Promise<WatchRow[]> {
  return queryPrepared(
    db,
    sql`/* watch.find */ ${SELECT_WATCHES} WHERE ${reachable(uuids, owner)}`,
    watchRow,
  );
}

/** An owner's watches, newest first, below a number. */
export async function listOwnWatches(
  db: Queryable,
  { key, shopper }: Owner,
  below: number,
  limit: number,
): Promise<WatchRow[]> {
  return queryPrepared(
    db,
    sql`/* watch.list */ ${SELECT_WATCHES}
      WHERE watch.owner = ${key} AND watch.shopper = ${shopper} AND watch.number < ${below}
      ORDER BY watch.number DESC LIMIT ${limit}`,
    watchRow,
  );
}

/** Watches, and the example vectors that they have. */
export interface WatchSizes {
  readonly watches: number;
  readonly examples: number;
}

/** The number of example vectors of `watch`, whose encoder is `encoder`. */
const EXAMPLES = sql`coalesce((octet_length(watch.toward) + octet_length(watch.away)) / (4 * encoder.dimension), 0)`;
const ACTIVE = sql`watches watch LEFT JOIN encoders encoder ON encoder.id = watch.encoder_id WHERE watch.expires_at > now()`;

const sizesRow = z.object({ watches: z.number(), examples: z.number() });
const countsRow = z.object({
  own: sizesRow.extend({ filterBytes: z.number() }),
  ofKey: sizesRow,
  all: sizesRow,
});

/**
 * How many watches there are: of this line, with the size of their filters, of its key with all shoppers (0: of all callers without a key), and of all. No
 * other transaction can add one to the line until this ends.
 */
export async function countWatches(
  client: ClientBase,
  line: Buffer,
  key: number,
): Promise<{
  readonly own: WatchSizes & { readonly filterBytes: number };
  readonly ofKey: WatchSizes;
  readonly all: WatchSizes;
}> {
  await execute(
    client,
    sql`/* watch.lockLine */
      SELECT pg_advisory_xact_lock(hashtext('watches'), hashtext(encode(${line}::bytea, 'hex')))`,
  );
  const sizes = (
    where: Sql,
    more = sql``,
  ): Sql => sql`json_build_object('watches', count(*) FILTER (WHERE ${where}),
    'examples', coalesce(sum(examples) FILTER (WHERE ${where}), 0)${more})`;
  const filterBytes = sql`, 'filterBytes', coalesce(sum(octet_length(condition::text)) FILTER (WHERE line = ${line}), 0)`;
  const [row] = await query(
    client,
    sql`/* watch.count */ SELECT ${sizes(sql`line = ${line}`, filterBytes)} AS own,
        ${sizes(sql`owner = ${key}`)} AS "ofKey", ${sizes(sql`true`)} AS all
      FROM (SELECT watch.line, watch.owner, watch.condition, ${EXAMPLES} AS examples FROM ${ACTIVE}) active`,
    countsRow,
  );
  if (row === undefined) throw new Error('watch.count answers one row');
  return row;
}

/** A watch has at most 16 examples, and it is the only one of its transaction. */
const MOST_REMOVED = 16;

/**
 * Deletes the oldest watches of whoever has most of a key's, if that is more than `least`, until `lacking` have been freed.
 * Those that a follower writes an event of stay. Returns how much has been freed.
 */
export async function removeOfLargest(
  client: ClientBase,
  key: number,
  unit: keyof WatchSizes,
  { least, lacking }: { readonly least: number; readonly lacking: number },
): Promise<number> {
  const size = unit === 'watches' ? sql`1` : EXAMPLES;
  const [row] = await query(
    client,
    sql`/* watch.removeOfLargest */ WITH active AS (
        SELECT watch.number, watch.line, ${size} AS size FROM ${ACTIVE} AND watch.owner = ${key}
      ), largest AS (
        SELECT line FROM active GROUP BY line HAVING sum(size) > ${least} ORDER BY sum(size) DESC, line LIMIT 1
      ), oldest AS MATERIALIZED (
        SELECT watch.number, active.size FROM active JOIN watches watch ON watch.number = active.number
        WHERE active.line = (SELECT line FROM largest) AND active.size > 0
        ORDER BY watch.number LIMIT ${MOST_REMOVED} FOR UPDATE OF watch SKIP LOCKED
      ), removed AS (
        DELETE FROM watches WHERE number IN (
          SELECT number FROM (SELECT number, sum(size) OVER (ORDER BY number) - size AS before FROM oldest) ranked
          WHERE before < ${lacking})
        RETURNING number
      )
      SELECT coalesce(sum(oldest.size), 0)::integer AS freed FROM removed JOIN oldest USING (number)`,
    z.object({ freed: z.number() }),
  );
  return row?.freed ?? 0;
}

/** What products must look like; all of the vectors are of one encoder. */
export interface Look {
  readonly encoderId: number;
  readonly toward: readonly Float32Array[];
  readonly away: readonly Float32Array[];
  readonly minCosine: number;
  readonly scale: number;
}

export interface NewWatch {
  readonly owner: Owner;
  /** Whose watches are counted together (32 bytes). */
  readonly line: Buffer;
  readonly title: string;
  readonly channelKey: number;
  readonly currency: string;
  readonly condition: ProductCondition;
  /** One product, or whatever looks like this. */
  readonly subject: { readonly productKey: number } | { readonly look: Look };
  readonly excluded: readonly number[];
  /** The snapshot that `matching` is at least as new as. */
  readonly since: string;
  /** What matches already. */
  readonly matching: readonly number[];
  readonly expiresAt: Date;
}

const joined = (vectors: readonly Float32Array[]): Buffer => Buffer.concat(vectors.map(toBytes));

/** Returns the id of the new watch. */
export async function insertWatch(client: ClientBase, watch: NewWatch): Promise<string> {
  const { subject, owner } = watch;
  const look = 'look' in subject ? subject.look : null;
  const [row] = await query(
    client,
    sql`/* watch.insert */ WITH created AS (
        INSERT INTO watches (owner, shopper, line, title, channel_id, currency, condition, product_id, excluded,
          encoder_id, toward, away, min_cosine, scale, since, expires_at)
        VALUES (${owner.key}, ${owner.shopper}, ${watch.line}, ${watch.title}, ${watch.channelKey}, ${watch.currency},
          ${JSON.stringify(watch.condition)}::jsonb, ${'productKey' in subject ? subject.productKey : null},
          ${watch.excluded}::integer[], ${look?.encoderId ?? null}, ${look && joined(look.toward)},
          ${look && joined(look.away)}, ${look?.minCosine ?? null}, ${look?.scale ?? null}, ${watch.since}::pg_snapshot,
          ${watch.expiresAt})
        RETURNING id, number
      ), matched AS (
        INSERT INTO watch_matches (watch, product_id, matching, crossing)
        SELECT number, product_id, true, 0 FROM created, unnest(${watch.matching}::integer[]) AS product_id
      )
      SELECT id FROM created`,
    z.object({ id: z.string() }),
  );
  if (row === undefined) throw new Error('watch.insert answers the id');
  return row.id;
}

/** Deletes a watch that the caller may see, with its events; returns whether there was one. */
export async function deleteWatch(client: ClientBase, uuid: string, owner: Owner): Promise<boolean> {
  const deleted = await execute(
    client,
    sql`/* watch.delete */ DELETE FROM watches watch WHERE ${reachable([uuid], owner)}`,
  );
  return deleted > 0;
}

/** Deletes watches that expired this many days ago, with their events. */
export async function pruneExpired(db: Queryable, days: number, limit: number): Promise<number> {
  return execute(
    db,
    sql`/* watch.prune */ DELETE FROM watches WHERE id IN (
      SELECT id FROM watches WHERE expires_at < now() - ${days} * interval '1 day'
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  );
}

/** Deletes events that are this many days old. */
export async function pruneEvents(db: Queryable, days: number, limit: number): Promise<number> {
  return execute(
    db,
    sql`/* watchEvent.prune */ DELETE FROM watch_events WHERE id IN (
      SELECT id FROM watch_events WHERE matched_at < now() - ${days} * interval '1 day'
      ORDER BY matched_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  );
}
