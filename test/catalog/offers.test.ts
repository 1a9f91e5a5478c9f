import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import sql, { join } from 'sql-template-tag';
import { z } from 'zod';
import { checkProductFilter } from '../../src/catalog/product-filter.js';
import { ChannelStore } from '../../src/catalog/channel.store.js';
import { offersOf } from '../../src/catalog/offers.store.js';
import { query } from '../../src/platform/postgres.js';
import { prove } from '../../src/search/prove.store.js';
import { seedMarkets } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { textsDuring } from '../support/statements.js';

const PRODUCTS = 1_000;
/** A page of 24 asks the index for this many. */
const CANDIDATES = 31;
/** A third of it is for the holds of a third of the levels. */
const MOST_BUFFERS = 800;
const MOST_BUFFERS_OF_PRICES = 800;
const MOST_BUFFERS_OF_CARDS = 600;
const LEVELS = ['IN_STOCK', 'LOW_STOCK', 'BACKORDER', 'PREORDER', 'OUT_OF_STOCK'];
const SEED_TIMEOUT_MS = 120_000;

const COLUMNS = join(
  [
    'sku_id, product_id, position, code, gtin, url, options, option_names, image_id, currency, amount, compare_at',
    'price_valid_until, sellable, counted, level, restock_at, promised, channel_id',
  ].map((columns) => sql([columns])),
);
const row = z.record(z.string(), z.unknown());
const explained = z.object({
  'QUERY PLAN': z.tuple([
    z.object({ Plan: z.object({ 'Shared Hit Blocks': z.number(), 'Shared Read Blocks': z.number() }) }),
  ]),
});

/** Five SKUs of each product at four locations, with all that stock, promised units, and prices can be. */
const SEED = `
  SET session_replication_role = replica;
  INSERT INTO stock_locations (handle, name, country_code) VALUES ('rome', 'Rome', 'IT'), ('oslo', 'Oslo', 'NO');
  INSERT INTO channel_locations SELECT channel.id, location.id FROM channels channel, stock_locations location
    WHERE channel.handle = 'eu' AND location.handle IN ('rome', 'oslo');
  INSERT INTO channels (handle, name, price_list_id) SELECT 'nowhere', 'Nowhere', id FROM price_lists WHERE handle = 'eu';
  INSERT INTO products (handle, title, category_id) SELECT 'product-' || n, 'Garment', (SELECT min(id) FROM categories)
    FROM generate_series(1, ${PRODUCTS}) n;
  INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
    SELECT id, 0, sha256(id::text::bytea), 'seed', 4, 5, '\\x00', '#808080' FROM products ORDER BY id;
  INSERT INTO skus (product_id, code, position, options, option_names, when_out, promised, promised_held, restock_at)
    SELECT product.id, product.id || '-' || n, n, jsonb_build_object('size', n::text), '{size}',
      (ARRAY['deny', 'backorder', 'preorder'])[1 + (product.id + n) % 3],
      CASE WHEN product.id % 4 > 0 THEN (product.id + n) % 6 END, CASE WHEN product.id % 4 = 2 THEN 1 ELSE 0 END,
      CASE n WHEN 3 THEN '2030-01-01'::timestamptz END
    FROM products product, generate_series(1, 5) n ORDER BY product.id, n;
  INSERT INTO prices (price_list_id, sku_id, amount, compare_at, valid)
    SELECT list.id, sku.id, 1000 + sku.id % 900, CASE WHEN sku.id % 5 = 0 THEN 5000 END, span.valid::tstzrange
    FROM skus sku CROSS JOIN price_lists list CROSS JOIN LATERAL (
      SELECT unnest(CASE sku.id % 7 WHEN 0 THEN ARRAY['(,2020-01-01)', '[2020-01-01,2040-01-01)'] WHEN 1 THEN ARRAY['[2039-01-01,)']
        WHEN 2 THEN ARRAY[]::text[] ELSE ARRAY['(,)'] END) AS valid) span
    ORDER BY sku.id, list.id;
  INSERT INTO stock_levels (sku_id, location_id, on_hand, held, safety_stock)
    SELECT sku.id, location.id, CASE WHEN sku.id % 11 > 0 THEN (sku.id * location.id) % 4 END,
      CASE WHEN sku.id % 3 = 0 THEN 1 ELSE 0 END, sku.id % 13 / 12
    FROM skus sku, stock_locations location WHERE (sku.id + location.id) % 17 > 0 AND location.handle <> 'newyork'
    ORDER BY sku.id, location.id;
  INSERT INTO holds (id, channel_id, caller, currency, expires_at) SELECT md5(id::text)::uuid, 1, 0, 'EUR',
    now() + CASE WHEN id % 2 = 0 THEN 1 ELSE -1 END * interval '1 hour' FROM skus WHERE id % 3 = 0 OR promised_held > 0;
  INSERT INTO hold_lines (hold_id, position, sku_id, location_id, quantity, unit_amount, active, expires_at, promised)
    SELECT hold.id, 0, sku.id, level.location_id, 1, 1000, true, hold.expires_at, sku.promised_held > 0
    FROM skus sku JOIN holds hold ON hold.id = md5(sku.id::text)::uuid
    CROSS JOIN LATERAL (SELECT location_id FROM stock_levels WHERE sku_id = sku.id LIMIT 1) level;
  SET session_replication_role = origin`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  // Those of the pool time out on a busy machine.
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(SEED);
  await client.query('VACUUM ANALYZE');
  await client.end();
}, SEED_TIMEOUT_MS);
afterAll(() => database.drop());

