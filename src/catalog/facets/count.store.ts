import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { exponent } from '../../graph/money.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';
import type { Channel } from '../channel.types.js';
import type { ProductCondition } from '../product-filter.js';
import {
  isCommon,
  lowered,
  offerTerms,
  productPredicate,
  splitParts,
  stockTerms,
} from '../product-filter.store.js';
import {
  type AskedFacet,
  choiceOf,
  isChosen,
  isUsualFacets,
  onlyChoice,
  withoutChoice,
} from './check-facets.js';
import { FacetKind } from './facet.types.js';

/** Values of a facet that are counted: more than a list of checkboxes is good for. */
export const MAX_VALUES = 100;
/**
 * SKUs that are looked at. Each takes up to 10 µs, so counting ends within 2 s; with more, counts are lower bounds.
 */
const MAX_EXAMINED = 200_000;
export const PRICE_BANDS = 5;
/** The price below which most products are; dearer ones share the last, open band. */
const TYPICAL = 0.9;

const valueRow = z.object({
  /** To filter by, lowercased for options and attributes; for a price band, its number. */
  value: z.string(),
  label: z.string(),
  parent: z.string().nullable(),
  count: z.number(),
  /** Of price bands: the width in minor units. */
  width: z.number().nullable(),
});
export type CountedValue = z.infer<typeof valueRow>;

const countsRow = z.object({
  /** The snapshot that was counted (pg_snapshot). */
  position: z.string(),
  /** When a price or a hold ends that may change the counts without a write; null: none is known. */
  until: z.date().nullable(),
  total: z.number(),
  /** Whether there were more SKUs than are looked at. */
  isCut: z.boolean(),
  /** For each facet: its most frequent values, chosen ones first, and how many values there are. */
  facets: z.array(z.object({ values: z.array(valueRow), valueCount: z.number() })),
});
export type Counts = z.infer<typeof countsRow>;

export interface CountPlan {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  /** Words that the products match, as in a list; null: none. */
  readonly text: string | null;
  /** Only these products, if they have a picture of what passes; null: all. */
  readonly productIds: readonly number[] | null;
  readonly facets: readonly AskedFacet[];
}

/**
 * Counts the products that pass, and those that have each value of each facet, in one statement. A product counts for a
 * value when one of its SKUs passes with it. For the values of a facet, the choice among them does not count.
 */
export async function count(db: Queryable, plan: CountPlan): Promise<Counts> {
  const { channel, condition, facets, productIds } = plan;
  const chosen = facets.filter((facet) => isChosen(condition, facet));
  // Rows for all facets: only what no facet disregards is filtered, and the rest is noted.
  const common = chosen.reduce(withoutChoice, condition);
  const passesAll = allOf(chosen.map((_, i) => column(i)));
  const countedBy = (facet: AskedFacet): Sql =>
    allOf(chosen.flatMap((other, i) => (other === facet ? [] : [column(i)])));
  const statement = sql`${productIds === null ? sql`/* facets.count */` : sql`/* facets.countThese */`}
    WITH offered AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.amount, offer.options
        ${chosen.map((facet, i) => sql`, ${passesChoice(condition, facet)} AS ${column(i)}`).reduce(concat, empty)}
      FROM products product
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = ${channel.key}) channel
      ${productIds === null ? OFFERS_OF_MANY : OFFERS_OF_FEW}
      WHERE ${productPredicate(common)} AND ${offerTerms(common)} AND ${stockTerms(common)}
        AND ${ofText(plan.text)} AND ${ofProducts(productIds)}
      LIMIT ${MAX_EXAMINED + 1}
    )
    SELECT pg_current_snapshot()::text AS position, ${UNTIL} AS until,
      (SELECT count(*)::int FROM (SELECT DISTINCT id FROM offered WHERE ${passesAll}) passing) AS total,
      (SELECT count(*) > ${MAX_EXAMINED} FROM offered) AS "isCut",
      jsonb_build_array(${
        facets.length === 0
          ? empty
          : join(
              facets.map((facet) =>
                facetValues(facet, channel, choiceOf(condition, facet), countedBy(facet)),
              ),
              ', ',
            )
      }) AS facets`;
  const isUsual = isCommon(condition) && (facets.length === 0 || isUsualFacets(facets));
  const [row] = await (isUsual ? queryPrepared : query)(db, statement, countsRow);
  if (row === undefined) throw new Error('facets.count answers one row');
  return row;
}

/** Whether nothing that counts depend on has changed since they were counted, and no time has come that changes them. */
export async function isUnchanged(
  db: Queryable,
  { position, until }: Pick<Counts, 'position' | 'until'>,
): Promise<boolean> {
  const [row] = await queryPrepared(
    db,
    sql`/* facets.unchanged */ SELECT coalesce(statement_timestamp() < ${until}::timestamptz, true)
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot))))
      AND NOT EXISTS (SELECT FROM product_changes WHERE xid >= pg_snapshot_xmax(${position}::pg_snapshot)) AS unchanged`,
    z.object({ unchanged: z.boolean() }),
  );
  return row?.unchanged === true;
}

const OFFER = sql`SELECT sku.id AS sku_id, sku.product_id, sku.options, sku.gtin, sku.when_out, price.amount,
          price.compare_at, channel.id AS channel_id`;
const PRICE = sql`price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
          AND price.valid @> statement_timestamp()`;
/** Reads whole tables and joins them. */
const OFFERS_OF_MANY = sql`CROSS JOIN LATERAL (
        ${OFFER} FROM skus sku JOIN prices price ON ${PRICE} WHERE sku.product_id = product.id
      ) offer`;
