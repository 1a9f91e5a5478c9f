import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { shortReason } from './short-reason.js';

// No statement here locks rows of both tables, so none can wait for another in a circle.

/** Longer than a try of one message, before which it is extended. A killed gateway delays its endpoint by this time. */
const LEASE_MS = 20_000;
/** Longer than a weekend. */
const GIVE_UP_HOURS = 72;
/** How long messages are kept for an endpoint that is disabled; as long as holds are. */
const RETENTION_DAYS = 30;
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

const leaseEnd = sql`now() + ${LEASE_MS}::float8 * interval '1 millisecond'`;

/** Claims the endpoint that has waited longest for its messages to be sent; null when none is due. */
export async function claimWebhook(db: Queryable): Promise<Claim | null> {
  const [claimed] = await query(
    db,
    sql`/* webhook.claim */ UPDATE webhooks SET lease = gen_random_uuid(), leased_until = ${leaseEnd}
      WHERE id = (
        SELECT id FROM webhooks
        WHERE disabled_at IS NULL AND next_attempt_at <= now() AND (leased_until IS NULL OR leased_until <= now())
          AND webhook_key_is_valid(webhooks)
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
  url: z.string(),
  secret: z.instanceof(Buffer),
  /** Null: only one secret is valid. */
  previousSecret: z.instanceof(Buffer).nullable(),
});
export type NextMessage = z.infer<typeof nextMessageRow>;

/** Extends the claim, and returns the endpoint's first message; null when there is none, or the claim is lost. */
export async function nextMessage(db: Queryable, { id, lease }: Claim): Promise<NextMessage | null> {
  const [message] = await query(
    db,
    sql`/* webhook.next */ WITH held AS (
        UPDATE webhooks SET leased_until = ${leaseEnd}
        WHERE id = ${id} AND lease = ${lease} AND disabled_at IS NULL AND webhook_key_is_valid(webhooks)
        RETURNING id, url, secret, CASE WHEN previous_until > now() THEN previous_secret END AS previous_secret
      )
      SELECT message.id, message.uuid, message.type, message.at, message.data, held.url, held.secret,
        held.previous_secret AS "previousSecret"
      FROM held JOIN webhook_messages message ON message.webhook_id = held.id AND message.failure IS NULL
      ORDER BY message.id LIMIT 1`,
    nextMessageRow,
  );
  return message ?? null;
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
  /** Also those whose API key expired. */
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
      CROSS JOIN LATERAL (SELECT disabled_at IS NULL AND webhook_key_is_valid(webhooks) AS is_enabled) state`,
    states,
  );
  if (row === undefined) throw new Error('an aggregate answers one row');
  return row;
}

/** Messages of all endpoints by state. */
export async function countMessages(db: Queryable): Promise<{ waiting: number; failed: number }> {
  const [row] = await query(
    db,
    sql`/* webhook.count */ SELECT count(*) FILTER (WHERE failure IS NULL) AS waiting,
        count(*) FILTER (WHERE failure IS NOT NULL) AS failed
      FROM webhook_messages WHERE webhook_id IN (SELECT id FROM webhooks)`,
    z.object({ waiting: z.number(), failed: z.number() }),
  );
  return row ?? { waiting: 0, failed: 0 };
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
