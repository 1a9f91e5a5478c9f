import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, patiently, query, transaction, type Database } from '../platform/postgres.js';

const drift = z.object({
  sku: z.string(),
  location: z.string(),
  /** Null: in stock and uncounted; also where the level is gone. */
  onHand: z.number().nullable(),
  /** What the ledger adds up to. */
  ledger: z.number(),
});

/** Stock levels that the ledger does not add up to: how many, and the first of them. */
export interface LedgerDrift {
  readonly count: number;
  readonly sample: readonly z.infer<typeof drift>[];
}

/** Recomputes on-hand from the whole ledger; what differs was written around the triggers that keep it. */
export function readLedgerDrift(db: Database, sampleSize: number): Promise<LedgerDrift> {
  return transaction(db, async (client) => {
    // It takes as long as the ledger is.
    await execute(client, sql`/* stock.noTimeout */ SELECT set_config('statement_timeout', '0', true)`);
    const rows = await patiently(client, () =>
      query(
        client,
        sql`/* stock.ledgerDrift */
          SELECT coalesce(sku.code, 'a SKU that is gone') AS sku,
            coalesce(location.handle, 'a location that is gone') AS location,
            on_hand AS "onHand", coalesce(total, 0) AS ledger, count(*) OVER () AS count
          FROM stock_ledger_drift
          LEFT JOIN skus sku ON sku.id = sku_id
          LEFT JOIN stock_locations location ON location.id = location_id
          ORDER BY sku_id, location_id LIMIT ${sampleSize}`,
        drift.extend({ count: z.number() }),
      ),
    );
    return { count: rows[0]?.count ?? 0, sample: rows.map((row) => drift.parse(row)) };
  });
}
