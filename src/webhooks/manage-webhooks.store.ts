import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { messageId } from './message-body.js';
import { COUNTED_TO } from './message-queue.store.js';
import { WEBHOOK_EVENTS, type WebhookEvent } from './webhook-events.js';

/** Every hold that ends looks at all of them. */
const MAX_WEBHOOKS = 50;

const listedWebhookRow = z.object({
  name: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  /** The handles of its channels; null: all. */
  channels: z.array(z.string()).nullable(),
  /** The API key whose holds it is told of; null: all holds. */
  apiKey: z.string().nullable(),
  createdAt: z.date(),
  /** Messages to be sent; at most `COUNTED_TO`. */
  waiting: z.number(),
  /** Messages that were set aside: they cannot be read, or an operator skipped them. At most `COUNTED_TO`. */
  failed: z.number(),
  /** Why the first of them was set aside; null without one. */
  firstFailure: z.string().nullable(),
  failingSince: z.date().nullable(),
  lastError: z.string().nullable(),
  /** Until when messages are signed with the secret before the last rotation, too. */
  previousUntil: z.date().nullable(),
  /** Also when its API key expired. */
  disabledAt: z.date().nullable(),
  disabledReason: z.string().nullable(),
  /** Since when it is told of no holds: too many messages wait, or it was disabled for as long as messages are kept. */
  mutedAt: z.date().nullable(),
});

/** An endpoint as the operator sees it. */
export type ListedWebhook = z.infer<typeof listedWebhookRow>;

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** The ids of its only channels; empty: all. */
  readonly channelIds: readonly number[];
  /** The name of the API key whose holds it is told of; null: all holds. */
  readonly apiKey: string | null;
  readonly secret: Buffer;
}

/** All endpoints, oldest first. */
export async function listWebhooks(db: Queryable): Promise<ListedWebhook[]> {
  return query(
    db,
    sql`/* webhook.list */ SELECT webhook.name, webhook.url, webhook.events,
        CASE WHEN channel_ids IS NOT NULL
          THEN ARRAY(SELECT handle::text FROM channels WHERE id = ANY(channel_ids) ORDER BY handle) END AS channels,
        key.name AS "apiKey", webhook.created_at AS "createdAt",
        (SELECT count(*) FROM (SELECT FROM webhook_messages
          WHERE webhook_id = webhook.id AND failure IS NULL LIMIT ${COUNTED_TO}) waiting) AS waiting,
        (SELECT count(*) FROM (SELECT FROM webhook_messages
          WHERE webhook_id = webhook.id AND failure IS NOT NULL LIMIT ${COUNTED_TO}) failed) AS failed,
        (SELECT failure FROM webhook_messages WHERE webhook_id = webhook.id AND failure IS NOT NULL ORDER BY id LIMIT 1)
          AS "firstFailure",
        failing_since AS "failingSince", last_error AS "lastError",
        CASE WHEN webhook.previous_until > now() THEN webhook.previous_until END AS "previousUntil",
        CASE WHEN disabled_at IS NOT NULL THEN disabled_at
          WHEN NOT webhook_key_is_valid(webhook) THEN key.expires_at END AS "disabledAt",
        CASE WHEN disabled_at IS NOT NULL THEN disabled_reason
          WHEN NOT webhook_key_is_valid(webhook) THEN 'Its API key expired.' END AS "disabledReason",
        muted_at AS "mutedAt"
      FROM webhooks webhook
      LEFT JOIN api_keys key ON key.id = webhook.api_key_id
      ORDER BY webhook.id`,
    listedWebhookRow,
  );
}

/** Why an endpoint cannot be added. */
export type NotAdded = 'nameTaken' | 'noSuchKey' | 'tooMany';

/** Adds an endpoint; null when it is added. Only holds that end from now on are told. */
export async function addWebhook(db: Queryable, webhook: NewWebhook): Promise<NotAdded | null> {
  const { name, url, events, channelIds, apiKey, secret } = webhook;
  const [row] = await query(
    db,
    sql`/* webhook.add */ WITH key AS (
        SELECT id FROM api_keys
        WHERE name = ${apiKey} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
      ), refused AS (
        SELECT CASE WHEN EXISTS (SELECT FROM webhooks WHERE name = ${name}) THEN 'nameTaken'
          WHEN ${apiKey}::text IS NOT NULL AND NOT EXISTS (SELECT FROM key) THEN 'noSuchKey'
          WHEN (SELECT count(*) FROM webhooks) >= ${MAX_WEBHOOKS}::integer THEN 'tooMany' END AS why
      ), added AS (
        INSERT INTO webhooks (name, url, events, channel_ids, api_key_id, secret)
        SELECT ${name}, ${url}, ${events}::text[], nullif(${channelIds}::integer[], '{}'), (SELECT id FROM key), ${secret}
        FROM refused WHERE why IS NULL
      )
      SELECT why FROM refused`,
    z.object({ why: z.enum(['nameTaken', 'noSuchKey', 'tooMany']).nullable() }),
  );
  return row?.why ?? null;
}

