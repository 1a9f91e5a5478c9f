import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { shortReason } from './short-reason.js';

// No statement here locks rows of both tables, so none can wait for another in a circle.

/** Longer than a turn with its last try, so that no claim is extended. A killed gateway delays its endpoint by this time. */
const LEASE_MS = 20_000;
/** Longer than a weekend. */
const GIVE_UP_HOURS = 72;
/** How long messages are kept for an endpoint that is disabled; as long as holds are. Then it is told no more. */
const RETENTION_DAYS = 30;
/** An endpoint for which more messages wait is told no more: about 100 MB, and half an hour for a receiver that is fast. */
const MAX_WAITING = 100_000;
/** Counting more would cost every scrape and every list time, and tell nobody more. */
export const COUNTED_TO = 10_000;
/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 5_000;

const claim = z.object({
  id: z.number(),
  name: z.string(),
  /** Identifies the claim. */
  lease: z.string(),
  /** Tries in a row that have failed. */
  attempts: z.number(),
});
/** An endpoint whose messages this gateway sends. */
export type Claim = z.infer<typeof claim>;

/** Claims the endpoint that has waited longest for its messages to be sent; null when none is due but those. */
export async function claimWebhook(db: Queryable, except: readonly number[]): Promise<Claim | null> {
  const [claimed] = await query(
    db,
    sql`/* webhook.claim */ UPDATE webhooks SET lease = gen_random_uuid(), leased_until = now() + ${LEASE_MS}::float8 * interval '1 millisecond'
      WHERE id = (
        SELECT id FROM webhooks
        WHERE disabled_at IS NULL AND next_attempt_at <= now() AND (leased_until IS NULL OR leased_until <= now())
          AND id <> ALL(${except}::integer[]) AND webhook_key_is_valid(webhooks)
          AND EXISTS (SELECT FROM webhook_messages WHERE webhook_id = webhooks.id AND failure IS NULL)
        ORDER BY served_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
      RETURNING id, name, lease, attempts`,
    claim,
  );
  return claimed ?? null;
}

const nextMessageRow = z.object({
  id: z.number(),
  uuid: z.string(),
  // Parsed when the body is made, so that what cannot be read is this message and not the queue.
  type: z.unknown(),
  at: z.unknown(),
  data: z.unknown(),
});
export type NextMessage = z.infer<typeof nextMessageRow>;

/** The first messages of a claimed endpoint, at most `limit`. */
export async function nextMessages(
  db: Queryable,
  { id }: Pick<Claim, 'id'>,
  limit: number,
): Promise<NextMessage[]> {
  return query(
    db,
    sql`/* webhook.next */ SELECT id, uuid, type, at, data FROM webhook_messages
      WHERE webhook_id = ${id} AND failure IS NULL ORDER BY id LIMIT ${limit}`,
    nextMessageRow,
  );
}

/** Records that a message was sent, and whether it arrived. Only of events of watches, which say so to their owners. */
export async function noteDelivery(db: Queryable, uuid: string, hasArrived: boolean): Promise<void> {
  await execute(
    db,
    sql`/* webhook.noteDelivery */ UPDATE watch_deliveries SET attempts = attempts + 1,
        delivered_at = CASE WHEN ${hasArrived}::boolean THEN now() END
      WHERE message = ${uuid}::uuid`,
  );
}

/** Deletes a message that has arrived. */
export async function forgetMessage(db: Queryable, messageId: number): Promise<void> {
  await execute(db, sql`/* webhook.forget */ DELETE FROM webhook_messages WHERE id = ${messageId}`);
}

/** Sets a message aside that cannot be sent at all, so that those after it can be. */
export async function parkMessage(db: Queryable, messageId: number, reason: string): Promise<void> {
  await execute(
    db,
    sql`/* webhook.park */ UPDATE webhook_messages SET failure = ${shortReason(reason)} WHERE id = ${messageId}`,
  );
}

/** Records that the endpoint works again. */
export async function noteRecovery(db: Queryable, { id, lease }: Claim): Promise<void> {
  await execute(
    db,
    sql`/* webhook.recover */ UPDATE webhooks SET attempts = 0, failing_since = NULL, last_error = NULL
      WHERE id = ${id} AND lease = ${lease}`,
  );
}

/**
 * Ends a claim after a try failed; the next one is due after `delayMs`. Disables the endpoint if it wants no more
 * messages, or has failed for too long, and then returns why.
 */
