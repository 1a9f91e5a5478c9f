import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { ShownOptions } from '../shown-options.js';
import type { StoredImage } from '../stored-image.store.js';
import { execute, query, type Queryable } from '../../platform/postgres.js';
import { ImageJobState } from './image-job-state.js';

// Code that locks a job or an image locks its product first (docs/locks.md). Claims and renewals lock only jobs.

/** Extended while a gateway works on the job. A killed gateway delays its job by at most this time. */
export const LEASE_MS = 30_000;

const claimedJob = z.object({
  id: z.number(),
  productId: z.number(),
  handle: z.string(),
  link: z.string(),
  /** Of the link; empty for an upload. */
  host: z.string(),
  /** Including this one. */
  attempts: z.number(),
  /** Identifies the claim. */
  lease: z.string(),
});
export type ClaimedJob = z.infer<typeof claimedJob>;

const leaseEnd = sql`now() + ${LEASE_MS}::float8 * interval '1 millisecond'`;

/**
 * Claims a job of the host with the fewest jobs in work, and of these the one that has waited longest; null when none is
 * due. Uploads count as one host. Jobs of `busyHosts` are left out.
 */
export async function claimImageJob(db: Queryable, busyHosts: readonly string[]): Promise<ClaimedJob | null> {
  const [job] = await query(
    db,
    sql`/* imageJob.claim */ WITH RECURSIVE found (host) AS (
        SELECT min(host) FROM image_jobs WHERE state = 'WAITING'
        UNION ALL
        SELECT (SELECT min(host) FROM image_jobs WHERE state = 'WAITING' AND image_jobs.host > found.host)
        FROM found WHERE found.host IS NOT NULL
      ), first AS MATERIALIZED (
        SELECT due.id, due.next_attempt_at, found.host FROM found
        CROSS JOIN LATERAL (
          SELECT id, next_attempt_at FROM image_jobs job
          WHERE job.host = found.host AND state = 'WAITING' AND next_attempt_at <= now()
            AND (leased_until IS NULL OR leased_until <= now())
          ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) due
        WHERE found.host <> ALL(${busyHosts}::text[])
      ), due AS MATERIALIZED (
        SELECT id FROM first
        ORDER BY (SELECT count(*) FROM image_jobs job
            WHERE job.host = first.host AND lease IS NOT NULL AND leased_until > now()),
          next_attempt_at, id LIMIT 1
      )
      UPDATE image_jobs job SET attempts = job.attempts + 1, lease = gen_random_uuid(), leased_until = ${leaseEnd}
      FROM due, products product WHERE job.id = due.id AND product.id = job.product_id
      RETURNING job.id, job.product_id AS "productId", product.handle, job.link, job.host, job.attempts, job.lease`,
    claimedJob,
  );
  return job ?? null;
}

/** Extends a claim by another lease; returns whether the claim still held. */
export async function renewLease(db: Queryable, { id, lease }: ClaimedJob): Promise<boolean> {
  const renewed = await execute(
    db,
    sql`/* imageJob.renew */ UPDATE image_jobs SET leased_until = ${leaseEnd} WHERE id = ${id} AND lease = ${lease}`,
  );
  return renewed > 0;
}

/** Locks a job and its product; returns whether the claim still holds. */
export async function lockClaim(client: ClientBase, { id, productId, lease }: ClaimedJob): Promise<boolean> {
  await execute(
    client,
    sql`/* imageJob.lockProduct */ SELECT FROM products WHERE id = ${productId} FOR NO KEY UPDATE`,
  );
  const held = await execute(
    client,
    sql`/* imageJob.lock */ SELECT FROM image_jobs WHERE id = ${id} AND lease = ${lease} FOR UPDATE`,
  );
  return held > 0;
}

/**
 * Puts the image of a locked job at the job's current position, and deletes the job. When two links of a product show
 * the same picture, the picture appears once, at the first position.
 */
export async function endWithImage(
  client: ClientBase,
  { id }: ClaimedJob,
  image: StoredImage,
): Promise<void> {
  await execute(
    client,
    sql`/* imageJob.addImage */ INSERT INTO product_images
        (product_id, position, sha256, source, width, height, thumbhash, dominant_color, alt_text, shows)
      SELECT product_id, position, decode(${image.sha256}, 'hex'), link, ${image.width}::integer,
        ${image.height}::integer, decode(${image.thumbhash}, 'base64'), ${image.dominantColor}, alt_text, shows
      FROM image_jobs WHERE id = ${id}
      ON CONFLICT (product_id, sha256) DO UPDATE SET
        position = excluded.position, source = excluded.source, alt_text = excluded.alt_text, shows = excluded.shows
      WHERE excluded.position < product_images.position`,
  );
  await execute(client, sql`/* imageJob.end */ DELETE FROM image_jobs WHERE id = ${id}`);
}

/** Returns a job whose attempt was interrupted. */
export async function giveBack(db: Queryable, { id, lease }: ClaimedJob): Promise<void> {
  await execute(
    db,
    sql`/* imageJob.giveBack */ UPDATE image_jobs SET attempts = attempts - 1, lease = NULL, leased_until = NULL
      WHERE id = ${id} AND lease = ${lease}`,
  );
}

/**
 * Records why an attempt failed, and when the next one is due (null: never). Returns whether the claim still held.
 */
