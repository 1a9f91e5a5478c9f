import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';

// As in product.store.ts: a batch a statement, rows that are as they should be left alone, the products that were
// changed answered.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

interface SkuInput {
  readonly productId: number;
  readonly code: string;
  readonly gtin: string | null;
  readonly position: number;
  readonly options: Readonly<Record<string, string>>;
  /** Hex; null: the SKU has no image of its own. */
  readonly imageSha256: string | null;
  readonly whenOut: 'deny' | 'backorder' | 'preorder';
  /** ISO 8601. */
  readonly restockAt: string | null;
}

/** Adds and updates SKUs; one that another product had moves over. */
export async function upsertSkus(client: ClientBase, skus: readonly SkuInput[]): Promise<number[]> {
  return query(
    client,
    sql`/* import.upsertSkus */
      INSERT INTO skus (product_id, code, gtin, position, options, image_id, when_out, restock_at)
      SELECT input."productId", input.code, input.gtin, input.position, input.options, image.id, input."whenOut",
        input."restockAt"
      FROM jsonb_to_recordset(${JSON.stringify(skus)}::jsonb) AS input ("productId" integer, code text, gtin text,
        position smallint, options jsonb, "imageSha256" text, "whenOut" text, "restockAt" timestamptz)
      LEFT JOIN product_images image
        ON image.product_id = input."productId" AND image.sha256 = decode(input."imageSha256", 'hex')
      LEFT JOIN skus existing ON existing.code = input.code
      WHERE existing.id IS NULL OR
        (existing.product_id, existing.gtin, existing.position, existing.options, existing.image_id, existing.when_out,
          existing.restock_at)
        IS DISTINCT FROM (input."productId", input.gtin, input.position, input.options, image.id, input."whenOut",
          input."restockAt")
      ORDER BY input."productId", input.position
      ON CONFLICT (code) DO UPDATE SET
        product_id = excluded.product_id, gtin = excluded.gtin, position = excluded.position,
        options = excluded.options, image_id = excluded.image_id, when_out = excluded.when_out,
        restock_at = excluded.restock_at
      RETURNING product_id AS id`,
    changed,
  );
}

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
