import sql, { join, type Sql } from 'sql-template-tag';
import type { ProductCondition } from './product-filter.js';
import { AvailabilityFilter } from './product-filter.types.js';

/** Lowercased by Postgres, in its locale, like the values that they are compared with. */
export const lowered = (values: readonly string[]): Sql =>
  sql`SELECT lower(value) FROM unnest(${values}::text[]) AS value`;

/** The parts of a value with slashes, or the value itself if it is one: see `partsOf`. */
export const splitParts = (value: Sql): Sql => sql`CASE WHEN ${value} ~* ${PARTED}
      THEN regexp_split_to_array(btrim(${value}), '\\s*/\\s*') ELSE ARRAY[${value}] END`;

/** All numbers, or all words. In the text of the statement, so that Postgres compiles it once. */
const PARTED = sql`'^[\\s/]*(\\d+([.,]\\d+)?(\\s*/[\\s/]*\\d+([.,]\\d+)?)*|([sml]|[^/\\s][^/]*[^/\\s])(\\s*/[\\s/]*([sml]|[^/\\s][^/]*[^/\\s]))*)[\\s/]*$'`;

/** Whether a value, or one of its parts, is among those wanted. Few values have parts, and only those are split. */
const hasValue = (value: Sql, wanted: readonly string[]): Sql =>
  sql`(lower(${value}) IN (${lowered(wanted)})
    OR (position('/' IN ${value}) > 0 AND ${splitParts(sql`lower(${value})`)} && ARRAY(${lowered(wanted)})))`;

const and = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`true` : join(conditions, ' AND ');

/** The condition on `products product`. */
export function productPredicate(condition: ProductCondition): Sql {
  const parts: Sql[] = [];
  if (condition.categories !== null) {
    // As an array, which is read first: of a small category, Postgres then reads no other products.
    parts.push(sql`product.category_id = ANY(ARRAY(
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY(${condition.categories}::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below))`);
  }
  if (condition.brands !== null) {
    parts.push(
      sql`product.brand_id = ANY(ARRAY(SELECT id FROM brands WHERE handle = ANY(${condition.brands}::text[])))`,
    );
  }
  parts.push(...attributePredicates(condition.attributes));
  if (condition.gtins !== null) {
    // An index finds the few products, so that a list does not look for them among all others.
    parts.push(sql`product.id = ANY(ARRAY(
      SELECT product_id FROM skus WHERE gtin IS NOT NULL AND ltrim(gtin, '0') = ANY(${condition.gtins}::text[])))`);
  }
  if (condition.createdAfter !== null) {
    parts.push(sql`product.created_at > ${condition.createdAfter}::timestamptz`);
  }
  if (condition.excludedKeys.length > 0) parts.push(sql`product.id <> ALL(${condition.excludedKeys}::int[])`);
  return and(parts);
}

/**
 * A join for the first attribute, and a look at the attributes of each product for all others: for ten joins in each of ten
 * facets, Postgres plans for a second, and takes two for a few hundred products.
 */
function attributePredicates([first, ...others]: ProductCondition['attributes']): Sql[] {
  if (first === undefined) return [];
  const has = ({ name, values }: typeof first): Sql =>
    sql`(attribute.name = ${name} AND ${hasValue(sql`attribute.value`, values)})`;
  const joined = sql`EXISTS (SELECT FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND ${has(first)})`;
  if (others.length === 0) return [joined];
  return [
    joined,
    sql`(SELECT count(DISTINCT attribute.name) FROM product_attributes attribute
      WHERE attribute.product_id = product.id AND (${join(others.map(has), ' OR ')})) = ${others.length}`,
  ];
}

/**
 * Whether a statement with this condition should be prepared. With attributes and options, there are too many
 * variants of the text for every connection to keep a plan of each.
 */
export const isCommon = ({ attributes, options, gtins, createdAfter }: ProductCondition): boolean =>
  attributes.length === 0 && options.length === 0 && gtins === null && createdAfter === null;

/** The condition on `sku_offers offer`: one SKU must meet all of it. */
export function offerPredicate(condition: ProductCondition): Sql {
  return and([stockPredicate(condition), offerTerms(condition)]);
}

/** Whether the channel offers an SKU of `products product` that meets the condition whatever its stock. */
export function isOffered(condition: ProductCondition, channelKey: number): Sql {
  return sql`EXISTS (SELECT FROM (
      SELECT price.amount, price.compare_at, sku.options, sku.gtin
      FROM skus sku JOIN prices price ON price.sku_id = sku.id
      WHERE sku.product_id = product.id AND price.valid @> statement_timestamp()
        AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = ${channelKey})
    ) offer WHERE ${offerTerms(condition)})`;
}

