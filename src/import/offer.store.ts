import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

// As in catalog/write/product.store.ts: each statement takes a batch, skips rows that need no change, and returns the
// products that changed.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

export interface StockInput {
  readonly code: string;
  readonly locationId: number;
  /** Null: uncounted. */
  readonly onHand: number | null;
  /** Null: unchanged. */
  readonly safetyStock: number | null;
}

export interface PriceInput {
  readonly code: string;
  readonly priceListId: number;
  /** In minor units. */
  readonly amount: number;
  readonly compareAt: number | null;
  /** ISO 8601; null: unbounded. */
  readonly from: string | null;
  readonly until: string | null;
}

interface PromiseInput {
  readonly code: string;
  /** Units that can be ordered before they are there; null: any number. */
  readonly promised: number | null;
}

/** Prices and stock of SKUs, for the price lists and locations that the import is for, and their promised units. */
export interface Offers {
  readonly codes: readonly string[];
  readonly priceListIds: readonly number[];
  readonly prices: readonly PriceInput[];
  readonly stock: readonly StockInput[];
  /** SKUs whose entire stock is in `stock`. */
  readonly wholeStock: readonly string[];
  readonly promises: readonly PromiseInput[];
}

// Materialized, because the function that reads the JSON would otherwise run once for each row that it is joined with.

const wantedStock = (stock: readonly StockInput[]): Sql =>
  sql`wanted_stock AS MATERIALIZED (
      SELECT sku.id AS sku_id, input."locationId" AS location_id, input."onHand" AS on_hand,
        input."safetyStock" AS safety_stock
      FROM jsonb_to_recordset(${JSON.stringify(stock)}::jsonb)
        AS input (code text, "locationId" integer, "onHand" integer, "safetyStock" integer)
      JOIN skus sku ON sku.code = input.code
    )`;

/** The levels of `wanted_stock`, and for the SKUs in `whole`, 0 at all other locations. */
const targetStock = (whole: readonly string[]): Sql =>
  sql`target AS (
      TABLE wanted_stock
      UNION ALL
      SELECT existing.sku_id, existing.location_id, 0, NULL
      FROM stock_levels existing JOIN skus sku ON sku.id = existing.sku_id
      WHERE sku.code = ANY(${whole}::text[]) AND (existing.sku_id, existing.location_id) NOT IN (
        SELECT sku_id, location_id FROM wanted_stock)
    )`;

const wantedPrices = (prices: readonly PriceInput[]): Sql =>
  sql`wanted_prices AS MATERIALIZED (
      SELECT sku.id AS sku_id, input."priceListId" AS price_list_id, input.amount, input."compareAt" AS compare_at,
        tstzrange(input.from, input.until) AS valid
      FROM jsonb_to_recordset(${JSON.stringify(prices)}::jsonb) AS input (code text, "priceListId" integer,
        amount bigint, "compareAt" bigint, "from" timestamptz, "until" timestamptz)
      JOIN skus sku ON sku.code = input.code
    )`;

const wantedPromises = (promises: readonly PromiseInput[]): Sql =>
  sql`wanted_promises AS MATERIALIZED (
      SELECT code, promised FROM jsonb_to_recordset(${JSON.stringify(promises)}::jsonb)
        AS input (code text, promised integer)
    )`;

/** The SKUs whose stock, promised units, or prices in the lists are not those that are wanted. */
export async function findDiffering(db: Queryable, offers: Offers): Promise<string[]> {
  const { codes, priceListIds, prices, stock, wholeStock, promises } = offers;
  return query(
    db,
    sql`/* import.findDiffering */ WITH ${wantedStock(stock)}, ${targetStock(wholeStock)}, ${wantedPrices(prices)},
      ${wantedPromises(promises)}, existing_prices AS (
        SELECT price.sku_id, price.price_list_id, price.amount, price.compare_at, price.valid
        FROM skus sku JOIN prices price ON price.sku_id = sku.id
        WHERE sku.code = ANY(${codes}::text[]) AND price.price_list_id = ANY(${priceListIds}::integer[])
      ), differing AS (
        SELECT target.sku_id FROM target
        LEFT JOIN stock_levels existing
          ON (existing.sku_id, existing.location_id) = (target.sku_id, target.location_id)
        WHERE existing.sku_id IS NULL OR existing.on_hand IS DISTINCT FROM target.on_hand
          OR existing.safety_stock <> target.safety_stock
        UNION SELECT sku.id FROM wanted_promises wanted JOIN skus sku ON sku.code = wanted.code
        WHERE sku.promised IS DISTINCT FROM wanted.promised
        UNION SELECT sku_id FROM (TABLE wanted_prices EXCEPT TABLE existing_prices) missing
        UNION SELECT sku_id FROM (TABLE existing_prices EXCEPT TABLE wanted_prices) superfluous
      )
      SELECT sku.code FROM differing JOIN skus sku ON sku.id = differing.sku_id`,
    z.object({ code: z.string() }).transform(({ code }) => code),
  );
}

