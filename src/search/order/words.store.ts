import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../../catalog/channel.types.js';
import { isCommon, offerPredicate, productPredicate } from '../../catalog/product-filter.store.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';
import { withoutStock } from '../../projection/index-filter.js';

const textMatch = z.object({
  productId: z.number(),
  imageId: z.number(),
  passes: z.boolean(),
  /** How many of the words the product has. */
  words: z.number(),
  /** How many words there are that a product can have: stop words do not count. */
  asked: z.number(),
});
export type TextMatch = z.infer<typeof textMatch>;

/**
 * The products that contain any of the words, at most `limit`: those with more of the words first, then by Postgres'
 * rank (title before keywords before description), then by id. The order does not depend on stock; `passes` reports
 * what passes now.
 */
export async function rankByText(
  db: Queryable,
  words: readonly string[],
  {
    channel,
    condition,
    excludeProducts,
  }: {
    channel: Channel;
    condition: ProductCondition;
    excludeProducts: readonly number[];
  },
  limit: number,
): Promise<TextMatch[]> {
  const statement = sql`/* text.rank */
    WITH word AS (
      SELECT plainto_tsquery('english', word) AS query FROM unnest(${words}::text[]) AS word
    ), any_word AS (
      SELECT string_agg('(' || query::text || ')', ' | ')::tsquery AS query FROM word WHERE numnode(query) > 0
    )
    SELECT product.id AS "productId", image.id AS "imageId", offered.passes,
      (SELECT count(*)::int FROM word WHERE product.search @@ word.query) AS words,
      (SELECT count(*)::int FROM word WHERE numnode(query) > 0) AS asked
    FROM products product
    CROSS JOIN LATERAL (SELECT id FROM product_images
      WHERE product_id = product.id ORDER BY position LIMIT 1) image
    CROSS JOIN LATERAL (SELECT bool_or(${offerPredicate(condition)}) AS passes FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = ${channel.key}
        AND ${offerPredicate(withoutStock(condition))}) offered
    WHERE ${productPredicate(condition)} AND product.id <> ALL(${excludeProducts}::int[])
      AND product.search @@ (SELECT query FROM any_word) AND offered.passes IS NOT NULL
    ORDER BY words DESC, ts_rank(product.search, (SELECT query FROM any_word)) DESC, product.id LIMIT ${limit}`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, textMatch);
}
