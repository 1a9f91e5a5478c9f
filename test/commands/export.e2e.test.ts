import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { explainFeed } from '../../src/import/explain-feed.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

/** More products than are read at once. */
const MANY = 450;

let database: TestDatabase;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await seedMarkets(db);
  await seedProduct(db, {
    handle: 'shirt',
    title: 'Shirt',
    brand: 'nord',
    attributes: [
      ['material', 'cotton'],
      ['material', 'linen'],
      ['sleeve_length', 'long, cuffed'],
    ],
    vectors: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ],
    shows: [{}, { color: ['Red'] }, { color: ['Blue'] }],
    skus: [
      { code: 'RED', options: { color: 'Red', size: 'M', fit: 'slim' }, prices: { eu: 2_000, us: 2_500 } },
      { code: 'BLUE', options: { color: 'Blue', size: 'M' }, stock: { berlin: 2 } },
      { code: 'OUT', options: { color: 'Red', size: 'L' }, stock: { berlin: 0 } },
      { code: 'SOON', options: { color: 'Blue', size: 'L' }, stock: { berlin: 0 }, whenOut: 'preorder' },
    ],
  });
  await seedProduct(db, { handle: 'linkless', vectors: [[1, 0, 0, 0]], skus: [{ code: 'LINKLESS' }] });
  await seedProduct(db, { handle: 'bare', skus: [{ code: 'BARE' }] });
  await db.query(`
    UPDATE products SET url = 'https://shop.example/' || handle WHERE handle <> 'linkless';
    UPDATE products SET description = E'A shirt.\\n\\tWith\\ttabs.' WHERE handle = 'shirt';
    UPDATE prices SET compare_at = 3000 WHERE amount = 2000;
    UPDATE skus SET restock_at = '2027-03-01T00:00Z' WHERE code = 'SOON';
    UPDATE skus SET url = 'https://shop.example/shirt?variant=blue' WHERE code = 'BLUE';
    UPDATE skus SET gtin = '4006381333931' WHERE code = 'RED'`);
  folder = await mkdtemp(join(tmpdir(), 'vitrine-export-'));
  env = {
    DATABASE_URL: database.url,
    VITRINE_DATA: join(folder, 'data'),
    VITRINE_PUBLIC_URL: 'https://api.shop.example',
  };
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => vitrine(['export', ...args], { env }).ended;

/** Rows of tab-separated values by their header, without empty cells. */
function rowsOf(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const row: Record<string, string> = {};
    for (const [i, cell] of line.split('\t').entries()) if (cell !== '') row[columns[i] ?? ''] = cell;
    return row;
  });
}

const image = (position: number): string =>
  `https://api.shop.example/images/${encodeURIComponent(Buffer.from(`Image:${position}`).toString('base64'))}?format=jpeg`;

test('a feed for Google has what can be bought, with the pictures that show it', async () => {
  const { code, stdout, stderr } = await run();
  expect(code).toBe(0);
  const rows = rowsOf(stdout);
  expect(rows.map(({ id }) => id)).toEqual(['RED', 'BLUE', 'SOON']);
  expect(rows[0]).toEqual({
    id: 'RED',
    item_group_id: 'shirt',
    title: 'Shirt',
    description: 'A shirt. With tabs.',
    link: 'https://shop.example/shirt',
    image_link: image(1),
    additional_image_link: image(2),
    availability: 'in_stock',
    price: '30.00 EUR',
    sale_price: '20.00 EUR',
    brand: 'Nord',
    gtin: '4006381333931',
    condition: 'new',
    product_type: 'Tops > Shirts',
    color: 'Red',
    size: 'M',
    material: 'cotton/linen',
    product_detail: 'Options:fit:slim,Details:sleeve length:long\\, cuffed',
  });
  expect(rows[1]).toMatchObject({
    link: 'https://shop.example/shirt?variant=blue',
    image_link: image(1),
    additional_image_link: image(3),
    price: '10.00 EUR',
  });
  expect(rows[2]).toMatchObject({ availability: 'preorder', availability_date: '2027-03-01T00:00:00.000Z' });
  expect(stderr).toContain('1 products with 3 SKUs that eu could sell');
  expect(stderr).toContain('1 left out: no link to a product page (LINKLESS)');
  expect(stderr).toContain('1 left out: no picture (BARE)');
});

