import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { NO_KEY, type Owner } from '../access/caller.js';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { LINE_BYTES } from './key-owner.js';

/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 5_000;
/** Clients that lose keys at a time: each takes a statement. */
const CROWDING_AT_ONCE = 10_000;

/** Of callers without an API key: 0.5 GB. One address can write fifteen a second, and who retries does so within minutes. */
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

/** Stores the answer for a day; of callers without an API key, as long as it is in their share of KEPT_OF_STRANGERS. */
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
  await prune(db, signal, sql`created_at < now() - interval '24 hours'`);
  while (!signal.aborted && (await pruneCrowding(db, signal, keptOfStrangers)) === CROWDING_AT_ONCE);
  // With more clients than keys may be kept, even one of each is too many.
  const tooMany = sql`(SELECT created_at FROM idempotency_keys WHERE caller = ${NO_KEY}
    ORDER BY created_at DESC OFFSET ${keptOfStrangers} LIMIT 1)`;
  await prune(db, signal, sql`caller = ${NO_KEY} AND created_at <= ${tooMany}`);
}

/** Returns of how many shoppers and clients it deleted keys. */
async function pruneCrowding(db: Queryable, signal: AbortSignal, most: number): Promise<number> {
  const crowding = await findCrowding(db, most);
  for (const { line, excess } of crowding)
    await prune(db, signal, sql`caller = ${NO_KEY} AND ${inLine(line)}`, excess);
  return crowding.length;
}

const crowdingRow = z.object({
  /** What the owners have in common, of LINE_BYTES. */
  line: z.instanceof(Buffer),
  /** How many of its keys are to be deleted. */
  excess: z.number(),
});

/**
 * The shoppers and clients without an API key that have more than their share of the keys that may be kept, those with most
 * first. Room is shared out evenly: whoever has less than an even share loses nothing, however many others crowd in.
 */
function findCrowding(db: Queryable, most: number): Promise<z.infer<typeof crowdingRow>[]> {
  return query(
    db,
    sql`/* idempotency.crowding */ WITH lines AS (
        SELECT substring(shopper FOR ${LINE_BYTES}) AS line, count(*) AS keys FROM idempotency_keys
        WHERE caller = ${NO_KEY} GROUP BY 1
      ), filled AS (
        SELECT keys, sum(keys) OVER fewest - keys AS fewer, count(*) OVER () + 1 - row_number() OVER fewest AS others
        FROM lines WINDOW fewest AS (ORDER BY keys, line ROWS UNBOUNDED PRECEDING)
      ), share AS (
        SELECT greatest(floor((${most} - fewer) / others), 1) AS keys FROM filled
        WHERE fewer + keys * others > ${most} ORDER BY fewer LIMIT 1
      )
      SELECT line, (lines.keys - share.keys)::integer AS excess FROM lines, share WHERE lines.keys > share.keys
      ORDER BY excess DESC LIMIT ${CROWDING_AT_ONCE}`,
    crowdingRow,
  );
}

/** Uses the order of the owners in the index. The other half of an owner is as long. */
const inLine = (line: Buffer): Sql =>
  sql`shopper BETWEEN ${line}::bytea AND ${Buffer.concat([line, Buffer.alloc(line.length, 0xff)])}::bytea`;

/** Deletes these keys, the oldest first, at most so many; stops between batches. */
async function prune(db: Queryable, signal: AbortSignal, which: Sql, most = Infinity): Promise<void> {
  for (let left = most; left > 0 && !signal.aborted; left -= PRUNED_AT_ONCE) {
    const limit = Math.min(left, PRUNED_AT_ONCE);
    const pruned = await execute(
      db,
      sql`/* idempotency.prune */ DELETE FROM idempotency_keys WHERE (caller, shopper, key) IN (
        SELECT caller, shopper, key FROM idempotency_keys WHERE ${which}
        ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
    );
    if (pruned < limit) return;
  }
}
