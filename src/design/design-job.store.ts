import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import type { StoredImage } from '../images/stored-image.store.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toBytes, toVector } from '../vector-index/vectors.js';
import { DesignEngineName, storedOrder, type StoredOrder } from './order.js';

// Code that locks a job or its designs locks the job first (docs/locks.md).

/** Extended while a worker works on the job. A killed worker delays its job by at most this time. */
export const LEASE_MS = 20_000;

/** How long a job that has ended counts when it is decided whose turn it is: in an hour, a worker does about a hundred. */
const TURNS_MINUTES = 60;

const leaseEnd = sql`now() + ${LEASE_MS}::float8 * interval '1 millisecond'`;

const jobRow = z.object({
  uuid: z.string(),
  engine: z.enum(DesignEngineName),
  state: z.enum(['WAITING', 'RUNNING', 'DONE', 'FAILED', 'CANCELED']),
  progress: z.number(),
  error: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});
export type DesignJobRow = z.infer<typeof jobRow>;

const JOB_COLUMNS = sql`id AS uuid, engine,
  CASE WHEN state = 'WAITING' AND lease IS NOT NULL THEN 'RUNNING' ELSE state END AS state, progress,
  last_error AS error, created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"`;

/** Who may see them: their owner; for one of nobody in particular, anyone who knows its id. */
const reachable = (uuids: readonly string[], { key, shopper }: Owner) =>
  sql`id = ${anyOf(uuids, 'uuid')} AND ((owner = ${key}::integer AND shopper = ${shopper}::bytea) OR (owner = 0 AND shopper = ''))`;

/** Those of these jobs that the caller may see. */
export async function readJobs(
  db: Queryable,
  uuids: readonly string[],
  owner: Owner,
): Promise<DesignJobRow[]> {
  return queryPrepared(
    db,
    sql`/* designJob.find */ SELECT ${JOB_COLUMNS} FROM design_jobs WHERE ${reachable(uuids, owner)}`,
    jobRow,
  );
}

const stateRow = jobRow.extend({
  /** Changes whenever a design of the job does. */
  version: z.string(),
});

/** The states of these jobs, for whoever was allowed to watch them. */
export async function readJobStates(
  db: Queryable,
  uuids: readonly string[],
): Promise<z.infer<typeof stateRow>[]> {
  return queryPrepared(
    db,
    sql`/* designJob.states */ SELECT ${JOB_COLUMNS}, coalesce((
        SELECT string_agg(encode(design.sha256, 'hex'), ',' ORDER BY design.position) FROM designs design
        WHERE design.job_id = design_jobs.id), '') AS version
      FROM design_jobs WHERE id = ${anyOf(uuids, 'uuid')}`,
    stateRow,
  );
}

export interface NewJob {
  readonly owner: Owner;
  /** Whose jobs wait for each other (32 bytes). */
  readonly line: Buffer;
  readonly engine: DesignEngineName;
  readonly ordered: StoredOrder;
  readonly encoderId: number;
  readonly toward: readonly Float32Array[];
  readonly away: readonly Float32Array[];
}

const joined = (vectors: readonly Float32Array[]): Buffer => Buffer.concat(vectors.map(toBytes));

/**
 * How many jobs wait or are in work: of this line, of its key with all shoppers (0: of all callers without a key), and of
 * all. No other transaction can add one to the line until this ends.
 */
export async function countWaiting(
  client: ClientBase,
  line: Buffer,
  key: number,
): Promise<{ readonly own: number; readonly ofKey: number; readonly all: number }> {
  await execute(
    client,
    sql`/* designJob.lockLine */
      SELECT pg_advisory_xact_lock(hashtext('designs'), hashtext(encode(${line}::bytea, 'hex')))`,
  );
  const [row] = await query(
    client,
    sql`/* designJob.countWaiting */ SELECT count(*) FILTER (WHERE line = ${line})::integer AS own,
        count(*) FILTER (WHERE owner = ${key})::integer AS "ofKey", count(*)::integer AS all
      FROM design_jobs WHERE state = 'WAITING'`,
    z.object({ own: z.number(), ofKey: z.number(), all: z.number() }),
  );
  return row ?? { own: 0, ofKey: 0, all: 0 };
}

