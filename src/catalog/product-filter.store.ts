import sql, { join, type Sql } from 'sql-template-tag';
import type { ProductCondition } from './product-filter.js';
import { AvailabilityFilter } from './product-filter.types.js';

/** Lowercased by Postgres, in its locale, like the values that they are compared with. */
const lowered = (values: readonly string[]): Sql =>
  sql`SELECT lower(value) FROM unnest(${values}::text[]) AS value`;

const and = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`true` : join(conditions, ' AND ');

/** The condition on `products product`. */
export function productPredicate(condition: ProductCondition): Sql {
  const parts: Sql[] = [];
  if (condition.categories !== null) {
    parts.push(sql`product.category_id IN (
      WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE handle = ANY(${condition.categories}::text[])
        UNION SELECT category.id FROM categories category JOIN below ON category.parent_id = below.id
      ) SELECT id FROM below)`);
  }
  if (condition.brands !== null) {
    parts.push(
      sql`product.brand_id IN (SELECT id FROM brands WHERE handle = ANY(${condition.brands}::text[]))`,
    );
  }
  for (const { name, values } of condition.attributes) {
    parts.push(sql`EXISTS (SELECT FROM product_attributes attribute WHERE attribute.product_id = product.id
      AND attribute.name = ${name} AND lower(attribute.value) = ANY(ARRAY(${lowered(values)})))`);
  }
  return and(parts);
}

/**
 * Whether a statement with this condition should be prepared. With attributes and options, there are too many
 * variants of the text for every connection to keep a plan of each.
 */
export const isCommon = ({ attributes, options }: ProductCondition): boolean =>
  attributes.length === 0 && options.length === 0;

/** The condition on `sku_offers offer`: one SKU must meet all of it. */
export function offerPredicate(condition: ProductCondition): Sql {
  return and([stockPredicate(condition), ...terms(condition, sql`offer.amount`, sql`offer.options`)]);
}

/** Whether the channel offers an SKU of `products product` that meets the condition whatever its stock. */
export function isOffered(condition: ProductCondition, channelKey: number): Sql {
  return sql`EXISTS (SELECT FROM skus sku JOIN prices price ON price.sku_id = sku.id
    WHERE sku.product_id = product.id AND price.valid @> statement_timestamp()
      AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = ${channelKey})
      AND ${and(terms(condition, sql`price.amount`, sql`sku.options`))})`;
}

/** What does not depend on stock. */
function terms({ minAmount, maxAmount, options }: ProductCondition, amount: Sql, values: Sql): Sql[] {
  return [
    ...(minAmount === null ? [] : [sql`${amount} >= ${minAmount}::bigint`]),
    ...(maxAmount === null ? [] : [sql`${amount} <= ${maxAmount}::bigint`]),
    // Hashed once, which IS TRUE makes Postgres do, instead of compared with each value for each SKU.
    ...options.map(
      ({ name, values: accepted }) =>
        sql`(lower(${values} ->> ${name}::text) IN (${lowered(accepted)})) IS TRUE`,
    ),
  ];
}

function stockPredicate({ availability, quantity, locationKey }: ProductCondition): Sql {
  const enough =
    locationKey === null
      ? sql`offer.sellable >= ${quantity}::int`
      : sql`EXISTS (SELECT FROM available_stock stock
          JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = offer.channel_id
          WHERE stock.sku_id = offer.sku_id AND stock.location_id = ${locationKey} AND stock.sellable >= ${quantity}::int)`;
  if (availability === AvailabilityFilter.SELLABLE) return enough;
  if (availability === AvailabilityFilter.SELLABLE_OR_BACKORDER)
    return sql`(${enough} OR offer.when_out <> 'deny')`;
  return sql`true`;
}
