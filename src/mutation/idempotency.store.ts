import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { NO_KEY, type Owner } from '../access/caller.js';
import { execute, query, type Queryable } from '../platform/postgres.js';

/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 5_000;

/**
 * Of callers without an API key, the newest: 0.5 GB. One address can write fifteen a second, and who retries does so within
 * minutes.
 */
const KEPT_OF_STRANGERS = 200_000;

/** A call that a client may retry. */
export interface IdempotentCall {
  readonly owner: Owner;
  readonly key: string;
  readonly operation: string;
  /** SHA-256 of the input. */
  readonly fingerprint: Buffer;
}

const replayRow = z.object({
  replay: z.union([z.object({ conflict: z.literal(true) }), z.object({ answer: z.json() })]).nullable(),
});

/** What is stored under a key: a different call, the answer to this one, or null if nothing is stored. */
export type Replay = z.infer<typeof replayRow>['replay'];

/** Locks the key until the end of the transaction of `client`, in READ COMMITTED and before any row is locked. */
export async function replayAnswer(client: ClientBase, call: IdempotentCall): Promise<Replay> {
  const [row] = await query(
    client,
    sql`/* idempotency.replay */
      SELECT idempotency_replay(${call.owner.key}, ${call.owner.shopper}, ${call.key}, ${call.operation}, ${call.fingerprint}) AS replay`,
    replayRow,
  );
  return row?.replay ?? null;
}

/** Stores the answer for a day; of callers without an API key, until there are KEPT_OF_STRANGERS newer ones. */
export async function keepAnswer(client: ClientBase, call: IdempotentCall, answer: unknown): Promise<void> {
  await execute(
    client,
    sql`/* idempotency.keep */
      SELECT idempotency_keep(${call.owner.key}, ${call.owner.shopper}, ${call.key}, ${call.operation}, ${call.fingerprint},
        ${JSON.stringify(answer)}::jsonb)`,
  );
}

/**
 * Deletes keys older than a day, which are no longer replayed, and those of callers without an API key if they are too many;
 * stops between batches.
 */
export async function pruneIdempotencyKeys(
  db: Queryable,
  signal: AbortSignal,
  keptOfStrangers = KEPT_OF_STRANGERS,
): Promise<void> {
  const tooMany = sql`(SELECT created_at FROM idempotency_keys WHERE caller = ${NO_KEY}
    ORDER BY created_at DESC OFFSET ${keptOfStrangers} LIMIT 1)`;
  await prune(db, signal, sql`created_at < now() - interval '24 hours'`);
  await prune(db, signal, sql`caller = ${NO_KEY} AND created_at <= ${tooMany}`);
}

async function prune(db: Queryable, signal: AbortSignal, old: Sql): Promise<void> {
  while (!signal.aborted) {
    const pruned = await execute(
      db,
      sql`/* idempotency.prune */ DELETE FROM idempotency_keys WHERE (caller, shopper, key) IN (
        SELECT caller, shopper, key FROM idempotency_keys WHERE ${old}
        ORDER BY created_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    if (pruned < PRUNED_AT_ONCE) return;
  }
}
