import type { ClientBase } from 'pg';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { exponent } from '../../graph/money.js';
import { execute, query, queryPrepared, type Queryable } from '../../platform/postgres.js';
import type { Channel } from '../channel.types.js';
import type { ProductCondition } from '../product-filter.js';
import {
  IMAGE_SHOWS_OFFER,
  isCommon,
  lowered,
  offerTerms,
  productPredicate,
  splitParts,
  stockTerms,
} from '../product-filter.store.js';
import { AvailabilityFilter } from '../product-filter.types.js';
import { matchesText, type SoughtText } from '../sought-text.store.js';
import { type AskedFacet, choiceOf, isChosen, isUsualFacets, withoutChoice } from './check-facets.js';
import { FacetKind } from './facet.types.js';

/** Values of a facet that are counted: more than a list of checkboxes is good for. */
export const MAX_VALUES = 100;
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
  /** Whether there were more SKUs than are looked at, so that the total is a lower bound. */
  isCut: z.boolean(),
  /** SKUs that were looked at, for the total and for each facet with a choice. */
  examined: z.number(),
  /**
   * For each facet: its most frequent values, chosen ones first, how many values there are, whether it was cut, and how
   * many products pass without the choice among its values.
   */
  facets: z.array(
    z.object({ values: z.array(valueRow), valueCount: z.number(), isCut: z.boolean(), passing: z.number() }),
  ),
});
export type Counts = z.infer<typeof countsRow>;

export interface CountPlan {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  /** Words that the products match, as in a list; null: none. */
  readonly text: SoughtText | null;
  /** Only these products, if they have a picture of what passes; null: all. */
  readonly productIds: readonly number[] | null;
  readonly facets: readonly AskedFacet[];
  /** SKUs that are looked at for the total, and for each facet with a choice; of more, counts are lower bounds. */
  readonly mostExamined: number;
}

/**
 * Counts the products that pass, and those that have each value of each facet, in one statement. A product counts for a
 * value when one of its SKUs passes with it. For the values of a facet, the choice among them does not count.
 */
export async function count(db: Queryable, plan: CountPlan): Promise<Counts> {
  const { channel, condition, text, productIds, facets } = plan;
  // A facet with a choice is counted over other SKUs than the total, with a bound of its own.
  const chosen = facets.filter((facet) => isChosen(condition, facet));
  const scopes = [condition, ...chosen.map((facet) => withoutChoice(condition, facet))];
  const counted = facets.map((facet) =>
    facetValues(facet, channel, choiceOf(condition, facet), chosen.indexOf(facet) + 1, plan),
  );
  const statement = sql`${productIds === null ? sql`/* facets.count */` : sql`/* facets.countThese */`}
    WITH ${join(
      scopes.map((scope, i) => offersOf(scope, i, plan)),
      ', ',
    )}
    SELECT pg_current_snapshot()::text AS position, ${until(plan)} AS until,
      ${passing(0)} AS total,
      ${isCut(0, plan)} AS "isCut",
      ${join(
        scopes.map((_, i) => sql`(SELECT examined FROM ${number(i)})`),
        ' + ',
      )} AS examined,
      jsonb_build_array(${counted.length === 0 ? empty : join(counted, ', ')}) AS facets`;
  const isUsual = text === null && isCommon(condition) && (facets.length === 0 || isUsualFacets(facets));
  const [row] = await (isUsual ? queryPrepared : query)(db, statement, countsRow);
  if (row === undefined) throw new Error('facets.count answers one row');
  return row;
}