test.each(['eu', 'us', 'nowhere'])(
  'offers that are read together are those of the view, in %s',
  async (handle) => {
    const { db } = database;
    const { key } = await new ChannelStore(db).find(handle);
    const products = Array.from({ length: 500 }, (_, n) => 2 * n + (n % 2));
    const together = await query(
      db,
      sql`WITH ${offersOf(key, sql`sku.product_id = ANY(${products}::int[])`)} SELECT ${COLUMNS} FROM offer ORDER BY sku_id`,
      row,
    );
    const view = await query(
      db,
      sql`SELECT ${COLUMNS} FROM sku_offers
      WHERE channel_id = ${key} AND product_id = ANY(${products}::int[]) ORDER BY sku_id`,
      row,
    );
    expect(together).toEqual(view);
    // Without locations, nothing can be sent from anywhere.
    expect(new Set(together.map(({ level }) => level))).toEqual(
      new Set(handle === 'nowhere' ? ['OUT_OF_STOCK'] : LEVELS),
    );
  },
);

test.each([
  ['SKUS', MOST_BUFFERS],
  ['PRICES', MOST_BUFFERS_OF_PRICES],
  [null, MOST_BUFFERS_OF_CARDS],
] as const)(
  'proving a page of %s reads few blocks, whatever the number of SKUs and locations',
  async (reads, most) => {
    const { db } = database;
    const channel = await new ChannelStore(db).find('eu');
    const condition = checkProductFilter(null, channel.currencyCode);
    const candidates = Array.from({ length: CANDIDATES }, (_, n) => {
      const productId = 1 + 31 * n;
      return { productId, imageId: productId };
    });
    const { rows } = await db.query<{ position: string }>('SELECT pg_current_snapshot()::text AS position');
    const [proof] = await textsDuring('search.prove', () =>
      prove(db, channel, condition, candidates, { position: rows[0]?.position ?? '', reads }),
    );
    const plan = await db.query({
      text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${proof?.text ?? ''}`,
      values: proof?.values ?? [],
    });
    const [{ Plan }] = explained.parse(plan.rows[0])['QUERY PLAN'];
    expect(Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks']).toBeLessThanOrEqual(most);
  },
);
