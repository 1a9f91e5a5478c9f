import sql from 'sql-template-tag';
import { z } from 'zod';
import { isCommon, offerPredicate, productPredicate } from '../catalog/product-filter.store.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';

const passingRow = z.object({
  productKey: z.number(),
  skuKeys: z.array(z.number()),
  amounts: z.array(z.number()),
});
/** A product with the SKUs that pass, in the merchant's order, and their prices in minor units. */
export type Passing = z.infer<typeof passingRow>;

/** Those of these products that have an SKU in the channel that meets the whole filter, in one snapshot. */
export function readPassing(
  db: Queryable,
  channelKey: number,
  condition: ProductCondition,
  productKeys: readonly number[],
): Promise<Passing[]> {
  const statement = sql`/* watch.passing */
    SELECT product.id AS "productKey", array_agg(offer.sku_id ORDER BY offer.position, offer.sku_id) AS "skuKeys",
      json_agg(offer.amount) AS amounts
    FROM products product
    JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = ${channelKey}
    WHERE product.id = ANY(${productKeys}::integer[]) AND ${productPredicate(condition)} AND ${offerPredicate(condition)}
    GROUP BY product.id`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, passingRow);
}
