import sql, { raw, type Sql } from 'sql-template-tag';
import { MAX_FIRST } from '../graph/page-info.js';
import type { ProductPosition, SortedBy } from './product-page.js';
import { ProductSort } from './product-sort.types.js';
import { textRank, type SoughtText } from './sought-text.store.js';

interface PageParts {
  readonly columns: Sql;
  readonly channelKey: number;
  /** The part after FROM that selects the passing offers of `product`. */
  readonly offer: Sql;
  /** What these meet whatever their stock: see `offerTerms`. */
  readonly terms: Sql;
  readonly passes: Sql;
  readonly text: SoughtText | null;
  readonly after: ProductPosition | null;
  readonly limit: number;
}

/**
 * Products that a page of the newest looks at, or prices of products that one by price does. Each takes about as long as a
 * point pays for, so this is 30 ms; shops have a few hundred sold-out products among the newest.
 */
const MAX_EXAMINED = 1_000;

/**
 * How a list of products is sorted, and how it continues after a position (keyset pagination). A statement that looks
 * at a limited number of products also returns the last of them, even if nothing of it is offered.
 */
export interface ProductOrder extends SortedBy {
  /** Whether a plan that Postgres keeps is as good as one that it makes for the values at hand. */
  readonly isPlannedOnce: boolean;
  statement(parts: PageParts): Sql;
}

const WHOLE_NUMBER = /^-?\d{1,17}$/;
const REAL_NUMBER = /^\d{1,20}(\.\d{1,20})?(e-?\d{1,2})?$/;

const NEWEST: ProductOrder = {
  sort: ProductSort.NEWEST,
  // Microseconds, which Postgres stores and a JavaScript Date would round.
  rank: WHOLE_NUMBER,
  isPlannedOnce: true,
  // LIMIT inside, so that products without offers do not make it read on and on. OFFSET, so that Postgres looks for an offer
  // once, and not for each place that names the result. A LIMIT that is known when it is planned, so that a plan for any page
  // looks no dearer than one for this page: Postgres would plan each page anew, which takes longer than reading it.
  statement: ({ columns, offer, passes, after, limit }) => sql`/* product.newest */ SELECT * FROM (
    SELECT ${columns}, (extract(epoch FROM product.created_at) * 1000000)::bigint::text AS rank,
      offered.offered, product.place = ${MAX_EXAMINED} AS "isLastExamined"
    FROM (
      SELECT product.*, row_number() OVER (ORDER BY product.created_at DESC, product.id DESC) AS place
      FROM products product
      WHERE ${passes}
        AND ${
          after === null
            ? sql`true`
            : sql`(product.created_at, product.id) <
          ('epoch'::timestamptz + ${after.rank}::bigint * interval '1 microsecond', ${after.key}::int)`
        }
      ORDER BY product.created_at DESC, product.id DESC LIMIT ${raw(String(MAX_EXAMINED))}
    ) product
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ${offer}) AS offered OFFSET 0) offered
    WHERE offered.offered OR product.place = ${MAX_EXAMINED}
    ORDER BY product.created_at DESC, product.id DESC LIMIT ${raw(String(MAX_FIRST + 1))}) page LIMIT ${limit}`,
};

const RELEVANCE: ProductOrder = {
  sort: ProductSort.RELEVANCE,
  rank: REAL_NUMBER,
  isPlannedOnce: false,
  statement: ({ columns, offer, passes, text, after, limit }) => sql`/* product.relevance */
    SELECT * FROM (
      SELECT ${columns}, ${text === null ? sql`0` : textRank(text)}::float8::text AS rank,
        true AS offered, false AS "isLastExamined"
      FROM products product WHERE ${passes} AND EXISTS (SELECT FROM ${offer})) ranked
    WHERE ${after?.key ?? null}::int IS NULL
      OR (ranked.rank::float8, -ranked.key) < (${after?.rank ?? '0'}::float8, -${after?.key ?? 0}::int)
    ORDER BY ranked.rank::float8 DESC, ranked.key LIMIT ${limit}`,
};

/**
 * Prices are sorted without stock, which takes most of the time of an offer. Then the prices of products are looked at in that
 * order, a limited number for one page: the first at which a SKU passes is the product's place in it, if none passes at a lower
 * one. Sizes mostly have one price, so a product is looked at once, however many it has.
 */
const byPrice = (sort: ProductSort, direction: Sql, comparison: Sql): ProductOrder => ({
  sort,
  rank: WHOLE_NUMBER,
  isPlannedOnce: false,
  statement: ({ columns, channelKey, offer, terms, passes, after, limit }) => sql`/* product.price */
    SELECT ${columns}, page.amount::text AS rank, page.passes AS offered,
      page.place = ${MAX_EXAMINED} AS "isLastExamined"
    FROM (
      SELECT product.id, product.amount, product.place, cheapest.passes
      FROM (
        SELECT product.id, price.amount,
          row_number() OVER (ORDER BY price.amount ${direction}, product.id ${direction}) AS place
        FROM products product
        JOIN skus sku ON sku.product_id = product.id
        JOIN prices price ON price.sku_id = sku.id AND price.valid @> statement_timestamp()
          AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = ${channelKey})
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at, sku.options, sku.gtin) offer
        WHERE ${passes} AND ${terms}
          AND (${after?.key ?? null}::int IS NULL
            OR (price.amount, product.id) ${comparison} (${after?.rank ?? '0'}::bigint, ${after?.key ?? null}::int))
        GROUP BY product.id, price.amount
        ORDER BY price.amount ${direction}, product.id ${direction} LIMIT ${raw(String(MAX_EXAMINED))}
      ) product
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ${offer} AND offer.amount = product.amount) AS passes) price
      CROSS JOIN LATERAL (SELECT price.passes AND NOT EXISTS (SELECT FROM ${offer}
        AND offer.amount < product.amount) AS passes) cheapest
      WHERE cheapest.passes OR product.place = ${MAX_EXAMINED}
      ORDER BY product.amount ${direction}, product.id ${direction} LIMIT ${limit}
    ) page JOIN products product ON product.id = page.id
    ORDER BY page.amount ${direction}, product.id ${direction}`,
});

const ORDERS: Record<ProductSort, ProductOrder> = {
  NEWEST,
  RELEVANCE,
  PRICE_ASC: byPrice(ProductSort.PRICE_ASC, sql`ASC`, sql`>`),
  PRICE_DESC: byPrice(ProductSort.PRICE_DESC, sql`DESC`, sql`<`),
};

export function productOrder(sort: ProductSort, text: SoughtText | null): ProductOrder {
  return sort === ProductSort.RELEVANCE && text === null ? NEWEST : ORDERS[sort];
}