/**
 * Sets the quantity on hand; held units are unchanged. For the SKUs in `whole`, sets it to 0 at locations without a
 * row in `stock`. Adds missing levels first, then locks the existing ones, each in the order of SKU and location: as
 * in inventory/stock-level.store.ts, so that writers do not deadlock.
 */
export async function writeOfferStock(
  client: ClientBase,
  stock: readonly StockInput[],
  whole: readonly string[],
): Promise<void> {
  await execute(
    client,
    sql`/* import.signStock */ SELECT set_config('vitrine.actor', 'import', true), set_config('vitrine.reason', 'import', true)`,
  );
  const [wanted, target] = [wantedStock(stock), targetStock(whole)];
  await execute(
    client,
    sql`/* import.addStock */ WITH ${wanted}
      INSERT INTO stock_levels (sku_id, location_id, on_hand, safety_stock)
      SELECT sku_id, location_id, on_hand, coalesce(safety_stock, 0) FROM wanted_stock
      WHERE NOT EXISTS (
        SELECT FROM stock_levels existing
        WHERE (existing.sku_id, existing.location_id) = (wanted_stock.sku_id, wanted_stock.location_id))
      ORDER BY sku_id, location_id
      ON CONFLICT (sku_id, location_id) DO NOTHING`,
  );
  // Locked by their keys alone: Postgres may evaluate other conditions on an older version of the row.
  const locked = await query(
    client,
    sql`/* import.lockStock */ WITH ${wanted}, ${target}, differing AS MATERIALIZED (
        SELECT existing.sku_id, existing.location_id FROM stock_levels existing JOIN target USING (sku_id, location_id)
        WHERE existing.on_hand IS DISTINCT FROM target.on_hand OR existing.safety_stock <> target.safety_stock
      )
      SELECT existing.sku_id AS "skuId", existing.location_id AS "locationId"
      FROM stock_levels existing JOIN differing USING (sku_id, location_id)
      ORDER BY existing.sku_id, existing.location_id
      FOR NO KEY UPDATE OF existing`,
    z.object({ skuId: z.number(), locationId: z.number() }),
  );
  await execute(
    client,
    sql`/* import.updateStock */ WITH ${wanted}, ${target}
      UPDATE stock_levels existing
      SET on_hand = target.on_hand, safety_stock = coalesce(target.safety_stock, existing.safety_stock)
      FROM target
      JOIN unnest(${locked.map(({ skuId }) => skuId)}::integer[], ${locked.map(({ locationId }) => locationId)}::integer[])
        AS locked (sku_id, location_id) USING (sku_id, location_id)
      WHERE (existing.sku_id, existing.location_id) = (target.sku_id, target.location_id)`,
  );
}

/** Sets how many units the SKUs promise, which the caller has locked; units in holds are unchanged. */
export async function writePromises(client: ClientBase, promises: readonly PromiseInput[]): Promise<void> {
  await execute(
    client,
    sql`/* import.promise */ WITH ${wantedPromises(promises)}
      UPDATE skus sku SET promised = wanted.promised FROM wanted_promises wanted
      WHERE sku.code = wanted.code AND sku.promised IS DISTINCT FROM wanted.promised`,
  );
}

/** Gives SKUs exactly these prices in these lists; returns the products that changed. */
export async function replacePrices(
  client: ClientBase,
  priceListIds: readonly number[],
  codes: readonly string[],
  prices: readonly PriceInput[],
): Promise<number[]> {
  const wanted = wantedPrices(prices);
  // Two statements: in a single one, the removed and the added price of an SKU would conflict.
  const removed = await query(
    client,
    sql`/* import.removePrices */ WITH ${wanted}
      DELETE FROM prices existing USING skus sku
      WHERE sku.code = ANY(${codes}::text[]) AND existing.sku_id = sku.id
        AND existing.price_list_id = ANY(${priceListIds}::integer[])
        AND NOT EXISTS (
          SELECT FROM wanted_prices wanted
          WHERE (wanted.sku_id, wanted.price_list_id, wanted.amount, wanted.valid)
              = (existing.sku_id, existing.price_list_id, existing.amount, existing.valid)
            AND wanted.compare_at IS NOT DISTINCT FROM existing.compare_at)
      RETURNING sku.product_id AS id`,
    changed,
  );
  const added = await query(
    client,
    sql`/* import.addPrices */ WITH ${wanted}, added AS (
        INSERT INTO prices (price_list_id, sku_id, amount, compare_at, valid)
        SELECT price_list_id, sku_id, amount, compare_at, valid FROM wanted_prices wanted
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
