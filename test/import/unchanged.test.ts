import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { seedApiKey } from '../support/api-keys.js';
import { startTestGateway } from '../support/gateway.js';
import { holdSql } from '../support/holds.js';
import { feedOf, openShop, swatch, type Shop } from './support.js';

/** What an import leaves alone, because it made it of the same rows before. */

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const ROWS = [
  {
    id: 'coat-m',
    item_group_id: 'coat',
    title: 'Coat',
    size: 'M',
    color: 'red',
    brand: 'Acme',
    quantity: '5',
  },
  {
    id: 'coat-l',
    item_group_id: 'coat',
    title: 'Coat',
    size: 'L',
    color: 'red',
    brand: 'Acme',
    quantity: '7',
  },
  { id: 'hat', item_group_id: 'hat', title: 'Hat', color: 'blue', material: 'wool', quantity: '3' },
].map((row) => ({ ...row, image_link: '' }));
const PICTURED = ROWS.map((row) => ({ ...row, image_link: 'red.png' }));

const known = () =>
  shop.all('SELECT handle FROM import_digests JOIN products ON id = product_id ORDER BY handle');

test('an unchanged feed writes nothing, with its pictures or without', async () => {
  for (const rows of [ROWS, PICTURED]) {
    await shop.write('feed.tsv', feedOf(rows));
    await shop.import('feed.tsv');
    expect(await known()).toEqual(['coat', 'hat']);
    const before = await shop.versions();
    // Lines move when rows are added above, and a column that says nothing new says nothing.
    await shop.write(
      'feed.tsv',
      feedOf(rows.map((row) => ({ ...row, unheard_of: 'x' }))).replace('\n', '\n\n'),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({
      complete: true,
      products: 2,
      skus: 3,
      productsChanged: 0,
      imagesEncoded: 0,
    });
    expect(await shop.versions()).toEqual(before);
  }
});

test('only the stock that differs is written', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  await shop.import('feed.tsv');
  await shop.db.query(`UPDATE products SET updated_at = '2020-01-01'`);
  await shop.write(
    'feed.tsv',
    feedOf(ROWS.map((row) => (row.id === 'hat' ? { ...row, quantity: '4' } : row))),
  );
  expect(await shop.import('feed.tsv')).toMatchObject({ products: 2, productsChanged: 0 });
  expect(
    await shop.all(
      `SELECT code, delta, actor, reason FROM stock_ledger JOIN skus ON skus.id = sku_id ORDER BY stock_ledger.id`,
    ),
  ).toEqual([
    ...['coat-m', 'coat-l', 'hat'].map((code) => ({
      code,
      delta: expect.any(Number),
      actor: 'import',
      reason: 'import',
    })),
    { code: 'hat', delta: 1, actor: 'import', reason: 'import' },
  ]);
  await shop.write(
    'feed.tsv',
    feedOf(ROWS.map((row) => (row.id === 'hat' ? { ...row, price: '9 EUR' } : row))),
  );
  expect(await shop.import('feed.tsv')).toMatchObject({ products: 2, productsChanged: 1 });
  expect(await shop.all(`SELECT handle FROM products WHERE updated_at > '2020-01-01'`)).toEqual(['hat']);
});

const PROMISED = `SELECT code, promised FROM skus JOIN products ON products.id = product_id WHERE handle = 'hat' ORDER BY code`;

