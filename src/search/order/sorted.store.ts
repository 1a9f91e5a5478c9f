import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../../catalog/channel.types.js';
import { isCommon, offerPredicate, productPredicate } from '../../catalog/product-filter.store.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';
import { VisualSearchSort } from '../visual-search-sort.types.js';

const sortedRow = z.object({ productId: z.number(), rank: z.number() });
export type SortedProduct = z.infer<typeof sortedRow>;

interface SortPlan {
  readonly sort: Exclude<VisualSearchSort, VisualSearchSort.LIKENESS>;
  readonly condition: ProductCondition;
  readonly channel: Channel;
}

/** What the products are sorted by, from `offer.amount` (the cheapest that passes) and `product`. */
const RANKS: Record<SortPlan['sort'], { readonly rank: Sql; readonly order: Sql; readonly comparison: Sql }> =
  {
    PRICE_ASC: { rank: sql`offer.amount`, order: sql`ASC`, comparison: sql`>` },
    PRICE_DESC: { rank: sql`offer.amount`, order: sql`DESC`, comparison: sql`<` },
    NEWEST: {
      // Microseconds, which Postgres stores; a JavaScript number holds them exactly.
      rank: sql`greatest(0, (extract(epoch FROM product.created_at) * 1000000)::bigint)`,
      order: sql`DESC`,
      comparison: sql`<`,
    },
  };

/**
 * Those of the products that pass, in this order, at most `limit`. `rank` is what they are sorted by: minor units, or
 * microseconds since 1970. It continues after a rank and product.
 */
export function sortProducts(
  db: Queryable,
  { sort, condition, channel }: SortPlan,
  productIds: readonly number[],
  after: SortedProduct | null,
  limit: number,
): Promise<SortedProduct[]> {
  const { rank, order, comparison } = RANKS[sort];
  const statement = sql`/* search.sorted */
    SELECT * FROM (
      SELECT product.id AS "productId", ${rank} AS rank
      FROM products product
      CROSS JOIN LATERAL (
        SELECT min(offer.amount) AS amount FROM sku_offers offer
        WHERE offer.product_id = product.id AND offer.channel_id = ${channel.key} AND ${offerPredicate(condition)}
      ) offer
      WHERE product.id = ANY(${productIds}::int[]) AND offer.amount IS NOT NULL AND ${productPredicate(condition)}
    ) sorted
    WHERE ${after?.productId ?? null}::int IS NULL
      OR (rank, "productId") ${comparison} (${after?.rank ?? 0}::bigint, ${after?.productId ?? 0}::int)
    ORDER BY rank ${order}, "productId" ${order} LIMIT ${limit}`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, sortedRow);
}
