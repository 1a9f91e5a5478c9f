import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

const stagedStock = z.object({
  code: z.string(),
  locationId: z.number(),
  onHand: z.number(),
  safetyStock: z.number(),
});
export type StagedStock = z.infer<typeof stagedStock>;

const stagedPrice = z.object({
  code: z.string(),
  priceListId: z.number(),
  /** In minor units. */
  amount: z.number(),
  compareAt: z.number().nullable(),
});
export type StagedPrice = z.infer<typeof stagedPrice>;

/** Temporary tables for the files next to a feed. If a row occurs twice, the last one counts. */
export async function createCompanionStaging(client: ClientBase): Promise<void> {
  await execute(
    client,
    sql`/* import.createStock */ CREATE TEMP TABLE import_stock (code text, "locationId" integer, "onHand" integer,
      "safetyStock" integer, PRIMARY KEY (code, "locationId"))`,
  );
  await execute(
    client,
    sql`/* import.createPrices */ CREATE TEMP TABLE import_prices (code text, "priceListId" integer, amount bigint,
      "compareAt" bigint, PRIMARY KEY (code, "priceListId"))`,
  );
}

/** Ids of the locations and price lists by handle. */
export async function listPlaces(db: Queryable): Promise<{
  locations: ReadonlyMap<string, number>;
  priceLists: ReadonlyMap<string, { readonly id: number; readonly currency: string }>;
}> {
  const locations = await query(
    db,
    sql`/* import.findLocations */ SELECT handle, id FROM stock_locations`,
    z.object({ handle: z.string(), id: z.number() }),
  );
  const lists = await query(
    db,
    sql`/* import.findPriceLists */ SELECT handle, id, currency FROM price_lists`,
    z.object({ handle: z.string(), id: z.number(), currency: z.string() }),
  );
  return {
    locations: new Map(locations.map(({ handle, id }) => [handle, id])),
    priceLists: new Map(lists.map(({ handle, ...list }) => [handle, list])),
  };
}

export async function stageStock(client: ClientBase, stock: readonly StagedStock[]): Promise<void> {
  const last = new Map(stock.map((level) => [`${level.locationId} ${level.code}`, level]));
  await execute(
    client,
    sql`/* import.stageStock */ INSERT INTO import_stock
      SELECT * FROM jsonb_to_recordset(${JSON.stringify([...last.values()])}::jsonb)
        AS input (code text, "locationId" integer, "onHand" integer, "safetyStock" integer)
      ON CONFLICT (code, "locationId") DO UPDATE
      SET "onHand" = excluded."onHand", "safetyStock" = excluded."safetyStock"`,
  );
}

export async function stagePrices(client: ClientBase, prices: readonly StagedPrice[]): Promise<void> {
  const last = new Map(prices.map((price) => [`${price.priceListId} ${price.code}`, price]));
  await execute(
    client,
    sql`/* import.stagePrices */ INSERT INTO import_prices
      SELECT * FROM jsonb_to_recordset(${JSON.stringify([...last.values()])}::jsonb)
        AS input (code text, "priceListId" integer, amount bigint, "compareAt" bigint)
      ON CONFLICT (code, "priceListId") DO UPDATE SET amount = excluded.amount, "compareAt" = excluded."compareAt"`,
  );
}

/** The companion rows for some SKUs. */
export async function readCompanions(
  client: ClientBase,
  codes: readonly string[],
): Promise<{ stock: StagedStock[]; prices: StagedPrice[] }> {
  return {
    stock: await query(
      client,
      sql`/* import.readStock */ SELECT * FROM import_stock WHERE code = ANY(${codes}::text[])`,
      stagedStock,
    ),
    prices: await query(
      client,
      sql`/* import.readPrices */ SELECT * FROM import_prices WHERE code = ANY(${codes}::text[])`,
      stagedPrice,
    ),
  };
}

/** The price lists that the tables name. */
export async function listPricedLists(client: ClientBase): Promise<number[]> {
  const rows = await query(
    client,
    sql`/* import.listPricedLists */ SELECT DISTINCT "priceListId" AS id FROM import_prices`,
    z.object({ id: z.number() }),
  );
  return rows.map(({ id }) => id);
}