export async function noteFailure(
  db: Queryable,
  { id, lease }: ClaimedJob,
  reason: string,
  delayMs: number | null,
): Promise<boolean> {
  const noted = await execute(
    db,
    sql`/* imageJob.fail */ UPDATE image_jobs SET lease = NULL, leased_until = NULL, last_error = ${reason},
        state = CASE WHEN ${delayMs}::float8 IS NULL THEN 'DEAD' ELSE 'WAITING' END,
        next_attempt_at = coalesce(now() + ${delayMs}::float8 * interval '1 millisecond', next_attempt_at)
      WHERE id = ${id} AND lease = ${lease}`,
  );
  return noted > 0;
}

export interface WantedImage {
  readonly productId: number;
  readonly position: number;
  /** An https URL, or the id of an upload. */
  readonly link: string;
  readonly altText: string | null;
  /** Null: unchanged, and the whole product for a new image. */
  readonly shows: ShownOptions | null;
}

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

/**
 * Gives products, which the caller has locked, exactly these images: links that a product already has keep their
 * image, the others become jobs, and dead jobs are revived. Returns the products whose images this changed
 * immediately.
 */
export async function wantImages(
  client: ClientBase,
  productIds: readonly number[],
  images: readonly WantedImage[],
): Promise<number[]> {
  const input = sql`jsonb_to_recordset(${JSON.stringify(images)}::jsonb)
    AS input ("productId" integer, position smallint, link text, "altText" text, shows jsonb)`;
  await execute(
    client,
    sql`/* imageJob.removeUnwanted */ DELETE FROM image_jobs job
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM ${input} WHERE input."productId" = job.product_id AND input.link = job.link)`,
  );
  const removed = await query(
    client,
    sql`/* imageJob.removeImages */ DELETE FROM product_images image
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM ${input} WHERE input."productId" = image.product_id AND input.link = image.source)
      RETURNING product_id AS id`,
    changed,
  );
  const moved = await query(
    client,
    sql`/* imageJob.moveImages */ UPDATE product_images image
      SET position = input.position, alt_text = input."altText", shows = coalesce(input.shows, image.shows)
      FROM ${input}
      WHERE input."productId" = image.product_id AND input.link = image.source
        AND (image.position, image.alt_text, image.shows)
          IS DISTINCT FROM (input.position, input."altText", coalesce(input.shows, image.shows))
      RETURNING image.product_id AS id`,
    changed,
  );
  await execute(
    client,
    sql`/* imageJob.add */ INSERT INTO image_jobs (product_id, position, link, alt_text, shows)
      SELECT input."productId", input.position, input.link, input."altText", coalesce(input.shows, known.shows, '{}')
      FROM ${input}
      LEFT JOIN image_jobs known ON known.product_id = input."productId" AND known.link = input.link
      WHERE NOT EXISTS (
        SELECT FROM product_images image WHERE image.product_id = input."productId" AND image.source = input.link)
      ORDER BY input."productId", input.position
      ON CONFLICT (product_id, link) DO UPDATE SET
        position = excluded.position, alt_text = excluded.alt_text, shows = excluded.shows, state = 'WAITING',
        attempts = CASE WHEN image_jobs.state = 'DEAD' THEN 0 ELSE image_jobs.attempts END,
        next_attempt_at = CASE WHEN image_jobs.state = 'DEAD' THEN now() ELSE image_jobs.next_attempt_at END`,
  );
  return [...removed, ...moved];
}

/** Deletes the jobs of products, which the caller has locked, because their images come from elsewhere. */
export async function removeImageJobs(client: ClientBase, productIds: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* imageJob.remove */ DELETE FROM image_jobs WHERE product_id = ANY(${productIds}::integer[])`,
  );
}

/** Counts pending images of products, without dead jobs. */
export async function countPending(client: ClientBase, productIds: readonly number[]): Promise<number> {
  const [row] = await query(
    client,
    sql`/* imageJob.countPending */ SELECT count(*)::integer AS count FROM image_jobs
      WHERE state = 'WAITING' AND product_id = ANY(${productIds}::integer[])`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}

const jobState = z.enum(ImageJobState);

/** Counts the jobs in each state. */
export async function countImageJobs(db: Queryable): Promise<Record<ImageJobState, number>> {
  const rows = await query(
    db,
    sql`/* imageJob.count */ SELECT state, count(*)::integer AS count FROM image_jobs GROUP BY state`,
    z.object({ state: jobState, count: z.number() }),
  );
  return { WAITING: 0, DEAD: 0, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
}

const jobRow = z.object({
  key: z.number(),
  productHandle: z.string(),
  link: z.string(),
  state: jobState,
  attempts: z.number(),
  lastError: z.string().nullable(),
  nextAttemptAt: z.date().nullable(),
  createdAt: z.date(),
});

const JOBS = sql`SELECT job.id AS key, product.handle AS "productHandle", job.link, job.state, job.attempts,
    job.last_error AS "lastError", CASE WHEN job.state = 'WAITING' THEN job.next_attempt_at END AS "nextAttemptAt",
    job.created_at AS "createdAt"
  FROM image_jobs job JOIN products product ON product.id = job.product_id`;

/** Jobs after this one, oldest first. */
export async function listImageJobs(
  db: Queryable,
  state: ImageJobState | null,
  after: number,
  limit: number,
): Promise<z.infer<typeof jobRow>[]> {
  return query(
    db,
    sql`/* imageJob.list */ ${JOBS}
      WHERE job.id > ${after}::integer AND (${state}::text IS NULL OR job.state = ${state})
      ORDER BY job.id LIMIT ${limit}`,
    jobRow,
  );
}

/** Those of these jobs that have not ended. */
export async function readImageJobs(
  db: Queryable,
  ids: readonly number[],
): Promise<z.infer<typeof jobRow>[]> {
  return query(db, sql`/* imageJob.byKey */ ${JOBS} WHERE job.id = ANY(${ids}::integer[])`, jobRow);
}