test('what an unchanged feed promises is set again after a sale, and nothing else is written', async () => {
  const hat = (cells: object) => ({
    item_group_id: 'hat',
    image_link: '',
    availability: 'preorder',
    ...cells,
  });
  const rows = [hat({ id: 'any' }), hat({ id: 'few', color: 'red', quantity: '5' })];
  await shop.write('feed.tsv', feedOf([...ROWS.slice(0, 2), ...rows]));
  await shop.import('feed.tsv');
  const fed = [
    { code: 'any', promised: null },
    { code: 'few', promised: 5 },
  ];
  expect(await shop.all(PROMISED)).toEqual(fed);
  const before = await shop.versions();
  expect(await shop.import('feed.tsv')).toMatchObject({ products: 2, productsChanged: 0 });
  expect(await shop.versions()).toEqual(before);

  const digests = await shop.all('SELECT product_id, xmin::text FROM import_digests ORDER BY product_id');
  await shop.db.query(
    `WITH held AS (
       SELECT channels.id AS channel, ${holdSql({ quantity: 2 })} #>> '{hold,id}' AS hold
       FROM skus, channels WHERE code = 'few' AND channels.is_default)
     SELECT hold_finish(hold::uuid, 'CONFIRMED', channel, 0, '', true, 'shop', NULL, NULL, NULL) FROM held`,
  );
  expect(await shop.all(PROMISED)).toMatchObject([{}, { promised: 3 }]);
  expect(await shop.import('feed.tsv')).toMatchObject({ products: 2, productsChanged: 0 });
  expect(await shop.all(PROMISED)).toEqual(fed);
  expect(await shop.all('SELECT product_id, xmin::text FROM import_digests ORDER BY product_id')).toEqual(
    digests,
  );
});

test('the same feed for another channel sets the prices and the stock there', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  await shop.import('feed.tsv');
  expect(await shop.import('feed.tsv', { channel: 'other' })).toMatchObject({
    products: 2,
    productsChanged: 2,
  });
  expect(await shop.all('SELECT count(*)::int FROM prices')).toEqual([6]);
  expect(await shop.all('SELECT count(*)::int FROM stock_levels')).toEqual([6]);
  const before = await shop.versions();
  expect(await shop.import('feed.tsv', { channel: 'other' })).toMatchObject({ productsChanged: 0 });
  expect(await shop.versions()).toEqual(before);
});

test('what partners write through GraphQL between two imports is what the feed says again', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  const gateway = await startTestGateway(async (db) => {
    await shop.import('feed.tsv', {}, { db });
  });
  try {
    const secret = await seedApiKey(gateway.db, { name: 'erp' });
    const catalog = z.object({ products: z.object({ nodes: z.array(z.unknown()) }) });
    const read = () =>
      gateway.read(
        catalog,
        `{ products(first: 10, where: { availability: ANY }, sort: NEWEST) {
          nodes { handle title attributes { name value } skus { code availability { quantity } price { amount } } } } }`,
      );
    const before = await read();
    const written = z.record(z.string(), z.object({ userErrors: z.tuple([]) }));
    const write = (field: string, type: string, input: unknown) =>
      gateway.read(
        written,
        `mutation ($input: ${type}!) { ${field}(input: $input) { userErrors { message } } }`,
        { input },
        secret,
      );
    await write('productsUpsert', 'ProductsUpsertInput', {
      products: [
        {
          handle: 'coat',
          title: 'Another coat',
          attributes: [],
          images: [{ url: 'https://images.example/coat.jpg' }],
        },
      ],
    });
    await write('stockSet', 'StockSetInput', { entries: [{ sku: 'hat', location: 'eur', onHand: 0 }] });
    await write('pricesSet', 'PricesSetInput', {
      entries: [{ sku: 'coat-l', amount: '1.00', currencyCode: 'EUR' }],
    });
    expect(await read()).not.toEqual(before);
    await shop.import('feed.tsv', {}, { db: gateway.db });
    expect(await read()).toEqual(before);
    expect((await gateway.db.query('SELECT FROM image_jobs')).rowCount).toBe(0);
  } finally {
    await gateway.close();
  }
});

