import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** What a suggestion does does not grow with the texts that it could find. */

let database: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.db.connect();
  await client.query(`INSERT INTO categories (handle, name) VALUES ('tops', 'Tops')`);
  await client.query(`
    INSERT INTO products (handle, title, language, category_id, keywords)
    SELECT 'p-' || n, CASE n WHEN 3000 THEN 'Giacca di lana' ELSE 'Jacket number ' || n || ' wool' END,
      CASE n WHEN 3000 THEN 'it' ELSE 'en' END, (SELECT id FROM categories), ''
    FROM generate_series(1, 3000) AS n`);
  await client.query(`INSERT INTO product_texts (product_id, language, title, own_keywords)
    SELECT id, 'de', 'Jacke ' || id || ' wool', '' FROM products WHERE id % 10 = 0`);
});
afterAll(async () => {
  client.release();
  await database.drop();
});

test.each([
  [`begun_products('en', $1, $2, 200)`, 200],
  [`begun_products('it', $1, $2, 200)`, 0],
  [`begun_texts('de', $1, $2, 200)`, 200],
  [`begun_texts('fr', $1, $2, 200)`, 0],
  // Of older gateways.
  [`begun_products($1, $2, 200)`, 200],
])('%s makes its query once, also when Postgres has changed to a plan for any words', async (call, count) => {
  await client.query(`SET track_functions = 'all'`);
  const made = async (): Promise<number> => {
    await client.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await client.query<{ calls: string }>(
      `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_user_functions WHERE funcname = 'begun_query_in'`,
    );
    return Number(rows[0]?.calls);
  };
  const before = await made();
  // From the sixth call on, Postgres uses one plan for all.
  for (let turn = 0; turn < 10; turn += 1) {
    const { rows } = await client.query({
      name: call,
      text: `SELECT * FROM ${call}`,
      values: [['wool'], 'ja'],
    });
    expect(rows).toHaveLength(count);
  }
  const calls = (await made()) - before;
  expect(calls).toBeGreaterThan(0);
  // Postgres may also make it while it plans.
  expect(calls).toBeLessThanOrEqual(20);
});

test('the own keywords that translations repeat have a bound, and follow the product', async () => {
  await client.query(
    `UPDATE products SET keywords = 'Borgo ' || repeat('word ', 4000) || 'tail' WHERE id % 100 = 0`,
  );
  const { rows } = await client.query(
    `SELECT max(length(own_keywords)) AS longest, bool_and(search @@ 'borgo'::tsquery) AS found FROM product_texts WHERE product_id % 100 = 0`,
  );
  expect(rows).toEqual([{ longest: 1000, found: true }]);
  const versions = async (): Promise<unknown> =>
    (await client.query('SELECT min(xmin::text), max(xmin::text) FROM product_texts')).rows;
  const before = await versions();
  await client.query(`UPDATE products SET keywords = keywords || ' end' WHERE id % 100 = 0`);
  expect(await versions()).toEqual(before);
});
