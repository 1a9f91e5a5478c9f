import { expect } from '@jest/globals';
import { z } from 'zod';
import type { Database } from '../../src/platform/postgres.js';

/** The fields of a HoldPayload that tests use. */
export const HOLD_FIELDS = `{
  hold {
    id status expiresAt
    total { amount currencyCode }
    lines { quantity promised expectedAt sku { code } unitPrice { amount } location { handle } }
  }
  userErrors { code field message sellable }
}`;

const payload = z.object({
  hold: z
    .object({
      id: z.string(),
      status: z.string(),
      expiresAt: z.string(),
      total: z.object({ amount: z.string(), currencyCode: z.string() }),
      lines: z.array(
        z.object({
          quantity: z.number(),
          promised: z.boolean(),
          expectedAt: z.string().nullable(),
          sku: z.object({ code: z.string() }).nullable(),
          unitPrice: z.object({ amount: z.string() }),
          location: z.object({ handle: z.string() }),
        }),
      ),
    })
    .nullable(),
  userErrors: z.array(
    z.object({
      code: z.string(),
      field: z.array(z.string()).nullable(),
      message: z.string(),
      sellable: z.number().nullable(),
    }),
  ),
});
export type HoldAnswer = z.infer<typeof payload>;

/** The data of an operation with `payload: hold…(input: …)` and HOLD_FIELDS. */
export const holdPayload = z.object({ payload });

/** The ledger adds up to the quantity on hand, and held units equal those in active holds. */
export async function expectNoDrift(db: Database): Promise<void> {
  const { rows: ledger } = await db.query(`SELECT * FROM stock_ledger_drift`);
  const { rows: held } = await db.query(`SELECT * FROM held_drift`);
  const { rows: promised } = await db.query(`SELECT * FROM promised_drift`);
  expect({ ledger, held, promised }).toEqual({ ledger: [], held: [], promised: [] });
}

/** Makes every hold expire. */
export async function passHoldTime(db: Database): Promise<void> {
  await db.query(`
    UPDATE holds SET expires_at = now() - interval '1 second';
    UPDATE hold_lines SET expires_at = now() - interval '1 second'`);
}

/**
 * SQL that holds what is in stock or promised, and returns the outcome: for tests that need it in a transaction of their
 * own. The query names the channel `channels` and the SKUs `skus`; several are grouped by channel.
 */
export function holdSql({ lines = 1, quantity = 1, seconds = 60, location = 'NULL' } = {}): string {
  const skus = lines === 1 ? 'ARRAY[skus.id]' : 'array_agg(skus.id)';
  const each = (value: string): string => `ARRAY[${Array<string>(lines).fill(value).join(', ')}]`;
  return `hold_create(channels.id, 0, '', ${skus}, ${each(String(quantity))}, ${each('true')}, ${location}, NULL, NULL,
    ${seconds}, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`;
}