/** Removes an endpoint with its messages; returns whether there was one. */
export async function removeWebhook(db: Queryable, name: string): Promise<boolean> {
  const [removed] = await query(
    db,
    sql`/* webhook.remove */ DELETE FROM webhooks WHERE name = ${name} RETURNING id`,
    z.object({ id: z.number() }),
  );
  if (removed === undefined) return false;
  await execute(
    db,
    sql`/* webhook.removeMessages */ DELETE FROM webhook_messages WHERE webhook_id = ${removed.id}`,
  );
  return true;
}

/**
 * Gives an endpoint a new secret. For `overlapSeconds` more, messages are also signed with the one before. Returns
 * whether there is such an endpoint.
 */
export async function rotateWebhookSecret(
  db: Queryable,
  name: string,
  secret: Buffer,
  overlapSeconds: number,
): Promise<boolean> {
  const rotated = await execute(
    db,
    sql`/* webhook.rotate */ UPDATE webhooks SET secret = ${secret}, previous_secret = secret,
        previous_until = now() + make_interval(secs => ${overlapSeconds})
      WHERE name = ${name}`,
  );
  return rotated > 0;
}

/**
 * Enables an endpoint, and lets its messages be sent now. Returns since when it was told of no holds, if it was not; null
 * when there is no endpoint with this name whose API key is valid.
 */
export async function enableWebhook(
  db: Queryable,
  name: string,
): Promise<{ readonly mutedAt: Date | null } | null> {
  const [enabled] = await query(
    db,
    sql`/* webhook.enable */ WITH before AS (
        SELECT id, muted_at FROM webhooks WHERE name = ${name} AND webhook_key_is_valid(webhooks) FOR NO KEY UPDATE
      )
      UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, muted_at = NULL, attempts = 0,
        failing_since = NULL, last_error = NULL, next_attempt_at = now()
      FROM before WHERE webhooks.id = before.id RETURNING before.muted_at AS "mutedAt"`,
    z.object({ mutedAt: z.date().nullable() }),
  );
  return enabled ?? null;
}

/**
 * Lets messages of an endpoint be sent, in their order, that were set aside because they could not be read; also those
 * that an operator skipped, if `withSkipped`.
 */
export async function requeueMessages(
  db: Queryable,
  name: string,
  { withSkipped }: { readonly withSkipped: boolean },
): Promise<void> {
  await execute(
    db,
    sql`/* webhook.requeue */ UPDATE webhook_messages SET failure = NULL, skipped = false
      WHERE failure IS NOT NULL AND (NOT skipped OR ${withSkipped}::boolean)
        AND webhook_id = (SELECT id FROM webhooks WHERE name = ${name})`,
  );
}

/**
 * Sets the first message of an endpoint aside, and returns its id as receivers know it. Null when nothing is skipped,
 * because no message waits, or the endpoint is neither failing nor disabled: then its first message was never tried.
 */
export async function skipMessage(db: Queryable, name: string): Promise<string | null> {
  const [skipped] = await query(
    db,
    sql`/* webhook.skip */ UPDATE webhook_messages message
      SET failure = concat_ws(' ', 'Skipped.', first.last_error), skipped = true
      FROM (
        SELECT waiting.id, webhook.last_error FROM webhooks webhook
        JOIN webhook_messages waiting ON waiting.webhook_id = webhook.id AND waiting.failure IS NULL
        WHERE webhook.name = ${name} AND (webhook.failing_since IS NOT NULL OR webhook.disabled_at IS NOT NULL)
          AND webhook_key_is_valid(webhook)
        ORDER BY waiting.id LIMIT 1
      ) first
      WHERE message.id = first.id RETURNING message.uuid`,
    z.object({ uuid: z.string() }),
  );
  return skipped === undefined ? null : messageId(skipped.uuid);
}