export async function noteFailure(
  db: Queryable,
  { id, lease }: Claim,
  { reason, isGone }: { readonly reason: string; readonly isGone: boolean },
  delayMs: number,
): Promise<string | null> {
  const gaveUp = `It failed for ${GIVE_UP_HOURS} hours. ${reason}`;
  const [noted] = await query(
    db,
    sql`/* webhook.fail */ WITH outcome AS (
        SELECT id, CASE WHEN ${isGone}::boolean THEN ${reason}::text
          WHEN failing_since <= now() - make_interval(hours => ${GIVE_UP_HOURS}::integer) THEN ${gaveUp}::text END AS ending
        FROM webhooks WHERE id = ${id} AND lease = ${lease} FOR NO KEY UPDATE
      )
      UPDATE webhooks SET lease = NULL, leased_until = NULL, served_at = now(), attempts = attempts + 1,
        failing_since = coalesce(failing_since, now()), last_error = ${reason},
        next_attempt_at = now() + ${delayMs}::float8 * interval '1 millisecond',
        disabled_at = coalesce(disabled_at, CASE WHEN ending IS NOT NULL THEN now() END),
        disabled_reason = coalesce(disabled_reason, ending)
      FROM outcome WHERE webhooks.id = outcome.id RETURNING ending`,
    z.object({ ending: z.string().nullable() }),
  );
  return noted?.ending ?? null;
}

/** Ends a claim, so that another endpoint or gateway has its turn. */
export async function releaseWebhook(db: Queryable, { id, lease }: Claim): Promise<void> {
  await execute(
    db,
    sql`/* webhook.release */ UPDATE webhooks SET lease = NULL, leased_until = NULL, served_at = now()
      WHERE id = ${id} AND lease = ${lease}`,
  );
}

const states = z.object({
  active: z.number(),
  failing: z.number(),
  /** Also those whose API key expired, and those that are told of no more holds. */
  disabled: z.number(),
  /** Age of the oldest message that waits for an endpoint that is not disabled. */
  lagSeconds: z.number(),
});

/** Endpoints by state, and how late their messages are. */
export async function readWebhookStates(db: Queryable): Promise<z.infer<typeof states>> {
  const [row] = await query(
    db,
    sql`/* webhook.states */ SELECT count(*) FILTER (WHERE is_enabled AND failing_since IS NULL) AS active,
        count(*) FILTER (WHERE is_enabled AND failing_since IS NOT NULL) AS failing,
        count(*) FILTER (WHERE NOT is_enabled) AS disabled,
        coalesce(extract(epoch FROM now() - min((
          SELECT at FROM webhook_messages WHERE webhook_id = webhooks.id AND failure IS NULL ORDER BY id LIMIT 1
        )) FILTER (WHERE is_enabled)), 0)::float8 AS "lagSeconds"
      FROM webhooks
      CROSS JOIN LATERAL (SELECT disabled_at IS NULL AND muted_at IS NULL AND webhook_key_is_valid(webhooks) AS is_enabled) state`,
    states,
  );
  if (row === undefined) throw new Error('an aggregate answers one row');
  return row;
}

/** Messages of all endpoints by state; each at most `COUNTED_TO`. */
export async function countMessages(db: Queryable): Promise<{ waiting: number; failed: number }> {
  const [row] = await query(
    db,
    sql`/* webhook.count */ SELECT
        (SELECT count(*) FROM (SELECT FROM webhook_messages
          WHERE failure IS NULL AND webhook_id IN (SELECT id FROM webhooks) LIMIT ${COUNTED_TO}) waiting) AS waiting,
        (SELECT count(*) FROM (SELECT FROM webhook_messages
          WHERE failure IS NOT NULL AND webhook_id IN (SELECT id FROM webhooks) LIMIT ${COUNTED_TO}) failed) AS failed`,
    z.object({ waiting: z.number(), failed: z.number() }),
  );
  return row ?? { waiting: 0, failed: 0 };
}

/**
 * Ends telling endpoints of holds for which too many messages wait, or that were disabled for as long as messages are
 * kept; returns their names. Gateways of the whole shop would otherwise fill the disk for a receiver that is gone.
 */
export async function muteWebhooks(db: Queryable): Promise<string[]> {
  const muted = await query(
    db,
    sql`/* webhook.mute */ UPDATE webhooks SET muted_at = now() WHERE id IN (
        SELECT id FROM webhooks
        WHERE muted_at IS NULL AND (disabled_at < now() - ${RETENTION_DAYS} * interval '1 day' OR EXISTS (
          SELECT FROM webhook_messages WHERE webhook_id = webhooks.id AND failure IS NULL
          OFFSET ${MAX_WAITING} LIMIT 1))
        FOR NO KEY UPDATE SKIP LOCKED)
      RETURNING name`,
    z.object({ name: z.string() }),
  );
  return muted.map(({ name }) => name);
}

/** Deletes old messages; stops between batches. */
export async function pruneMessages(db: Queryable, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pruned = await execute(
      db,
      sql`/* webhook.prune */ DELETE FROM webhook_messages WHERE id IN (
        SELECT id FROM webhook_messages WHERE at < now() - ${RETENTION_DAYS} * interval '1 day'
        ORDER BY at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    if (pruned < PRUNED_AT_ONCE) return;
  }
}
