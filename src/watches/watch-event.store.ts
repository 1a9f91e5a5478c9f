import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { reachable } from './watch.store.js';

const eventRow = z.object({
  uuid: z.string(),
  number: z.number(),
  watchNumber: z.number(),
  watchUuid: z.string(),
  productKey: z.number(),
  score: z.number().nullable(),
  amount: z.number(),
  currency: z.string(),
  matchedAt: z.date(),
  deliveredAt: z.date().nullable(),
  attempts: z.number(),
});
export type WatchEventRow = z.infer<typeof eventRow>;

/** Webhooks that were removed do not count: they will never take their messages. */
const SELECT_EVENTS = sql`SELECT event.uuid, event.id AS number, event.watch AS "watchNumber", watch.id AS "watchUuid",
    event.product_id AS "productKey", event.cosine * watch.scale AS score, event.amount, watch.currency,
    event.matched_at AS "matchedAt", delivery.at AS "deliveredAt", delivery.attempts
  FROM watch_events event
  JOIN watches watch ON watch.number = event.watch
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(message.attempts), 0)::integer AS attempts,
      CASE WHEN bool_and(message.delivered_at IS NOT NULL) THEN max(message.delivered_at) END AS at
    FROM watch_deliveries message JOIN webhooks ON webhooks.id = message.webhook_id WHERE message.event = event.id
  ) delivery`;

/** Those of these events whose watch the caller may see. */
export async function readEvents(
  db: Queryable,
  uuids: readonly string[],
  { key, shopper }: Owner,
): Promise<WatchEventRow[]> {
  return queryPrepared(
    db,
    sql`/* watchEvent.find */ ${SELECT_EVENTS} WHERE event.uuid = ${anyOf(uuids, 'uuid')}
      AND ((watch.owner = ${key}::integer AND watch.shopper = ${shopper}::bytea) OR (watch.owner = 0 AND watch.shopper = ''))`,
    eventRow,
  );
}

/** The events of a watch, newest first, below a number. */
export async function listEventRows(
  db: Queryable,
  watch: number,
  below: number,
  limit: number,
): Promise<WatchEventRow[]> {
  return queryPrepared(
    db,
    sql`/* watchEvent.list */ ${SELECT_EVENTS} WHERE event.watch = ${watch} AND event.id < ${below}
      ORDER BY event.id DESC LIMIT ${limit}`,
    eventRow,
  );
}

/** The next events of any of these watches after a number, oldest first. */
export async function readEventsAfter(
  db: Queryable,
  watches: readonly number[],
  after: number,
  limit: number,
): Promise<WatchEventRow[]> {
  return queryPrepared(
    db,
    sql`/* watchEvent.after */ ${SELECT_EVENTS} WHERE event.watch = ${anyOf(watches, 'int')} AND event.id > ${after}
      ORDER BY event.id LIMIT ${limit}`,
    eventRow,
  );
}

/** The numbers of these watches, if the caller may see them, and the last event so far: what follows comes after it. */
export async function readFollowed(
  db: Queryable,
  uuids: readonly string[],
  owner: Owner,
): Promise<{ readonly watches: readonly number[]; readonly last: number }> {
  const [row] = await queryPrepared(
    db,
    sql`/* watch.followed */ SELECT ARRAY(SELECT number FROM watches watch WHERE ${reachable(uuids, owner)}) AS watches,
      coalesce((SELECT max(id) FROM watch_events), 0) AS last`,
    z.object({ watches: z.array(z.number()), last: z.number() }),
  );
  return row ?? { watches: [], last: 0 };
}