test('the tables beside the feed count, also when only they change', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  await shop.import('feed.tsv');
  await shop.db.query(
    `INSERT INTO stock_locations (handle, name, country_code) VALUES ('store', 'Store', 'DE')`,
  );
  await shop.write('stock.tsv', 'sku\tlocation\tquantity\tsafety_stock\nhat\tstore\t9\t2\n');
  await shop.import('feed.tsv');
  const stock = `SELECT code, location.handle, on_hand, safety_stock FROM stock_levels JOIN skus ON skus.id = sku_id
    JOIN stock_locations location ON location.id = location_id WHERE code = 'hat' ORDER BY location.id`;
  expect(await shop.all(stock)).toEqual([
    { code: 'hat', handle: 'eur', on_hand: 0, safety_stock: 0 },
    { code: 'hat', handle: 'store', on_hand: 9, safety_stock: 2 },
  ]);
  const before = await shop.versions();
  await shop.import('feed.tsv');
  expect(await shop.versions()).toEqual(before);
  await shop.write('stock.tsv', 'sku\tlocation\tquantity\tsafety_stock\nhat\tstore\t9\t1\n');
  await shop.import('feed.tsv');
  expect(await shop.all(stock)).toMatchObject([{ handle: 'eur' }, { handle: 'store', safety_stock: 1 }]);
});

test('a file that has changed under its name is read, and so is one that was not readable', async () => {
  await shop.write('feed.tsv', feedOf(PICTURED));
  await shop.import('feed.tsv');
  await shop.write('red.png', await swatch(1, 2, 3));
  expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 2, imagesEncoded: 1 });
  expect(await shop.all('SELECT DISTINCT dominant_color FROM product_images')).toEqual(['#010203']);

  await shop.write('feed.tsv', feedOf(ROWS.map((row) => ({ ...row, image_link: 'later.png' }))));
  expect(await shop.import('feed.tsv')).toMatchObject({ failedImages: 1 });
  expect(await known()).toEqual([]);
  expect(await shop.import('feed.tsv')).toMatchObject({ failedImages: 1, productsChanged: 0 });
  await shop.write('later.png', await swatch(9, 9, 9));
  expect(await shop.import('feed.tsv')).toMatchObject({ failedImages: 0, productsChanged: 2 });
  expect(await known()).toEqual(['coat', 'hat']);
});

// The second product kept the old picture when the content of a link counted for all products of a batch.
test.each([[['a', 'b']], [['b', 'a']]])(
  'a file that has changed is read for each product, also after a feed of one, in the order %j',
  async (order) => {
    const rows = order.map((id) => ({ id, item_group_id: id, image_link: 'red.png' }));
    await shop.write('feed.tsv', feedOf(rows));
    await shop.import('feed.tsv');
    await shop.write('red.png', await swatch(1, 2, 3));
    await shop.write('part.tsv', feedOf(rows.filter(({ id }) => id === 'a')));
    await shop.import('part.tsv');
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT dominant_color FROM product_images')).toEqual(['#010203', '#010203']);
  },
);

// Shopware's import set the stock of products to 0 whose quantity was wrong (shopware#10603).
test('a row that has become wrong leaves its SKU as it is', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  await shop.import('feed.tsv');
  await shop.write(
    'feed.tsv',
    feedOf(ROWS.map((row) => (row.id === 'coat-l' ? { ...row, price: 'free' } : row))),
  );
  expect(await shop.import('feed.tsv')).toMatchObject({ products: 2, skus: 2, rejectedRows: 1 });
  expect(
    await shop.all(
      'SELECT code, on_hand, amount FROM skus JOIN stock_levels ON sku_id = id JOIN prices USING (sku_id) ORDER BY code',
    ),
  ).toEqual([
    { code: 'coat-l', on_hand: 7, amount: 1000 },
    { code: 'coat-m', on_hand: 5, amount: 1000 },
    { code: 'hat', on_hand: 3, amount: 1000 },
  ]);
});

test('products whose files are the same are not written at all', async () => {
  await shop.write('feed.tsv', feedOf(PICTURED));
  await shop.import('feed.tsv');
  const locker = await shop.db.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE embeddings, image_jobs IN EXCLUSIVE MODE');
    expect(await shop.import('feed.tsv')).toMatchObject({ complete: true, products: 2, productsChanged: 0 });
  } finally {
    locker.release(true);
  }
});