/** Returns the id of the new job. */
export async function insertJob(client: ClientBase, job: NewJob): Promise<string> {
  const [row] = await query(
    client,
    sql`/* designJob.insert */ INSERT INTO design_jobs (owner, shopper, line, engine, ordered, encoder_id, toward, away)
      VALUES (${job.owner.key}, ${job.owner.shopper}, ${job.line}, ${job.engine}, ${JSON.stringify(job.ordered)}::jsonb,
        ${job.encoderId}, ${joined(job.toward)}, ${joined(job.away)})
      RETURNING id`,
    z.object({ id: z.string() }),
  );
  if (row === undefined) throw new Error('designJob.insert answers the id');
  return row.id;
}

/** Cancels a job that the caller may see, if it has not ended; returns whether there is such a job. */
export async function cancelJob(client: ClientBase, uuid: string, owner: Owner): Promise<boolean> {
  const found = await execute(
    client,
    sql`/* designJob.lock */ SELECT FROM design_jobs WHERE ${reachable([uuid], owner)} FOR UPDATE`,
  );
  if (found === 0) return false;
  await execute(
    client,
    sql`/* designJob.cancel */ UPDATE design_jobs SET state = 'CANCELED', lease = NULL, leased_until = NULL, ended_at = now()
      WHERE id = ${uuid}::uuid AND state = 'WAITING'`,
  );
  await removeDrafts(client, uuid);
  return true;
}

/** A job that has ended has no drafts: nothing else would ever delete them. */
async function removeDrafts(client: ClientBase, uuid: string): Promise<void> {
  await execute(
    client,
    sql`/* design.removeDrafts */ DELETE FROM designs WHERE job_id = ${uuid}::uuid AND NOT finished`,
  );
}

const claimedRow = z.object({
  uuid: z.string(),
  engine: z.enum(DesignEngineName),
  // Parsed by the worker, so that what cannot be read is this job and not the queue.
  ordered: z.unknown(),
  dimension: z.number(),
  toward: z.instanceof(Buffer),
  away: z.instanceof(Buffer),
  /** Including this one. */
  attempts: z.number(),
  /** Identifies the claim. */
  lease: z.string(),
});
export type ClaimedJob = z.infer<typeof claimedRow>;

/**
 * Claims the job that is next. Keys take turns, of which callers without one are another, and within a key its shoppers, or
 * the networks: whoever had fewer of the jobs in work and of those that ended within TURNS_MINUTES comes first. Jobs of
 * other encoders and engines are left to other workers. Null when none is due.
 */
export async function claimJob(
  db: Queryable,
  encoder: string,
  engines: readonly DesignEngineName[],
): Promise<ClaimedJob | null> {
  const [job] = await query(
    db,
    sql`/* designJob.claim */ WITH jobs AS (
        SELECT job.id, job.owner, job.line, job.number, coalesce(job.leased_until > now(), false) AS served
        FROM design_jobs job
        JOIN encoders encoder ON encoder.id = job.encoder_id AND encoder.name = ${encoder}
        WHERE job.state = 'WAITING' AND job.next_attempt_at <= now() AND job.engine = ANY(${engines}::text[])
        UNION ALL
        SELECT id, owner, line, number, true FROM design_jobs
        WHERE ended_at > now() - ${TURNS_MINUTES} * interval '1 minute' AND started_at IS NOT NULL
      ), lines AS (
        SELECT *, row_number() OVER (PARTITION BY line ORDER BY served DESC, number) AS turn FROM jobs
      ), turns AS (
        SELECT id, row_number() OVER (PARTITION BY owner ORDER BY served DESC, turn, number) AS turn FROM lines
      ), due AS MATERIALIZED (
        SELECT job.id FROM turns JOIN design_jobs job USING (id)
        WHERE job.state = 'WAITING' AND (job.leased_until IS NULL OR job.leased_until <= now())
        ORDER BY turns.turn, job.number
        LIMIT 1 FOR UPDATE OF job SKIP LOCKED
      )
      UPDATE design_jobs job SET attempts = job.attempts + 1, lease = gen_random_uuid(), leased_until = ${leaseEnd},
        started_at = coalesce(job.started_at, now()), progress = 0
      FROM due, encoders encoder WHERE job.id = due.id AND encoder.id = job.encoder_id
      RETURNING job.id AS uuid, job.engine, job.ordered, encoder.dimension, job.toward, job.away, job.attempts, job.lease`,
    claimedRow,
  );
  return job ?? null;
}

