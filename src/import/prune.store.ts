import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { errorCode } from '../platform/operator-error.js';
import { execute, query } from '../platform/postgres.js';

/** Rows that one statement deletes, together with the rows that refer to them: well within the statement timeout. */
const DELETED_AT_ONCE = 2_000;
/**
 * SQLSTATE codes of a deletion that an active hold of stock or of promised units forbids, one that would deadlock, and
 * one of a row that another transaction has just referred to.
 */
const TRY_AGAIN: ReadonlySet<string | null> = new Set(['55006', 'VT001', '40P01', '23503']);
/** Before that: far longer than a mutation takes, so that it does not meet the same one again. */
const TRY_AGAIN_MS = 100;

/** SKUs that the feed no longer lists, and that nothing else keeps. */
const UNLISTED = sql`NOT EXISTS (SELECT FROM import_rows WHERE import_rows.code = sku.code)
    AND NOT EXISTS (SELECT FROM import_rejected WHERE import_rejected.code = sku.code)
    AND NOT product.is_demo AND sku.promised_held = 0
    AND NOT EXISTS (SELECT FROM stock_levels WHERE sku_id = sku.id AND held > 0)`;

/** How many SKUs a price list has, without the demo, and how many of them the feed no longer lists. */
export async function countUnlisted(
  client: ClientBase,
  priceListId: number,
): Promise<{ listed: number; unlisted: number }> {
  const [counts] = await query(
    client,
    sql`/* import.countUnlisted */ SELECT count(*)::integer AS listed,
        (count(*) FILTER (WHERE ${UNLISTED}))::integer AS unlisted
      FROM skus sku JOIN products product ON product.id = sku.product_id
      WHERE NOT product.is_demo
        AND EXISTS (SELECT FROM prices WHERE sku_id = sku.id AND price_list_id = ${priceListId})`,
    z.object({ listed: z.number(), unlisted: z.number() }),
  );
  return counts ?? { listed: 0, unlisted: 0 };
}

/**
 * Removes what the feed no longer lists from its price list. An SKU that thereby loses its last price is deleted, and
 * so is a product that loses its last SKU. SKUs in an active hold stay, and the demo is not affected. Returns how
 * many were deleted.
 */
export async function prune(
  client: ClientBase,
  priceListId: number,
): Promise<{ skus: number; products: number }> {
  const skus = await repeat(
    client,
    (limit) => sql`/* import.pruneSkus */ DELETE FROM skus WHERE id IN (
      SELECT sku.id FROM skus sku JOIN products product ON product.id = sku.product_id
      WHERE ${UNLISTED}
        AND EXISTS (SELECT FROM prices WHERE sku_id = sku.id AND price_list_id = ${priceListId})
        AND NOT EXISTS (SELECT FROM prices WHERE sku_id = sku.id AND price_list_id <> ${priceListId})
      LIMIT ${limit})`,
  );
  const withdrawn = await repeat(
    client,
    (limit) => sql`/* import.prunePrices */ WITH withdrawn AS (
        DELETE FROM prices WHERE price_list_id = ${priceListId} AND sku_id IN (
          SELECT sku.id FROM skus sku JOIN products product ON product.id = sku.product_id
          WHERE ${UNLISTED} AND EXISTS (SELECT FROM prices WHERE sku_id = sku.id AND price_list_id = ${priceListId})
          LIMIT ${limit})
        RETURNING sku_id
      )
      SELECT DISTINCT sku_id FROM withdrawn`,
  );
  const products = await repeat(
    client,
    (limit) => sql`/* import.pruneProducts */ DELETE FROM products WHERE id IN (
      SELECT id FROM products product
      WHERE NOT is_demo AND NOT EXISTS (SELECT FROM skus WHERE product_id = product.id)
      LIMIT ${limit})`,
  );
  return { skus: skus + withdrawn, products };
}

/** Deletes the products of the demo, and the brands and categories that are empty afterwards. */
export async function removeDemo(client: ClientBase): Promise<number> {
  const removed = await repeat(
    client,
    (limit) => sql`/* import.removeDemo */ DELETE FROM products WHERE id IN (
      SELECT id FROM products WHERE is_demo AND NOT EXISTS (
        SELECT FROM skus LEFT JOIN stock_levels ON stock_levels.sku_id = skus.id
        WHERE product_id = products.id AND (held > 0 OR promised_held > 0))
      LIMIT ${limit})`,
  );
  if (removed === 0) return 0;
  // A calibration for drawings says little about photos; the encoder's own calibration is better.
  await execute(client, sql`/* import.removeCalibrations */ DELETE FROM calibrations`);
  await repeat(
    client,
    () => sql`/* import.removeBrands */ DELETE FROM brands
      WHERE NOT EXISTS (SELECT FROM products WHERE brand_id = brands.id)`,
  );
  // Leaves first, until there are none: a parent becomes empty only without them.
  await repeat(
    client,
    () => sql`/* import.removeCategories */ DELETE FROM categories
      WHERE NOT EXISTS (SELECT FROM products WHERE category_id = categories.id)
        AND NOT EXISTS (SELECT FROM categories child WHERE child.parent_id = categories.id)`,
  );
  return removed;
}

async function repeat(client: ClientBase, statement: (limit: number) => Sql): Promise<number> {
  let all = 0;
  for (;;) {
    const deleted = await execute(client, statement(DELETED_AT_ONCE)).catch(async (error: unknown) => {
      if (!TRY_AGAIN.has(errorCode(error))) throw error;
      // The next attempt sees what another transaction wrote in the meantime.
      await sleep(TRY_AGAIN_MS);
      return null;
    });
    if (deleted === 0) return all;
    all += deleted ?? 0;
  }
}