test('of another channel, it has the prices and the stock of that one', async () => {
  const sold = async () => rowsOf((await run('--channel', 'us')).stdout).map(({ id, price }) => [id, price]);
  expect(await sold()).toEqual([]);
  await database.db.query(`
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
    SELECT skus.id, stock_locations.id, 0 FROM skus, stock_locations WHERE code = 'RED' AND stock_locations.handle = 'newyork'`);
  await setStock(database.db, 'RED', 1, 'newyork');
  expect(await sold()).toEqual([['RED', '25.00 USD']]);
});

// WooCommerce sent backorders without the date, and Google refused them (woocommerce/google-listings-and-ads#1796).
test('what is promised is in the feed with its date, as long as anything is left', async () => {
  const { db } = database;
  const soon = async () => {
    const { stdout, stderr } = await run();
    const row = rowsOf(stdout).find(({ id }) => id === 'SOON');
    return row?.['availability_date'] ?? stderr.split('\n').find((line) => line.includes('SOON')) ?? null;
  };
  await db.query(`UPDATE skus SET promised = 1 WHERE code = 'SOON'`);
  expect(await soon()).toBe('2027-03-01T00:00:00.000Z');
  await db.query(`UPDATE skus SET restock_at = NULL WHERE code = 'SOON'`);
  expect(await soon()).toContain('1 left out: no date of a preorder or backorder (SOON)');
  await db.query(`UPDATE skus SET restock_at = '2027-03-01T00:00Z', promised = 0 WHERE code = 'SOON'`);
  expect(await soon()).toBeNull();
  await db.query(`UPDATE skus SET promised = NULL WHERE code = 'SOON'`);
});

const metadata = z.strictObject({ id: z.string(), updated_at: z.iso.datetime() });

test('a feed for agents is a folder with the products and their variants', async () => {
  const output = join(folder, 'new', 'feed');
  const { code } = await run('--format', 'acp', '--output', output);
  expect(code).toBe(0);
  expect((await readdir(output)).sort()).toEqual(['metadata.json', 'products.jsonl']);
  const told = metadata.parse(JSON.parse(await readFile(join(output, 'metadata.json'), 'utf8')));
  expect(told.id).toBe('eu');
  const lines = (await readFile(join(output, 'products.jsonl'), 'utf8')).trimEnd().split('\n');
  const [shirt, ...others] = lines.map((line): unknown => JSON.parse(line));
  expect(others).toMatchObject([{ id: 'linkless' }, { id: 'bare' }]);
  expect(shirt).toMatchObject({
    id: 'shirt',
    title: 'Shirt',
    url: 'https://shop.example/shirt',
    variants: [
      {
        id: 'RED',
        title: 'Shirt – slim / M / Red',
        barcodes: [{ type: 'GTIN', value: '4006381333931' }],
        price: { amount: 2_000, currency: 'EUR' },
        list_price: { amount: 3_000, currency: 'EUR' },
        availability: { available: true, status: 'in_stock' },
        categories: [{ value: 'Tops > Shirts', taxonomy: 'merchant' }],
        condition: ['new'],
        variant_options: expect.arrayContaining([{ name: 'color', value: 'Red' }]),
        media: [
          { type: 'image', url: image(1) },
          { type: 'image', url: image(2) },
        ],
      },
      {
        id: 'BLUE',
        url: 'https://shop.example/shirt?variant=blue',
        availability: { available: true, status: 'limited_stock' },
      },
      { id: 'SOON', availability: { available: true, status: 'preorder' } },
    ],
  });
});