/** What a claimed job orders. @throws ZodError when it cannot be read */
export function readOrder({ ordered, dimension, toward, away }: ClaimedJob): {
  readonly ordered: StoredOrder;
  readonly toward: Float32Array[];
  readonly away: Float32Array[];
} {
  const size = dimension * Float32Array.BYTES_PER_ELEMENT;
  const vectors = (bytes: Buffer): Float32Array[] =>
    Array.from({ length: bytes.length / size }, (_, i) => toVector(bytes.subarray(i * size, (i + 1) * size)));
  return { ordered: storedOrder.parse(ordered), toward: vectors(toward), away: vectors(away) };
}

/** Extends a claim and notes how far it is; returns whether the claim still held. A canceled job holds none. */
export async function renewLease(
  db: Queryable,
  { uuid, lease }: ClaimedJob,
  progress: number,
): Promise<boolean> {
  const renewed = await execute(
    db,
    sql`/* designJob.renew */ UPDATE design_jobs SET leased_until = ${leaseEnd}, progress = ${progress}::real
      WHERE id = ${uuid}::uuid AND lease = ${lease}`,
  );
  return renewed > 0;
}

/** Locks a job; returns whether the claim still holds. */
export async function lockClaim(client: ClientBase, { uuid, lease }: ClaimedJob): Promise<boolean> {
  const held = await execute(
    client,
    sql`/* designJob.lockClaim */ SELECT FROM design_jobs WHERE id = ${uuid}::uuid AND lease = ${lease} FOR UPDATE`,
  );
  return held > 0;
}

/** A picture of a job's design, with what is known of it. */
export interface WrittenDesign {
  readonly position: number;
  readonly image: StoredImage;
  readonly garment: object | null;
  readonly prompt: string | null;
  readonly similarity: number;
  /** The cosine to the nearest product; null for a draft, and without products. */
  readonly likeness: number | null;
  readonly nearestProduct: number | null;
  readonly price: number | null;
  readonly trust: { readonly score: number; readonly reason: string | null } | null;
  readonly finished: boolean;
}

