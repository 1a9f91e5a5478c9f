import sql, { join, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { isCommon, offerPredicate, productPredicate } from '../catalog/product-filter.store.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { anyOf } from '../platform/any-of.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';

const passingRow = z.object({
  productKey: z.number(),
  skuKeys: z.array(z.number()),
  amounts: z.array(z.number()),
});
/** A product with the SKUs that pass, in the merchant's order, and their prices in minor units. */
export type Passing = z.infer<typeof passingRow>;

/** A checked filter and the products that are compared with it. */
export interface AskedFilter {
  readonly condition: ProductCondition;
  readonly productKeys: readonly number[];
}

/** `offers`: rows of `sku_offers`, at least those of these products in the channel. */
const passing = (
  offers: Sql,
  channelKey: number,
  { condition, productKeys }: AskedFilter,
): Sql => sql`product.id AS "productKey", array_agg(offer.sku_id ORDER BY offer.position, offer.sku_id) AS "skuKeys",
      json_agg(offer.amount) AS amounts
    FROM products product
    JOIN ${offers} offer ON offer.product_id = product.id AND offer.channel_id = ${channelKey}
    WHERE product.id = ${anyOf(productKeys, 'int')} AND ${productPredicate(condition)} AND ${offerPredicate(condition)}
    GROUP BY product.id`;

/** Those of these products that have an SKU in the channel that meets the whole filter, in one snapshot. */
export function readPassing(
  db: Queryable,
  channelKey: number,
  condition: ProductCondition,
  productKeys: readonly number[],
): Promise<Passing[]> {
  const statement = sql`/* watch.passing */
    SELECT ${passing(sql`sku_offers`, channelKey, { condition, productKeys })}`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, passingRow);
}

const passingOneRow = passingRow.extend({ filter: z.number() });

/**
 * The same of several filters, each with its index: whoever watches one product with many filters would otherwise make
 * Postgres read and plan its offers again for each of them.
 */
export function readPassingEach(
  db: Queryable,
  channelKey: number,
  asked: readonly AskedFilter[],
): Promise<z.infer<typeof passingOneRow>[]> {
  const all = [...new Set(asked.flatMap(({ productKeys }) => productKeys))];
  const each = asked.map(
    (filter, index) => sql`SELECT ${index}::integer AS filter, ${passing(sql`offers`, channelKey, filter)}`,
  );
  return query(
    db,
    sql`/* watch.passingEach */ WITH offers AS MATERIALIZED (
        SELECT product_id, channel_id, sku_id, position, gtin, options, when_out, amount, compare_at, sellable, promised
        FROM sku_offers WHERE product_id = ${anyOf(all, 'int')} AND channel_id = ${channelKey})
      ${join(each, ' UNION ALL ')}`,
    passingOneRow,
  );
}