/** LIMIT and OFFSET make Postgres look up each product: it would read whole tables for a few hundred. */
const OFFERS_OF_FEW = sql`CROSS JOIN LATERAL (
        ${OFFER} FROM skus sku
        CROSS JOIN LATERAL (SELECT price.amount, price.compare_at FROM prices price WHERE ${PRICE} LIMIT 1) price
        WHERE sku.product_id = product.id OFFSET 0
      ) offer`;

const concat = (a: Sql, b: Sql): Sql => sql`${a}${b}`;

const column = (i: number): Sql => raw(`passes${i}`);

const allOf = (columns: readonly Sql[]): Sql =>
  columns.length === 0 ? sql`true` : join([...columns], ' AND ');

/** Whether a row has what the shopper chose of a facet. */
function passesChoice(condition: ProductCondition, facet: AskedFacet): Sql {
  const only = onlyChoice(condition, facet);
  return sql`(${productPredicate(only)} AND ${offerTerms(only)})`;
}

const ofText = (text: string | null): Sql =>
  text === null ? sql`true` : sql`product.search @@ websearch_to_tsquery('english', ${text})`;

/** An image shows an SKU that has one of the values of each option that it shows: see `isShown`. */
const ofProducts = (productIds: readonly number[] | null): Sql =>
  productIds === null
    ? sql`true`
    : sql`product.id = ANY(${productIds}::int[]) AND (
          SELECT true FROM product_images image WHERE image.product_id = product.id AND NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))
          LIMIT 1)`;

/**
 * When a price begins or ends, and when a hold expires that keeps an SKU from being sellable. A hold that expired but is
 * not swept makes it the past: until then, a write to the stock is not always noted as a change.
 */
const UNTIL = sql`least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp()),
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND level.sellable = 0))`;

/** The most frequent values of a facet, and how many there are, as JSON; chosen ones are never cut off. */
function facetValues(facet: AskedFacet, channel: Channel, chosen: readonly string[], passes: Sql): Sql {
  return sql`(
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'values', coalesce(jsonb_agg(
          jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
          ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (${lowered(chosen)}) DESC, count DESC, value) AS place
          FROM (${countedValues(facet, channel, passes)}) counted
          ORDER BY place LIMIT ${MAX_VALUES}
        ) ranked)`;
}

/** Rows of value, label, parent, count, and width. */
function countedValues({ kind, name }: AskedFacet, channel: Channel, passes: Sql): Sql {
  switch (kind) {
    case FacetKind.CATEGORY:
      // A product is in one category, so what is below a category can be added up.
      return sql`
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM offered WHERE ${passes}) product GROUP BY category_id
            ), above AS (
              SELECT id, id AS ancestor FROM direct
              UNION ALL SELECT above.id, category.parent_id FROM above
                JOIN categories category ON category.id = above.ancestor AND category.parent_id IS NOT NULL
            )
            SELECT category.handle::text AS value, category.name AS label, parent.handle::text AS parent,
              sum(direct.count)::int AS count, NULL::bigint AS width
            FROM direct JOIN above USING (id)
            JOIN categories category ON category.id = above.ancestor
            LEFT JOIN categories parent ON parent.id = category.parent_id
            GROUP BY category.id, parent.id`;
    case FacetKind.BRAND:
      return sql`
            SELECT brand.handle::text AS value, brand.name AS label, NULL::text AS parent, direct.count, NULL::bigint AS width
            FROM (
              SELECT brand_id, count(*)::int AS count
              FROM (SELECT DISTINCT id, brand_id FROM offered WHERE ${passes}) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id`;
    case FacetKind.PRICE:
      return priceBands(10 ** exponent(channel.currencyCode), passes);
    case FacetKind.OPTION:
      return partsOfValues(sql`SELECT id, options ->> ${name}::text AS value FROM offered
              WHERE options ? ${name}::text AND ${passes}`);
    case FacetKind.ATTRIBUTE:
      return partsOfValues(sql`SELECT product.id, attribute.value
              FROM (SELECT DISTINCT id FROM offered WHERE ${passes}) product
              JOIN product_attributes attribute ON attribute.product_id = product.id AND attribute.name = ${name}::text`);
  }
}

/** Counts products by the values of `id` and `value`; one with slashes counts for each of its parts. */
const partsOfValues = (values: Sql): Sql => sql`
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (${values}) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN ${splitParts(sql`valued.value`)} ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value`;

/**
 * Ranges of a round width (1, 2, 5, 10, 20 … `unit`), so that most products are below the last, open range. A product
 * counts in each range in which one of its SKUs has its price. MATERIALIZED: else the width is computed for each SKU.
 */
const priceBands = (unit: number, passes: Sql): Sql => sql`
            WITH priced AS (SELECT id, amount FROM offered WHERE ${passes}),
            typical AS (
              SELECT greatest(1, percentile_disc(${TYPICAL}) WITHIN GROUP (ORDER BY amount)::numeric / ${PRICE_BANDS * unit}) AS units
              FROM (SELECT min(amount) AS amount FROM priced GROUP BY id) cheapest
            ), scale AS MATERIALIZED (
              SELECT (${unit} * power * CASE WHEN units <= power THEN 1 WHEN units <= 2 * power THEN 2
                WHEN units <= 5 * power THEN 5 ELSE 10 END)::bigint AS width
              FROM (SELECT units, 10::numeric ^ floor(log(units)) AS power FROM typical) powers
            )
            SELECT band::text AS value, '' AS label, NULL::text AS parent, count(*)::int AS count, width
            FROM (SELECT DISTINCT id, least(amount / width, ${PRICE_BANDS - 1}) AS band, width FROM priced CROSS JOIN scale) banded
            GROUP BY band, width`;