/** Writes designs of a locked job; a better one replaces that of its position. */
export async function writeDesigns(
  client: ClientBase,
  { uuid }: ClaimedJob,
  designs: readonly WrittenDesign[],
): Promise<void> {
  const rows = designs.map(({ image, trust, ...design }) => ({
    ...design,
    ...image,
    trustScore: trust?.score ?? null,
    trustReason: trust?.reason ?? null,
  }));
  await execute(
    client,
    sql`/* design.write */ INSERT INTO designs AS design (job_id, owner, shopper, position, sha256, width, height, thumbhash,
        dominant_color, garment, prompt, similarity, likeness, nearest_product, price, trust_score, trust_reason, finished)
      SELECT job.id, job.owner, job.shopper, input.position, decode(input.sha256, 'hex'), input.width, input.height,
        decode(input.thumbhash, 'base64'), input."dominantColor", input.garment, input.prompt, input.similarity,
        input.likeness, input."nearestProduct", input.price, input."trustScore", input."trustReason", input.finished
      FROM design_jobs job, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS input (position smallint, sha256 text,
        width integer, height integer, thumbhash text, "dominantColor" text, garment jsonb, prompt text, similarity real,
        likeness real, "nearestProduct" integer, price bigint, "trustScore" real, "trustReason" text, finished boolean)
      WHERE job.id = ${uuid}::uuid
      ON CONFLICT (job_id, position) DO UPDATE SET sha256 = excluded.sha256, width = excluded.width,
        height = excluded.height, thumbhash = excluded.thumbhash, dominant_color = excluded.dominant_color,
        garment = excluded.garment, prompt = excluded.prompt, similarity = excluded.similarity,
        likeness = excluded.likeness, nearest_product = excluded.nearest_product, price = excluded.price,
        trust_score = excluded.trust_score, trust_reason = excluded.trust_reason, finished = excluded.finished`,
  );
}

/** Ends a locked job whose designs are written; drafts without a final design are removed. */
export async function endJob(client: ClientBase, { uuid }: ClaimedJob): Promise<void> {
  await removeDrafts(client, uuid);
  await execute(
    client,
    sql`/* designJob.end */ UPDATE design_jobs SET state = 'DONE', progress = 1, lease = NULL, leased_until = NULL,
        last_error = NULL, ended_at = now()
      WHERE id = ${uuid}::uuid`,
  );
}

/** Returns a job whose attempt was interrupted. */
export async function giveBack(db: Queryable, { uuid, lease }: ClaimedJob): Promise<void> {
  await execute(
    db,
    sql`/* designJob.giveBack */ UPDATE design_jobs SET attempts = attempts - 1, lease = NULL, leased_until = NULL
      WHERE id = ${uuid}::uuid AND lease = ${lease}`,
  );
}

/** Records why an attempt failed, and when the next one is due; null: never, and its drafts are removed. */
export async function noteFailure(
  client: ClientBase,
  { uuid, lease }: ClaimedJob,
  reason: string,
  delayMs: number | null,
): Promise<void> {
  const noted = await execute(
    client,
    sql`/* designJob.fail */ UPDATE design_jobs SET lease = NULL, leased_until = NULL, last_error = ${reason},
        state = CASE WHEN ${delayMs}::float8 IS NULL THEN 'FAILED' ELSE 'WAITING' END,
        ended_at = CASE WHEN ${delayMs}::float8 IS NULL THEN now() END,
        next_attempt_at = coalesce(now() + ${delayMs}::float8 * interval '1 millisecond', next_attempt_at)
      WHERE id = ${uuid}::uuid AND lease = ${lease}`,
  );
  if (noted > 0 && delayMs === null) await removeDrafts(client, uuid);
}

/** How many jobs wait for a worker, and how many are in work. */
export async function countJobs(
  db: Queryable,
): Promise<{ readonly waiting: number; readonly running: number }> {
  const [row] = await query(
    db,
    sql`/* designJob.count */ SELECT count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= now())::integer AS waiting,
        count(*) FILTER (WHERE leased_until > now())::integer AS running
      FROM design_jobs WHERE state = 'WAITING'`,
    z.object({ waiting: z.number(), running: z.number() }),
  );
  return row ?? { waiting: 0, running: 0 };
}

/** Deletes jobs that ended this many days ago and have no designs left, and those of nobody with their designs. */
export async function pruneJobs(db: Queryable, days: number, limit: number): Promise<number> {
  return execute(
    db,
    sql`/* designJob.prune */ DELETE FROM design_jobs WHERE id IN (
      SELECT id FROM design_jobs job
      WHERE ended_at < now() - ${days} * interval '1 day'
        AND ((owner = 0 AND shopper = '') OR NOT EXISTS (SELECT FROM designs WHERE job_id = job.id))
      ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  );
}
