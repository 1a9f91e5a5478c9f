import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import type { Bounds } from './budgets.js';

const leaseRow = z.object({ granted: z.number(), left: z.number() });

/** Points that a gateway may spend without asking again, and how many are left in Postgres. */
export type Lease = z.infer<typeof leaseRow>;

/** Takes up to this many points out of the payer's bucket, by the clock of Postgres. A new bucket is full. */
export async function leasePoints(
  db: Queryable,
  payer: string,
  { restoreRate, capacity }: Bounds,
  wanted: number,
): Promise<Lease> {
  const first = Math.min(wanted, capacity);
  const [lease] = await query(
    db,
    sql`/* budget.lease */
      INSERT INTO budgets AS budget (payer, points, granted, restored_at)
      VALUES (${payer}, ${capacity}::float8 - ${first}::float8, ${first}, clock_timestamp())
      ON CONFLICT (payer) DO UPDATE SET (points, granted, restored_at) = (
        SELECT found.points - least(${wanted}::float8, greatest(found.points, 0)),
          least(${wanted}::float8, greatest(found.points, 0)), moment
        FROM (SELECT clock_timestamp() AS moment) clock, LATERAL (
          SELECT least(${capacity}::float8, budget.points
            + ${restoreRate}::float8 * extract(epoch FROM moment - budget.restored_at)::float8) AS points
        ) found)
      RETURNING granted, points AS left`,
    leaseRow,
  );
  if (lease === undefined) throw new Error('a lease returns its row');
  return lease;
}

export interface Returned {
  readonly payer: string;
  readonly bounds: Bounds;
  /** Negative: a debt. */
  readonly points: number;
}

/** Puts points back. The rows are locked in the order of the payers, so that two gateways cannot wait for each other. */
export async function returnPoints(db: Queryable, returned: readonly Returned[]): Promise<void> {
  await execute(
    db,
    sql`/* budget.return */
      WITH given AS (
        SELECT * FROM unnest(${returned.map(({ payer }) => payer)}::text[],
          ${returned.map(({ bounds }) => bounds.restoreRate)}::float8[],
          ${returned.map(({ bounds }) => bounds.capacity)}::float8[],
          ${returned.map(({ points }) => points)}::float8[]) AS given (payer, rate, capacity, points)
      ), locked AS MATERIALIZED (
        SELECT budget.payer FROM budgets budget JOIN given USING (payer) ORDER BY budget.payer FOR UPDATE OF budget
      )
      UPDATE budgets budget SET restored_at = clock_timestamp(), points = greatest(-given.capacity, least(given.capacity,
        budget.points + given.points
        + given.rate * extract(epoch FROM clock_timestamp() - budget.restored_at)::float8))
      FROM locked JOIN given USING (payer) WHERE budget.payer = locked.payer`,
  );
}

/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 5_000;

/** Deletes buckets that are full again, whatever their rate; stops between batches. */
export async function pruneBudgets(db: Queryable, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pruned = await execute(
      db,
      sql`/* budget.prune */ DELETE FROM budgets WHERE payer IN (
        SELECT payer FROM budgets WHERE restored_at < now() - interval '1 day'
        ORDER BY restored_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    if (pruned < PRUNED_AT_ONCE) return;
  }
}
