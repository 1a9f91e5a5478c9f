import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, patiently, query, transaction, type Database } from '../platform/postgres.js';

const drift = z.object({
  sku: z.string(),
  location: z.string(),
  /** Null when the stock is uncounted, or the level no longer exists. */
  onHand: z.number().nullable(),
  /** The sum of the ledger. */
  ledger: z.number(),
});

/** Stock levels that do not match the ledger: how many, and a sample of them. */
export interface LedgerDrift {
  readonly count: number;
  readonly sample: readonly z.infer<typeof drift>[];
}

/** Recomputes the quantity on hand from the whole ledger. A difference means that a write bypassed the triggers. */
export function readLedgerDrift(db: Database, sampleSize: number): Promise<LedgerDrift> {
  return transaction(db, async (client) => {
    // No timeout, because the duration grows with the ledger.
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
