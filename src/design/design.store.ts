import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { storedGarment } from './order.js';

const designRow = z.object({
  uuid: z.string(),
  number: z.number(),
  jobUuid: z.string(),
  sha256: z.string(),
  width: z.number(),
  height: z.number(),
  thumbhash: z.string(),
  dominantColor: z.string(),
  garment: storedGarment.nullable(),
  prompt: z.string().nullable(),
  similarity: z.number(),
  likeness: z.number().nullable(),
  nearestProductKey: z.number().nullable(),
  price: z.number().nullable(),
  currency: z.string(),
  trustScore: z.number().nullable(),
  trustReason: z.enum(['patch', 'noise']).nullable(),
  finished: z.boolean(),
  createdAt: z.date(),
});
export type DesignRow = z.infer<typeof designRow>;

const SELECT_DESIGNS = sql`SELECT design.id AS uuid, design.number, design.job_id AS "jobUuid",
    encode(design.sha256, 'hex') AS sha256, design.width, design.height, encode(design.thumbhash, 'base64') AS thumbhash,
    design.dominant_color AS "dominantColor", design.garment, design.prompt, design.similarity, design.likeness,
    design.nearest_product AS "nearestProductKey", design.price, job.ordered->>'currency' AS currency,
    design.trust_score AS "trustScore", design.trust_reason AS "trustReason", design.finished,
    design.created_at AS "createdAt"
  FROM designs design JOIN design_jobs job ON job.id = design.job_id`;

const reachable = (uuids: readonly string[], { key, shopper }: Owner) =>
  sql`design.id = ${anyOf(uuids, 'uuid')} AND ((design.owner = ${key}::integer AND design.shopper = ${shopper}::bytea)
    OR (design.owner = 0 AND design.shopper = ''))`;

/** Those of these designs that the caller may see. */
export async function readDesigns(
  db: Queryable,
  uuids: readonly string[],
  owner: Owner,
): Promise<DesignRow[]> {
  return queryPrepared(
    db,
    sql`/* design.find */ ${SELECT_DESIGNS} WHERE ${reachable(uuids, owner)}`,
    designRow,
  );
}

/** The designs of these jobs, in their order. */
export async function readDesignsOfJobs(db: Queryable, jobs: readonly string[]): Promise<DesignRow[]> {
  return queryPrepared(
    db,
    sql`/* design.ofJobs */ ${SELECT_DESIGNS} WHERE design.job_id = ${anyOf(jobs, 'uuid')}
      ORDER BY design.job_id, design.position`,
    designRow,
  );
}

/** An owner's finished designs, newest first, below a number. */
export async function listOwnDesigns(
  db: Queryable,
  { key, shopper }: Owner,
  below: number,
  limit: number,
): Promise<DesignRow[]> {
  return queryPrepared(
    db,
    sql`/* design.list */ ${SELECT_DESIGNS}
      WHERE design.owner = ${key} AND design.shopper = ${shopper} AND design.number < ${below} AND design.finished
      ORDER BY design.number DESC LIMIT ${limit}`,
    designRow,
  );
}

/** The parameters of a finished design, for whoever has its id; null when there is none, or it has none. */
export async function readGarment(db: Queryable, uuid: string): Promise<DesignRow['garment']> {
  const [row] = await queryPrepared(
    db,
    sql`/* design.garment */ SELECT garment FROM designs WHERE id = ${uuid}::uuid AND finished`,
    designRow.pick({ garment: true }),
  );
  return row?.garment ?? null;
}

/** How many designs an owner has, at most `most`. */
export async function countDesigns(
  client: ClientBase,
  { key, shopper }: Owner,
  most: number,
): Promise<number> {
  const [row] = await query(
    client,
    sql`/* design.count */ SELECT count(*)::integer AS count FROM (
      SELECT FROM designs WHERE owner = ${key} AND shopper = ${shopper} LIMIT ${most}) own`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}

/** Deletes a finished design that the caller may see; returns whether there was one. Locks its job first. */
export async function deleteDesign(client: ClientBase, uuid: string, owner: Owner): Promise<boolean> {
  await execute(
    client,
    sql`/* design.lockJob */ SELECT FROM design_jobs
      WHERE id = (SELECT job_id FROM designs design WHERE ${reachable([uuid], owner)}) FOR UPDATE`,
  );
  const deleted = await execute(
    client,
    sql`/* design.delete */ DELETE FROM designs design WHERE ${reachable([uuid], owner)} AND design.finished`,
  );
  return deleted > 0;
}

/** Which of these uploads (SHA-256 in hex) are pictures of designs. */
export async function designedUploads(
  db: Queryable,
  sha256s: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await query(
    db,
    sql`/* design.uploads */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM designs
      WHERE sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest(${sha256s}::text[]) AS hex))`,
    z.object({ sha256: z.string() }),
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}