/** Ends the next statements of this transaction that take longer. */
export async function setDeadline(client: ClientBase, ms: number): Promise<void> {
  await execute(
    client,
    sql`/* facets.deadline */ SELECT set_config('statement_timeout', ${String(ms)}, true)`,
  );
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

/** SKUs that are looked at for a condition, and those of them that pass. */
const examined = (i: number): Sql => raw(`examined${i}`);
const offered = (i: number): Sql => raw(`offered${i}`);
/** How many SKUs were looked at, and how many products pass. */
const number = (i: number): Sql => raw(`number${i}`);

const passing = (i: number): Sql => sql`(SELECT passing FROM ${number(i)})`;

const isCut = (i: number, { mostExamined }: CountPlan): Sql =>
  sql`(SELECT examined > ${mostExamined} FROM ${number(i)})`;

/** The bound is on what is looked at, not on what passes: else a filter that nothing passes would look at everything. */
const offersOf = (condition: ProductCondition, i: number, plan: CountPlan): Sql => {
  const { channel, text, productIds, mostExamined } = plan;
  return sql`${examined(i)} AS MATERIALIZED (
      SELECT product.id, product.category_id, product.brand_id, offer.sku_id, offer.channel_id, offer.amount,
        offer.compare_at, offer.options, offer.gtin, offer.when_out
      FROM ${productsOf(condition)}
      CROSS JOIN (SELECT id, price_list_id FROM channels WHERE id = ${channel.key}) channel
      ${productIds === null ? OFFERS_OF_MANY : OFFERS_OF_FEW}
      WHERE ${ofText(text)} AND ${ofProducts(productIds)}
      LIMIT ${mostExamined + 1}
    ), ${offered(i)} AS MATERIALIZED (
      SELECT id, category_id, brand_id, amount, options FROM ${examined(i)} offer
      WHERE ${offerTerms(condition)} AND ${stockTerms(condition)}
    ), ${number(i)} AS MATERIALIZED (
      SELECT (SELECT count(*)::int FROM ${examined(i)}) AS examined,
        (SELECT count(*)::int FROM (SELECT DISTINCT id FROM ${offered(i)}) product) AS passing
    )`;
};

/** The products to look at. OFFSET makes Postgres look at many attributes once for each product, and not for each SKU. */
const productsOf = (condition: ProductCondition): Sql =>
  sql`(SELECT * FROM products product WHERE ${productPredicate(condition)} ${condition.attributes.length > 1 ? sql`OFFSET 0` : empty}) product`;

const ofText = (text: SoughtText | null): Sql => (text === null ? sql`true` : matchesText(text));

const ofProducts = (productIds: readonly number[] | null): Sql =>
  productIds === null
    ? sql`true`
    : sql`product.id = ANY(${productIds}::int[]) AND (
          SELECT true FROM shown_images image WHERE image.product_id = product.id AND ${IMAGE_SHOWS_OFFER}
          LIMIT 1)`;

/**
 * When a price begins or ends, and when a hold expires that keeps an SKU from being sellable where the channel sells, or
 * from being promised. A hold that expired but is not swept makes it the past: until then, a write to the stock is not
 * always noted as a change.
 */
const until = ({ channel, condition }: CountPlan): Sql => sql`least(
        (SELECT min(lower(valid)) FROM prices WHERE lower(valid) > statement_timestamp()),
        (SELECT min(upper(valid)) FROM prices WHERE upper(valid) > statement_timestamp())${
          condition.availability === AvailabilityFilter.ANY
            ? empty
            : sql`,
        (SELECT min(line.expires_at) FROM hold_lines line JOIN stock_levels level USING (sku_id, location_id)
          WHERE line.active AND NOT line.promised AND level.sellable = 0 AND line.location_id IN (
            SELECT location_id FROM channel_locations WHERE channel_id = ${channel.key}))`
        }${
          condition.availability === AvailabilityFilter.SELLABLE_OR_BACKORDER
            ? sql`,
        (SELECT min(line.expires_at) FROM hold_lines line JOIN skus sku ON sku.id = line.sku_id
          WHERE line.active AND line.promised AND sku.promised <= sku.promised_held)`
            : empty
        })`;

/** The most frequent values of a facet, and how many there are, as JSON; chosen ones are never cut off. */
function facetValues(
  facet: AskedFacet,
  channel: Channel,
  chosen: readonly string[],
  scope: number,
  plan: CountPlan,
): Sql {
  return sql`(
        SELECT jsonb_build_object('valueCount', coalesce(max("valueCount"), 0), 'isCut', ${isCut(scope, plan)},
          'passing', ${passing(scope)}, 'values', coalesce(jsonb_agg(
            jsonb_build_object('value', value, 'label', label, 'parent', parent, 'count', count, 'width', width)
            ORDER BY place), '[]'))
        FROM (
          SELECT counted.*, (count(*) OVER ())::int AS "valueCount",
            row_number() OVER (ORDER BY value IN (${lowered(chosen)}) DESC, count DESC, value) AS place
          FROM (${countedValues(facet, channel, chosen, offered(scope))}) counted
          ORDER BY place LIMIT ${MAX_VALUES}
        ) ranked)`;
}

/** Rows of value, label, parent, count, and width. */
function countedValues(
  { kind, name }: AskedFacet,
  channel: Channel,
  chosen: readonly string[],
  offers: Sql,
): Sql {
  switch (kind) {
    case FacetKind.CATEGORY:
      // A product is in one category, so what is below a category can be added up.
      return sql`
            WITH RECURSIVE direct AS (
              SELECT category_id AS id, count(*) AS count
              FROM (SELECT DISTINCT id, category_id FROM ${offers}) product GROUP BY category_id
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
              FROM (SELECT DISTINCT id, brand_id FROM ${offers}) product GROUP BY brand_id
            ) direct
            JOIN brands brand ON brand.id = direct.brand_id`;
    case FacetKind.PRICE:
      return priceBands(10 ** exponent(channel.currencyCode), offers);
    case FacetKind.OPTION:
      return partsOfValues(
        sql`SELECT id, options ->> ${name}::text AS value FROM ${offers} WHERE options ? ${name}::text`,
        chosen,
      );
    case FacetKind.ATTRIBUTE:
      return partsOfValues(
        sql`SELECT product.id, attribute.value
              FROM (SELECT DISTINCT id FROM ${offers}) product
              JOIN product_attributes attribute ON attribute.product_id = product.id AND attribute.name = ${name}::text`,
        chosen,
      );
  }
}

/**
 * Counts products by the values of `id` and `value`; one with slashes counts for each of its parts, and as a whole if
 * that is chosen.
 */
const partsOfValues = (values: Sql, chosen: readonly string[]): Sql => sql`
            SELECT value, min(label) AS label, NULL::text AS parent, count(*)::int AS count, NULL::bigint AS width
            FROM (
              SELECT valued.id, lower(part) AS value, min(part) AS label
              FROM (${values}) valued
              CROSS JOIN LATERAL unnest(CASE WHEN position('/' IN valued.value) > 0
                THEN ${splitParts(sql`valued.value`)}${
                  chosen.length === 0
                    ? empty
                    : sql` || CASE WHEN lower(valued.value) IN (${lowered(chosen)}) THEN ARRAY[valued.value] ELSE '{}' END`
                }
                ELSE ARRAY[valued.value] END) AS part
              WHERE part <> '' GROUP BY valued.id, lower(part)
            ) of_product
            GROUP BY value`;

/**
 * Ranges of a round width (1, 2, 5, 10, 20 … `unit`), so that most products are below the last, open range. A product
 * counts in each range in which one of its SKUs has its price. MATERIALIZED: else the width is computed for each SKU.
 */
const priceBands = (unit: number, offers: Sql): Sql => sql`
            WITH priced AS (SELECT id, amount FROM ${offers}),
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
