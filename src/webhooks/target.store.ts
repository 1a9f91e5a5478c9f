import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';
import type { Claim } from './message-queue.store.js';
import { TRY_MS, type Target } from './post-message.js';

const targetRow = z.object({ url: z.string(), secrets: z.array(z.instanceof(Buffer)) });

/** Two secrets while a rotation lasts. */
const target = sql`url,
  array_remove(ARRAY[secret, CASE WHEN previous_until > now() THEN previous_secret END], NULL) AS secrets`;

/** Where an endpoint's messages go; null when there is no such endpoint. */
export async function readTarget(db: Queryable, name: string): Promise<Target | null> {
  const [row] = await query(
    db,
    sql`/* webhook.target */ SELECT ${target} FROM webhooks WHERE name = ${name}`,
    targetRow,
  );
  return row ?? null;
}

/**
 * Where the next message of a claimed endpoint goes. Null when the endpoint may not be told any more, or the claim is
 * lost, or could end before the try does. To be read before each try, so that what an operator changes applies at once.
 */
export async function claimedTarget(db: Queryable, { id, lease }: Claim): Promise<Target | null> {
  const [row] = await query(
    db,
    sql`/* webhook.claimed */ SELECT ${target} FROM webhooks
      WHERE id = ${id} AND lease = ${lease} AND leased_until > now() + ${TRY_MS}::float8 * interval '1 millisecond'
        AND disabled_at IS NULL AND webhook_key_is_valid(webhooks)`,
    targetRow,
  );
  return row ?? null;
}
