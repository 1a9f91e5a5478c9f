import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';

// As in catalog/write/product.store.ts: a batch a statement, rows that are as they should be left alone, the products that were
// changed answered.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

export interface StockInput {
  readonly code: string;
  readonly locationId: number;
  /** Null: uncounted. */
  readonly onHand: number | null;
  /** Null: as it is. */
  readonly safetyStock: number | null;
}

/** Sets what is on hand; what is held stays as it is. */
export async function upsertStock(client: ClientBase, stock: readonly StockInput[]): Promise<void> {
  await execute(
    client,
    sql`/* import.upsertStock */ INSERT INTO stock_levels (sku_id, location_id, on_hand, safety_stock)
      SELECT sku.id, input."locationId", input."onHand", coalesce(input."safetyStock", existing.safety_stock, 0)
      FROM jsonb_to_recordset(${JSON.stringify(stock)}::jsonb)
        AS input (code text, "locationId" integer, "onHand" integer, "safetyStock" integer)
      JOIN skus sku ON sku.code = input.code
      LEFT JOIN stock_levels existing ON existing.sku_id = sku.id AND existing.location_id = input."locationId"
      WHERE existing.sku_id IS NULL OR existing.on_hand IS DISTINCT FROM input."onHand"
        OR existing.safety_stock <> input."safetyStock"
      ORDER BY sku.id, input."locationId"
      ON CONFLICT (sku_id, location_id) DO UPDATE
      SET on_hand = excluded.on_hand, safety_stock = excluded.safety_stock`,
  );
}

/** Leaves nothing of these SKUs on hand at locations where they have no row in `stock`. */
export async function emptyElsewhere(
  client: ClientBase,
  codes: readonly string[],
  stock: readonly StockInput[],
): Promise<void> {
  await execute(
    client,
    sql`/* import.emptyElsewhere */ UPDATE stock_levels existing SET on_hand = 0 FROM skus sku
      WHERE sku.code = ANY(${codes}::text[]) AND existing.sku_id = sku.id AND existing.on_hand IS DISTINCT FROM 0
        AND NOT EXISTS (
          SELECT FROM unnest(
            ${stock.map(({ code }) => code)}::text[], ${stock.map(({ locationId }) => locationId)}::integer[]
          ) AS input (code, location_id)
          WHERE input.code = sku.code AND input.location_id = existing.location_id)`,
  );
}

export interface PriceInput {
  readonly code: string;
  readonly priceListId: number;
  /** Minor units. */
  readonly amount: number;
  readonly compareAt: number | null;
  /** ISO 8601; null: unbounded. */
  readonly from: string | null;
  readonly until: string | null;
}

/** Gives SKUs exactly these prices in these lists; answers the products it changed. */
export async function replacePrices(
  client: ClientBase,
  priceListIds: readonly number[],
  codes: readonly string[],
  prices: readonly PriceInput[],
): Promise<number[]> {
  const input = JSON.stringify(prices);
  // Two statements: within one, the removed and the added price of an SKU would be there together.
  const removed = await query(
    client,
    sql`/* import.removePrices */ WITH wanted AS (
        SELECT sku.id AS sku_id, input."priceListId" AS price_list_id, input.amount, input."compareAt" AS compare_at,
          tstzrange(input.from, input.until) AS valid
        FROM jsonb_to_recordset(${input}::jsonb) AS input (code text, "priceListId" integer, amount bigint,
          "compareAt" bigint, "from" timestamptz, "until" timestamptz)
        JOIN skus sku ON sku.code = input.code
      )
      DELETE FROM prices existing USING skus sku
      WHERE sku.code = ANY(${codes}::text[]) AND existing.sku_id = sku.id
        AND existing.price_list_id = ANY(${priceListIds}::integer[])
        AND NOT EXISTS (
          SELECT FROM wanted
          WHERE (wanted.sku_id, wanted.price_list_id, wanted.amount, wanted.valid)
              = (existing.sku_id, existing.price_list_id, existing.amount, existing.valid)
            AND wanted.compare_at IS NOT DISTINCT FROM existing.compare_at)
      RETURNING sku.product_id AS id`,
    changed,
  );
  const added = await query(
    client,
    sql`/* import.addPrices */ WITH wanted AS (
        SELECT sku.id AS sku_id, input."priceListId" AS price_list_id, input.amount, input."compareAt" AS compare_at,
          tstzrange(input.from, input.until) AS valid
        FROM jsonb_to_recordset(${input}::jsonb) AS input (code text, "priceListId" integer, amount bigint,
          "compareAt" bigint, "from" timestamptz, "until" timestamptz)
        JOIN skus sku ON sku.code = input.code
      ), added AS (
        INSERT INTO prices (price_list_id, sku_id, amount, compare_at, valid)
        SELECT price_list_id, sku_id, amount, compare_at, valid FROM wanted
        WHERE NOT EXISTS (
          SELECT FROM prices existing
          WHERE (wanted.sku_id, wanted.price_list_id, wanted.valid)
              = (existing.sku_id, existing.price_list_id, existing.valid))
        RETURNING sku_id
      )
      SELECT DISTINCT sku.product_id AS id FROM added JOIN skus sku ON sku.id = added.sku_id`,
    changed,
  );
  return [...removed, ...added];
}
