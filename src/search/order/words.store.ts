import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../../catalog/channel.types.js';
import { isCommon, isOffered, offerPredicate, productPredicate } from '../../catalog/product-filter.store.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';

/** Of longer texts, the first words count: each one is looked for in every product that has any of them. */
const MAX_WORDS = 16;

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
 * The products that contain any of the first MAX_WORDS words, at most `limit`: those with more of the words first, then by Postgres'
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
      SELECT word_query(word) AS query FROM unnest(${words.slice(0, MAX_WORDS)}::text[]) AS word
    ), any_word AS (
      SELECT string_agg('(' || query::text || ')', ' | ')::tsquery AS query FROM word WHERE numnode(query) > 0
    ), ranked AS MATERIALIZED (
      SELECT product.id, (SELECT count(*)::int FROM word WHERE product.search @@ word.query) AS words,
        ts_rank(product.search, (SELECT query FROM any_word)) AS rank
      FROM products product
      WHERE product.search @@ (SELECT query FROM any_word) AND product.id <> ALL(${excludeProducts}::int[])
        AND ${productPredicate(condition)} AND EXISTS (SELECT FROM product_images WHERE product_id = product.id)
        AND ${isOffered(condition, channel.key)}
      ORDER BY words DESC, rank DESC, id LIMIT ${limit}
    )
    SELECT ranked.id AS "productId", (
        SELECT id FROM product_images WHERE product_id = ranked.id ORDER BY position LIMIT 1) AS "imageId", EXISTS (
        SELECT FROM sku_offers offer
        WHERE offer.product_id = ranked.id AND offer.channel_id = ${channel.key} AND ${offerPredicate(condition)}) AS passes,
      words, (SELECT count(*)::int FROM word WHERE numnode(query) > 0) AS asked
    FROM ranked ORDER BY words DESC, rank DESC, id`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, textMatch);
}