test('what a product may not have is reported by each import', async () => {
  const many = Array.from({ length: 300 }, (_, i) => ({
    id: `hat-${i}`,
    item_group_id: 'hat',
    size: `${i}`,
    image_link: '',
  }));
  await shop.write('feed.tsv', feedOf(many));
  const first = await shop.import('feed.tsv');
  expect(first.leftOut.get('options')).toMatchObject({ count: 1 });
  expect((await shop.import('feed.tsv')).leftOut).toEqual(first.leftOut);
});

test('a product is written again by a version with other code', async () => {
  await shop.write('feed.tsv', feedOf(ROWS));
  await shop.import('feed.tsv');
  // As a version leaves it in which the title was another one.
  await shop.db.query(`ALTER TABLE products DISABLE TRIGGER USER;
    UPDATE products SET title = 'As it was'; ALTER TABLE products ENABLE TRIGGER USER`);
  expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 0 });
  await shop.db.query(`UPDATE import_digests SET digest = sha256(digest)`);
  expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 2 });
  expect(await shop.all('SELECT title FROM products ORDER BY handle')).toEqual(['Coat', 'Hat']);
});

test('what an import does not write leaves the digest, and locks nothing', async () => {
  await shop.write('feed.tsv', feedOf(PICTURED));
  await shop.import('feed.tsv');
  const before = await shop.all('SELECT product_id, xmin::text FROM import_digests ORDER BY product_id');
  // A column as that of another part of the system, written by each hold.
  await shop.db.query('ALTER TABLE skus ADD COLUMN held_elsewhere integer NOT NULL DEFAULT 0');
  const importing = await shop.db.connect();
  try {
    await importing.query('BEGIN; SELECT FROM import_digests FOR UPDATE');
    await shop.db.query(`SET statement_timeout = '5s'; UPDATE skus SET held_elsewhere = 1;
      UPDATE product_images SET alt_text = alt_text; UPDATE product_attributes SET value = value;
      UPDATE products SET updated_at = now(); RESET statement_timeout`);
    await importing.query('ROLLBACK');
  } finally {
    importing.release(true);
  }
  expect(await shop.all('SELECT product_id, xmin::text FROM import_digests ORDER BY product_id')).toEqual(
    before,
  );
});

// A column that is in neither place: is it a part of what an import writes? Then the trigger must compare it, or, as stock,
// each import does.
test.each([
  ['products', 'forget_digests_of_products', ['id', 'created_at', 'updated_at', 'search']],
  ['skus', 'forget_digests_of_skus', ['id', 'promised', 'promised_held', 'promised_guest_held']],
  ['product_images', 'forget_digests_of_images', ['id']],
])('it is decided of each column of %s whether it counts', async (table, trigger, others) => {
  const [source = ''] = await shop.all(`SELECT prosrc FROM pg_proc WHERE proname = '${trigger}'`);
  const compared = new Set(Array.from(String(source).matchAll(/before\.(\w+)/g), ([, column]) => column));
  const columns = await shop.all(
    `SELECT column_name::text FROM information_schema.columns WHERE table_name = '${table}'`,
  );
  expect(columns.filter((column) => !compared.has(String(column))).sort()).toEqual([...others].sort());
});

// An import waited for the lock, which a vacuum takes too, until the statement was ended, and the import with it.
test('statistics of a table that is being vacuumed are left alone', async () => {
  const many = Array.from({ length: 520 }, (_, i) => ({ id: `hat-${i}`, image_link: '' }));
  await shop.write('feed.tsv', feedOf(many));
  const vacuum = await shop.db.connect();
  let said = '';
  const log = pino({ level: 'warn' }, { write: (line: string) => void (said += line) });
  try {
    await vacuum.query('BEGIN; LOCK TABLE product_attributes IN SHARE UPDATE EXCLUSIVE MODE');
    expect(await shop.import('feed.tsv', {}, { log })).toMatchObject({ complete: true, products: 520 });
  } finally {
    vacuum.release(true);
  }
  expect(said).toBe('');
  expect(
    await shop.all(
      `SELECT relname::text FROM pg_class WHERE relname IN ('products', 'product_attributes') AND reltuples > 0`,
    ),
  ).toEqual(['products']);
});
