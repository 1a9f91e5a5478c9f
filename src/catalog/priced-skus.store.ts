import sql, { type Sql } from 'sql-template-tag';

/**
 * The parts of a WITH clause, `sku` and `price`, that have the SKUs of the products of this `ANY (…)`, and their prices in a
 * list. All are read at once by their SKUs: in one join, Postgres begins with all prices of the list where it expects few to
 * be valid now, as it does without statistics, or where most prices have ended. For the same reason, join the two by
 * `sku FULL JOIN price USING (id)`, of which Postgres never makes a loop.
 */
export const pricedSkus = (anyProduct: Sql, priceList: Sql): Sql => sql`sku AS MATERIALIZED (
      SELECT id, product_id, position FROM skus WHERE product_id = ${anyProduct}
    ), price AS MATERIALIZED (
      SELECT sku_id AS id, amount, compare_at, upper(valid) AS valid_until FROM prices
      WHERE sku_id = ANY(ARRAY(SELECT id FROM sku)) AND price_list_id = ${priceList} AND valid @> statement_timestamp()
    )`;
