import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';

const priceListRow = z.object({ key: z.number(), currency: z.string() });
export type PriceList = z.infer<typeof priceListRow>;

/** The price list of a channel; null when there is no such channel. */
export async function findPriceList(client: ClientBase, channel: string): Promise<PriceList | null> {
  const [list] = await query(
    client,
    sql`/* price.list */ SELECT list.id AS key, list.currency
      FROM channels channel JOIN price_lists list ON list.id = channel.price_list_id WHERE channel.handle = ${channel}`,
    priceListRow,
  );
  return list ?? null;
}

/** Row ids of SKUs by code. */
export async function findSkuKeys(
  client: ClientBase,
  codes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await query(
    client,
    sql`/* price.skus */ SELECT code, id AS key FROM skus WHERE code = ANY(${codes}::text[])`,
    z.object({ code: z.string(), key: z.number() }),
  );
  return new Map(rows.map(({ code, key }) => [code, key]));
}

/**
 * Writers of prices lock their lists first: a price replaces others, and two writers at the same time would conflict
 * with each other's.
 */
export async function lockPriceLists(client: ClientBase, keys: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* price.lock */ SELECT FROM price_lists WHERE id = ANY(${keys}::integer[]) ORDER BY id FOR NO KEY UPDATE`,
  );
}

/** The price of an SKU from one moment until another; null: unbounded. */
export interface PriceSpan {
  readonly skuKey: number;
  /** Minor units. */
  readonly amount: number;
  readonly compareAt: number | null;
  readonly from: Date | null;
  readonly until: Date | null;
}

const pieceRow = z.object({
  skuKey: z.number(),
  amount: z.number(),
  compareAt: z.number().nullable(),
  valid: z.string(),
});

/**
 * Replaces the prices in a locked list with spans, of which no two for the same SKU may overlap. Prices that partly
 * overlap a span are cut, those within it are removed, and equal neighbors are merged. Spans that need no change are
 * skipped.
 */
export async function replaceSpans(
  client: ClientBase,
  priceListKey: number,
  spans: readonly PriceSpan[],
): Promise<void> {
  // Two statements: in a single one, the removed rows and their replacements would conflict.
  const pieces = await query(
    client,
    sql`/* price.cut */ WITH input AS (
        SELECT sku_id, amount, compare_at, tstzrange("from", until) AS valid
        FROM unnest(${spans.map(({ skuKey }) => skuKey)}::integer[], ${spans.map(({ amount }) => amount)}::bigint[],
          ${spans.map(({ compareAt }) => compareAt)}::bigint[], ${spans.map(({ from }) => from)}::timestamptz[],
          ${spans.map(({ until }) => until)}::timestamptz[]) AS input (sku_id, amount, compare_at, "from", until)
      ), wanted AS (
        SELECT * FROM input WHERE NOT EXISTS (
          SELECT FROM prices existing
          WHERE existing.price_list_id = ${priceListKey} AND existing.sku_id = input.sku_id
            AND existing.amount = input.amount AND existing.compare_at IS NOT DISTINCT FROM input.compare_at
            AND existing.valid @> input.valid)
      ), taken AS (
        SELECT sku_id, range_agg(valid) AS spans FROM wanted GROUP BY sku_id
      ), removed AS (
        DELETE FROM prices existing USING taken
        WHERE existing.price_list_id = ${priceListKey} AND existing.sku_id = taken.sku_id
          AND (existing.valid && taken.spans OR EXISTS (
            SELECT FROM wanted
            WHERE wanted.sku_id = existing.sku_id AND wanted.amount = existing.amount
              AND wanted.compare_at IS NOT DISTINCT FROM existing.compare_at AND wanted.valid -|- existing.valid))
        RETURNING existing.sku_id, existing.amount, existing.compare_at, tstzmultirange(existing.valid) - taken.spans AS left_over
      ), piece AS (
        SELECT sku_id, amount, compare_at, valid FROM wanted
        UNION ALL
        SELECT sku_id, amount, compare_at, unnest(left_over) FROM removed
      )
      SELECT sku_id AS "skuKey", amount, compare_at AS "compareAt", unnest(range_agg(valid))::text AS valid
      FROM piece GROUP BY sku_id, amount, compare_at`,
    pieceRow,
  );
  await execute(
    client,
    sql`/* price.insert */ INSERT INTO prices (price_list_id, sku_id, amount, compare_at, valid)
      SELECT ${priceListKey}, sku_id, amount, compare_at, valid::tstzrange
      FROM unnest(${pieces.map(({ skuKey }) => skuKey)}::integer[], ${pieces.map(({ amount }) => amount)}::bigint[],
        ${pieces.map(({ compareAt }) => compareAt)}::bigint[], ${pieces.map(({ valid }) => valid)}::text[])
        AS piece (sku_id, amount, compare_at, valid)`,
  );
  // Last, and without waiting: a transaction that has locked a product also updates its timestamp.
  await execute(
    client,
    sql`/* price.dateProducts */ UPDATE products SET updated_at = now() WHERE id IN (
      SELECT product.id FROM products product
      WHERE product.updated_at < now() AND product.id IN (
        SELECT product_id FROM skus WHERE id = ANY(${pieces.map(({ skuKey }) => skuKey)}::integer[]))
      FOR NO KEY UPDATE SKIP LOCKED)`,
  );
}
