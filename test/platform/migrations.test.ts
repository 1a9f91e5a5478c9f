import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { migrate } from '../../src/platform/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { dumpStructure } from '../support/structure.js';

const log = pino({ level: 'silent' });
const STRUCTURE = fileURLToPath(new URL('../../migrations/structure.sql', import.meta.url));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('structure.sql is what the migrations make', async () => {
  const structure = await dumpStructure(database.db);
  if (process.env['UPDATE_STRUCTURE'] === '1') await writeFile(STRUCTURE, structure);
  expect(structure).toBe(await readFile(STRUCTURE, 'utf8'));
});

test('a migration does not run after a later one', async () => {
  const other = await createTestDatabase();
  try {
    await other.db.query(`DELETE FROM migrations WHERE name = '0012_knowledge'`);
    await expect(migrate(other.url, log)).rejects.toThrow(/0012_knowledge is preceding already run/);
  } finally {
    await other.drop();
  }
});

test('a migrated database has nothing left to migrate', async () => {
  expect(await migrate(database.url, log)).toEqual([]);
});

describe('wrong states are impossible', () => {
  beforeAll(async () => {
    await database.db.query(`
      INSERT INTO categories (handle, name) VALUES ('dresses', 'Dresses');
      INSERT INTO products (handle, title, category_id) SELECT 'wrap-dress', 'Wrap dress', id FROM categories;
      INSERT INTO skus (product_id, code) SELECT id, 'WD-M' FROM products;
      INSERT INTO stock_locations (handle, name, country_code) VALUES ('berlin', 'Berlin', 'DE');
      INSERT INTO stock_levels (sku_id, location_id, on_hand, held) SELECT skus.id, stock_locations.id, 5, 2 FROM skus, stock_locations;
      INSERT INTO price_lists (handle, currency) VALUES ('eu', 'EUR');
      INSERT INTO prices (price_list_id, sku_id, amount, valid)
        SELECT price_lists.id, skus.id, 4999, '[2026-01-01,2026-02-01)' FROM price_lists, skus;
      INSERT INTO channels (handle, name, price_list_id, is_default) SELECT 'eu', 'Europe', id, true FROM price_lists;
    `);
  });

  test.each([
    ['negative stock', 'UPDATE stock_levels SET on_hand = -1', 'stock_levels_on_hand_check'],
    ['negative held units', 'UPDATE stock_levels SET held = -1', 'stock_levels_held_check'],
    ['sellable that is not the sum of its parts', 'UPDATE stock_levels SET sellable = 9', null],
    [
      'two prices at one moment',
      `INSERT INTO prices (price_list_id, sku_id, amount, valid)
       SELECT price_list_id, sku_id, 3999, '[2026-01-31,2026-03-01)' FROM prices`,
      'prices_overlap',
    ],
    ['a price that never holds', `UPDATE prices SET valid = 'empty'`, 'prices_valid_check'],
    ['a price below nothing', 'UPDATE prices SET amount = -1', 'prices_amount_check'],
    ['a compare-at price below the price', 'UPDATE prices SET compare_at = amount - 1', 'prices_check'],
    ['a currency that is none', `UPDATE price_lists SET currency = 'euro'`, 'price_lists_currency_check'],
    [
      'two SKUs of one code',
      'INSERT INTO skus (product_id, code) SELECT product_id, code FROM skus',
      'skus_code_key',
    ],
    ['a category under itself', 'UPDATE categories SET parent_id = id', 'categories_check'],
    [
      'two default channels',
      `INSERT INTO channels (handle, name, price_list_id, is_default) SELECT 'us', 'US', price_list_id, true FROM channels`,
      'channels_one_default',
    ],
    [
      'a vector of another length than its encoder says',
      `WITH encoder AS (INSERT INTO encoders (name, dimension) VALUES ('tiny@1', 2) RETURNING id)
       INSERT INTO embeddings (encoder_id, dimension, sha256, vector) SELECT id, 2, sha256('x'), '\\x00000000' FROM encoder`,
      'embeddings_check',
    ],
  ])('%s', async (_state, statement, constraint) => {
    await expect(database.db.query(statement)).rejects.toMatchObject(
      constraint === null ? { code: '428C9' } : { constraint },
    );
  });

  test('a fraction of a minor unit: columns of money hold whole numbers only', async () => {
    const { rows } = await database.db.query<{ type: string }>(
      `SELECT DISTINCT data_type AS type FROM information_schema.columns
       WHERE table_name = 'prices' AND column_name IN ('amount', 'compare_at')`,
    );
    expect(rows).toEqual([{ type: 'bigint' }]);
    await expect(database.db.query('UPDATE prices SET amount = $1', ['49.99'])).rejects.toMatchObject({
      code: '22P02',
    });
  });

  test('the price after another may start the moment that ends', async () => {
    await database.db.query(
      `INSERT INTO prices (price_list_id, sku_id, amount, valid)
       SELECT price_list_id, sku_id, 3999, '[2026-02-01,)' FROM prices`,
    );
    const { rows } = await database.db.query('SELECT amount FROM prices ORDER BY valid');
    expect(rows).toEqual([{ amount: 4999 }, { amount: 3999 }]);
  });

  // Failed on 2026-11-29: an import of 180,000 prices read all of them for each one that it looked up.
  test('a range alone finds no prices in the index that keeps them apart', async () => {
    const client = await database.db.connect();
    try {
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT FROM prices WHERE valid = '(,)' OR valid @> now() OR valid && '[2026-01-01,2026-01-02)'`,
      );
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('prices_overlap');
    } finally {
      client.release(true);
    }
  });

  test('sellable is on hand less held and safety stock, and never below nothing', async () => {
    const { rows } = await database.db.query('SELECT sellable FROM stock_levels');
    expect(rows).toEqual([{ sellable: 3 }]);
    const after = await database.db.query('UPDATE stock_levels SET safety_stock = 4 RETURNING sellable');
    expect(after.rows).toEqual([{ sellable: 0 }]);
  });
});