// Google's format has columns for the options of its own, and describes the others as details.
test.each([
  ['google', {}],
  ['acp', { fit: 'slim' }],
])('what is exported as %s can be imported again', async (format, otherOptions) => {
  const output = join(folder, `round-trip-${format}`);
  expect((await run('--format', format, '--output', output)).code).toBe(0);
  const feed = format === 'acp' ? join(output, 'products.jsonl') : output;
  const { report, products } = await explainFeed(feed, { defaultQuantity: 1 });
  expect(report).toMatchObject({ rejectedRows: 0, productsWithoutSkus: 0 });
  const shirt = products.find(({ handle }) => handle === 'shirt');
  expect(shirt).toMatchObject({ title: 'Shirt', url: 'https://shop.example/shirt' });
  expect(shirt?.description?.replaceAll(/\s+/g, ' ')).toBe('A shirt. With tabs.');
  expect(shirt?.category.map(({ name }) => name)).toEqual(['Tops', 'Shirts']);
  expect(
    shirt?.skus.map(({ code, options, prices, currency, gtin, whenOut }) => ({
      code,
      options: Object.fromEntries(
        Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      prices: prices.map(({ amount, compareAt }) => [amount, compareAt]),
      currency,
      gtin,
      whenOut,
    })),
  ).toEqual([
    {
      code: 'RED',
      options: { color: 'Red', size: 'M', ...otherOptions },
      prices: [[2_000, 3_000]],
      currency: 'EUR',
      gtin: '4006381333931',
      whenOut: 'deny',
    },
    {
      code: 'BLUE',
      options: { color: 'Blue', size: 'M' },
      prices: [[1_000, null]],
      currency: 'EUR',
      gtin: null,
      whenOut: 'deny',
    },
    {
      code: 'SOON',
      options: { color: 'Blue', size: 'L' },
      prices: [[1_000, null]],
      currency: 'EUR',
      gtin: null,
      whenOut: 'preorder',
    },
  ]);
});

test('a file is replaced by a complete one, or left alone', async () => {
  const file = join(folder, 'feed.tsv');
  await writeFile(file, 'older');
  const { code, stderr } = await run('--output', file, '--channel', 'nowhere');
  expect(code).toBe(1);
  expect(stderr).toContain('There is no channel "nowhere"');
  expect(await readFile(file, 'utf8')).toBe('older');
  expect(await run('--output', file)).toMatchObject({ code: 0, stdout: '' });
  expect(rowsOf(await readFile(file, 'utf8'))).toHaveLength(3);
  const missing = await run('--output', join(folder, 'no', 'such', 'feed.tsv'));
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('The feed cannot be written') });
  expect((await readdir(folder)).filter((name) => name.endsWith('.draft'))).toEqual([]);
});

test('a feed without an address for its images is refused', async () => {
  const { VITRINE_PUBLIC_URL: _, ...others } = env;
  const { code, stderr } = await vitrine(['export'], { env: others }).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('set VITRINE_PUBLIC_URL') });
});

test('a large catalog is in it once', async () => {
  await database.db.query(`
    WITH product AS (
      INSERT INTO products (handle, title, url, category_id)
      SELECT 'many-' || n, 'Many', 'https://shop.example/many', (SELECT min(id) FROM categories)
      FROM generate_series(1, ${MANY}) n RETURNING id
    ), image AS (
      INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
      SELECT id, 0, sha256(id::text::bytea), 'seed', 4, 5, '\\x00', '#808080' FROM product
    ), sku AS (
      INSERT INTO skus (product_id, code) SELECT id, 'MANY-' || id FROM product RETURNING id
    ), price AS (
      INSERT INTO prices (price_list_id, sku_id, amount)
      SELECT price_lists.id, sku.id, 100 FROM sku, price_lists WHERE handle = 'eu'
    )
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
    SELECT sku.id, stock_locations.id, 1 FROM sku, stock_locations WHERE handle = 'berlin'`);
  const ids = rowsOf((await run()).stdout).map(({ id }) => id);
  expect(ids).toHaveLength(MANY + 3);
  expect(new Set(ids).size).toBe(MANY + 3);
});
