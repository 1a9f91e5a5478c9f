import sql, { join } from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import { offerPredicate, productPredicate, type ProductCondition } from '../catalog/product-filter.js';
import { query, type Queryable } from '../platform/postgres.js';

const textMatch = z.object({ productId: z.number(), imageId: z.number(), passes: z.boolean() });
export type TextMatch = z.infer<typeof textMatch>;

/** The condition without what changes as products sell. */
export const withoutStock = (condition: ProductCondition): ProductCondition => ({
  ...condition,
  availability: AvailabilityFilter.ANY,
  locationKey: null,
});

/**
 * The products that have any of the words, at most `limit`: those with more of them first, then by Postgres' rank (title
 * before keywords before description), then by id. Stock has no part in the order; `passes` says what passes now.
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
  const offered = (of: ProductCondition) => sql`EXISTS (SELECT FROM sku_offers offer
    WHERE offer.product_id = product.id AND offer.channel_id = ${channel.key} AND ${offerPredicate(of)})`;
  return query(
    db,
    sql`/* text.rank */
      WITH word AS (
        SELECT plainto_tsquery('english', word) AS query FROM unnest(${words}::text[]) AS word
      ), any_word AS (
        SELECT string_agg('(' || query::text || ')', ' | ')::tsquery AS query FROM word WHERE numnode(query) > 0
      ), ranked AS (
        SELECT product.id, image.id AS image_id,
          (SELECT count(*) FROM word WHERE product.search @@ word.query) AS words,
          ts_rank(product.search, (SELECT query FROM any_word)) AS rank
        FROM products product
        CROSS JOIN LATERAL (SELECT id FROM product_images
          WHERE product_id = product.id ORDER BY position LIMIT 1) image
        WHERE ${join(
          [
            sql`product.search @@ (SELECT query FROM any_word)`,
            sql`product.id <> ALL(${excludeProducts}::int[])`,
            productPredicate(condition),
            offered(withoutStock(condition)),
          ],
          ' AND ',
        )}
        ORDER BY words DESC, rank DESC, product.id LIMIT ${limit}
      )
      SELECT product.id AS "productId", product.image_id AS "imageId", ${offered(condition)} AS passes
      FROM ranked product ORDER BY product.words DESC, product.rank DESC, product.id`,
    textMatch,
  );
}