/** The condition on a row `offer` with a price, the options, and the GTIN of an SKU; not on its stock. */
export function offerTerms({ minAmount, maxAmount, onSale, options, gtins }: ProductCondition): Sql {
  return and([
    ...(minAmount === null ? [] : [sql`offer.amount >= ${minAmount}::bigint`]),
    ...(maxAmount === null ? [] : [sql`offer.amount <= ${maxAmount}::bigint`]),
    ...(onSale === null ? [] : [sql`(offer.compare_at IS NOT NULL) = ${onSale}::boolean`]),
    ...(gtins === null ? [] : [sql`(ltrim(offer.gtin, '0') = ANY(${gtins}::text[])) IS TRUE`]),
    // IS TRUE makes Postgres hash the values once, instead of comparing each of them for each SKU.
    ...options.map(
      ({ name, values }) => sql`(${hasValue(sql`(offer.options ->> ${name}::text)`, values)}) IS TRUE`,
    ),
  ]);
}

function stockPredicate(condition: ProductCondition): Sql {
  const promised = sql`offer.promised`;
  return condition.locationKey === null
    ? ifNeeded(condition, promised, (units) => sql`offer.sellable >= ${units}`)
    : stockTerms(condition, promised);
}

/** Units that can be ordered beyond the stock, of a row `offer` that has only `when_out` of them. */
const PROMISED = sql`(CASE WHEN offer.when_out = 'deny'
          OR NOT EXISTS (SELECT FROM channel_locations served WHERE served.channel_id = offer.channel_id) THEN 0
        ELSE (SELECT sku.promised FROM available_skus sku WHERE sku.id = offer.sku_id) END)`;

/** Whether the channel is served from the location of a row `stock`. Not a join, which would be made anew for each SKU. */
const SERVED = sql`(offer.channel_id, stock.location_id) IN (SELECT channel_id, location_id FROM channel_locations)`;

/** The condition on the stock of a row `offer` with an SKU and a channel, whose stock has not been added up. */
export function stockTerms(condition: ProductCondition, promised = PROMISED): Sql {
  const { locationKey, quantity } = condition;
  if (locationKey !== null)
    return ifNeeded(
      condition,
      promised,
      (units) =>
        sql`EXISTS (SELECT FROM available_stock stock
          JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = offer.channel_id
          WHERE stock.sku_id = offer.sku_id AND stock.location_id = ${locationKey} AND stock.sellable >= ${units})`,
    );
  // Some location has a unit: a semijoin, which is much faster than a sum for each SKU. It is one only if nothing but the
  // WHERE clause names the offer.
  return ifNeeded(condition, promised, (units) =>
    quantity === 1
      ? sql`EXISTS (SELECT FROM available_stock stock JOIN channel_locations served USING (location_id)
          WHERE stock.sku_id = offer.sku_id AND served.channel_id = offer.channel_id AND stock.sellable > 0)`
      : sql`(SELECT coalesce(sum(stock.sellable) FILTER (WHERE ${SERVED}), 0) FROM available_stock stock
          WHERE stock.sku_id = offer.sku_id) >= ${units}`,
  );
}

/**
 * Whether a row `image` shows a row `offer` with the options of an SKU, which has one of the values of each option that the
 * image shows. What passes here passes `isShown`, which folds more.
 */
export const IMAGE_SHOWS_OFFER = sql`NOT EXISTS (
            SELECT FROM jsonb_each(image.shows) AS shown (name, "values") WHERE NOT EXISTS (
              SELECT FROM jsonb_array_elements_text(shown."values") AS value
              WHERE lower(value) = lower(offer.options ->> shown.name)))`;

/** `isInStock` makes the condition that this many units are in stock. What is not may be promised. */
function ifNeeded(
  { availability, quantity }: ProductCondition,
  promised: Sql,
  isInStock: (units: Sql) => Sql,
): Sql {
  if (availability === AvailabilityFilter.SELLABLE) return isInStock(sql`${quantity}::int`);
  if (availability === AvailabilityFilter.SELLABLE_OR_BACKORDER)
    // Most often, either of them is enough.
    return sql`(${promised} >= ${quantity}::int OR ${isInStock(sql`${quantity}::int - ${promised}`)})`;
  return sql`true`;
}
