import { fileURLToPath } from 'node:url';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { describeImport } from '../../src/commands/import-report.js';
import { DownloadError } from '../../src/images/fetch-image.js';
import { holdSql } from '../support/holds.js';
import { waiting } from '../support/waiting.js';
import { feedOf, openShop, swatch, type Shop } from './support.js';

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const PRODUCTS = 'SELECT handle, title, url FROM products ORDER BY id';
const SKUS = 'SELECT code, options, url FROM skus ORDER BY id';
const STOCK = `SELECT sku.code, location.handle AS location, level.on_hand
  FROM stock_levels level JOIN skus sku ON sku.id = level.sku_id JOIN stock_locations location ON location.id = location_id
  ORDER BY sku.id, location.id`;
const LEVELS = 'SELECT code, level, sellable > 0 AS sells, promised FROM sku_offers ORDER BY sku_id';
/** In `sku_offers.promised`. */
const ANY_NUMBER = 2_147_483_647;

/** A row of Merchant Center, with defaults for what is irrelevant to a test. */
const row = (cells: Readonly<Record<string, string>>) => ({
  title: 'A coat',
  image_link: 'red.png',
  availability: 'in_stock',
  price: '10.00 EUR',
  ...cells,
});

describe('variants', () => {
  test('share the title and the page of their product, and have pages of their own', async () => {
    const coat = (color: string, size: string, variant: number) =>
      row({
        id: `coat-${variant}`,
        item_group_id: 'coat',
        title: `Cappotto Larice – ${color} – ${size}`,
        link: `https://shop.example/coat?variant=${variant}&utm_source=feed`,
        color,
        size,
      });
    const hat = (id: string, material: string, price: string) =>
      row({ id, item_group_id: 'hat', title: 'Hat', material, price });
    await shop.write(
      'feed.tsv',
      feedOf([
        coat('Verde', 'S', 1),
        coat('Grigio', 'M', 2),
        hat('h1', 'wool', '10.00 EUR'),
        hat('h2', 'silk', '20.00 EUR'),
      ]),
    );
    await shop.import('feed.tsv');
    expect(await shop.all(PRODUCTS)).toEqual([
      { handle: 'coat', title: 'Cappotto Larice', url: 'https://shop.example/coat?utm_source=feed' },
      { handle: 'hat', title: 'Hat', url: null },
    ]);
    expect(await shop.all(SKUS)).toMatchObject([
      { code: 'coat-1', url: 'https://shop.example/coat?variant=1&utm_source=feed' },
      { code: 'coat-2', url: 'https://shop.example/coat?variant=2&utm_source=feed' },
      { code: 'h1', options: { material: 'wool' } },
      { code: 'h2', options: { material: 'silk' } },
    ]);
  });

  test('have the title that the feed gives their product', async () => {
    await shop.write(
      'feed.tsv',
      feedOf([
        row({ id: 'a', item_group_id: 'g', title: 'Red one', item_group_title: 'The one' }),
        row({ id: 'b', item_group_id: 'g', title: 'Blue one', item_group_title: 'The one' }),
      ]),
    );
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT title FROM products')).toEqual(['The one']);
  });
});

test('what can be ordered before it is there is promised, and not in stock', async () => {
  await shop.write(
    'feed.tsv',
    feedOf([
      row({ id: 'pre', availability: 'preorder', availability_date: '2027-03-01' }),
      row({ id: 'few', availability: 'preorder', quantity: '5' }),
      row({ id: 'back', availability: 'backorder' }),
      row({ id: 'none', availability: 'out_of_stock' }),
      row({ id: 'last', quantity: '1' }),
    ]),
  );
  await shop.import('feed.tsv');
  expect(await shop.all(LEVELS)).toEqual([
    { code: 'pre', level: 'PREORDER', sells: false, promised: ANY_NUMBER },
    { code: 'few', level: 'PREORDER', sells: false, promised: 5 },
    { code: 'back', level: 'BACKORDER', sells: false, promised: ANY_NUMBER },
    { code: 'none', level: 'OUT_OF_STOCK', sells: false, promised: 0 },
    { code: 'last', level: 'LOW_STOCK', sells: true, promised: 0 },
  ]);
});

// Failed on 2026-11-29 while 0 units of a preorder were no limit.
test('a preorder that is sold out stays sold out when the feed says so', async () => {
  const feed = (quantity: string): Promise<string> =>
    shop.write('feed.tsv', feedOf([row({ id: 'one', availability: 'preorder', quantity })]));
  const hold = `SELECT ${holdSql()} FROM skus, channels WHERE code = 'one'`;
  await feed('1');
  await shop.import('feed.tsv');
  await shop.all(
    `SELECT hold_finish((made.hold #>> '{hold,id}')::uuid, 'CONFIRMED', id, 0, '', true, 'shop', NULL, NULL, NULL)
     FROM channels, (${hold}) AS made (hold)`,
  );
  for (const sold of ['0', '-1']) {
    await feed(sold);
    await shop.import('feed.tsv');
    expect(await shop.all(hold)).toEqual([{ short: [{ line: 0, sellable: 0 }], limited: [] }]);
  }
});

// Failed on 2026-11-29 without the condition on promised_held in prune.store.ts: the prune never ended.
test('what is promised in a hold stays when the feed no longer lists it', async () => {
  const rows = ['pre', 'other', 'in'].map((id) =>
    row(id === 'in' ? { id } : { id, availability: 'preorder' }),
  );
  await shop.write('feed.tsv', feedOf(rows));
  await shop.import('feed.tsv');
  const [hold] = await shop.all(
    `SELECT ${holdSql({ seconds: 3600 })} #>> '{hold,lines,0,promised}' FROM skus, channels WHERE code = 'pre'`,
  );
  expect(hold).toBe('true');
  await shop.write('feed.tsv', feedOf(rows.slice(2)));
  expect(await shop.import('feed.tsv', { prune: true, maxPruned: 1 })).toMatchObject({
    pruned: { products: 1, skus: 1 },
  });
  expect(await shop.all('SELECT code FROM skus ORDER BY code')).toEqual(['in', 'pre']);
});

// Failed on 2026-11-29 without VT001 in prune.store.ts: the import ended with the error of the trigger.
test('what is promised while the prune deletes it stays', async () => {
  const rows = ['pre', 'other'].map((id) => row({ id, availability: 'preorder' }));
  await shop.write('feed.tsv', feedOf(rows));
  await shop.import('feed.tsv');
  await shop.write('feed.tsv', feedOf(rows.slice(1)));
  const shopper = await shop.db.connect();
  await shopper.query('BEGIN');
  await shopper.query(`SELECT ${holdSql({ seconds: 3600 })} FROM skus, channels WHERE code = 'pre'`);
  const pruning = shop.import('feed.tsv', { prune: true, maxPruned: 1 });
  await waiting(shop.db, 1);
  await shopper.query('COMMIT');
  shopper.release();
  expect(await pruning).toMatchObject({ pruned: { products: 0, skus: 0 } });
  expect(await shop.all('SELECT code FROM skus ORDER BY code')).toEqual(['other', 'pre']);
});

describe('what a feed no longer lists', () => {
  const many = Array.from({ length: 40 }, (_, index) => row({ id: `sku-${index}` }));
  const left = async () => (await shop.all('SELECT code FROM skus')).length;

  test('stays where a row could not be read', async () => {
    await shop.write('feed.tsv', feedOf(many));
    await shop.import('feed.tsv');
    const cutOff = feedOf(many.slice(0, 39)).slice(0, -20);
    await shop.write('feed.tsv', cutOff);
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      rejected: [{ line: 40, reason: 'The file ends in the middle of this row: it was cut off.' }],
      pruned: { products: 0, skus: 0 },
      pruneRefused: expect.stringContaining('rows that could not be read (1)'),
    });
    expect(await left()).toBe(40);
    await shop.write(
      'feed.xml',
      '<rss><channel><item><id>sku-1</id><title>A</title><price>9 EUR</price><availability>in stock</availability></item>\n<item><id>sku-2</id>',
    );
    expect(await shop.import('feed.xml', { prune: true, maxPruned: 1 })).toMatchObject({
      rejected: [{ line: 2, reason: 'The file ends in the middle of this item: it was cut off.' }],
      pruneRefused: expect.stringContaining('rows that could not be read'),
    });
    expect(await left()).toBe(40);
  });

  test('stays if it is a large part of the channel, unless that is allowed', async () => {
    await shop.write('feed.tsv', feedOf(many));
    await shop.import('feed.tsv');
    await shop.write('feed.tsv', feedOf(many.slice(0, 20)));
    const report = await shop.import('feed.tsv', { prune: true });
    expect(report.pruneRefused).toMatch(/lacks 20 of the 40 SKUs .* more than 20 %.*--max-pruned/);
    expect(await left()).toBe(40);
    expect(await shop.import('feed.tsv', { prune: true, maxPruned: 0.5, dryRun: true })).toMatchObject({
      skus: 20,
      pruned: { skus: 20 },
      pruneRefused: null,
    });
    expect(await left()).toBe(40);
    expect(await shop.import('feed.tsv', { prune: true, maxPruned: 0.5 })).toMatchObject({
      pruned: { skus: 20 },
    });
    expect(await left()).toBe(20);
  });

  test('is not what a file in another encoding lists', async () => {
    const names = Array.from({ length: 15 }, (_, index) => row({ id: `größe-${index}` }));
    await shop.write('feed.tsv', feedOf(names));
    await shop.import('feed.tsv');
    await shop.write('feed.tsv', iconv.encode(feedOf(names), 'windows-1252'));
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      pruned: { skus: 0 },
      productsChanged: 0,
    });
  });
});

test('a dry run writes nothing', async () => {
  await shop.write('feed.tsv', feedOf([row({ id: 'a' }), row({ id: 'b', price: 'nine' })]));
  const before = await shop.versions();
  expect(await shop.import('feed.tsv', { dryRun: true })).toMatchObject({
    channel: 'eur',
    products: 1,
    skus: 1,
    rejectedRows: 1,
    complete: true,
  });
  expect(await shop.versions()).toEqual(before);
});

// Failed on 2026-11-29 while both were stock: 6 units on hand of the preorder, and any number of the backorder.
test('local inventory of a preorder or a backorder has only the units of the backorder in stock', async () => {
  await shop.write('feed.tsv', feedOf(['pre', 'few', 'back', 'some'].map((id) => row({ id }))));
  await shop.import('feed.tsv');
  await shop.write(
    'stores.tsv',
    `store code\tid\tavailability\tquantity
Ulm\tpre\tpreorder\t
Ulm\tfew\tpreorder\t6
Ulm\tback\tbackorder\t
Ulm\tsome\tbackorder\t7
`,
  );
  await shop.import('stores.tsv');
  expect(await shop.all(STOCK.replace('ORDER BY', `WHERE location.handle = 'ulm' ORDER BY`))).toEqual([
    { code: 'pre', location: 'ulm', on_hand: 0 },
    { code: 'few', location: 'ulm', on_hand: 0 },
    { code: 'back', location: 'ulm', on_hand: 0 },
    { code: 'some', location: 'ulm', on_hand: 7 },
  ]);
});

test('local inventory sets the stock of SKUs at stores', async () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  for (const name of ['merchant-center.tsv', 'local-inventory.tsv'])
    await copyFile(fixture(name), join(shop.folder, name));
  await expect(shop.import('local-inventory.tsv')).rejects.toThrow('There is no channel yet');
  const fetcher = {
    fetch: () => Promise.reject(new DownloadError('No.', false)),
    close: () => Promise.resolve(),
  };
  await shop.import('merchant-center.tsv', {}, { fetcher });
  const own = (await shop.all(STOCK)).length;
  expect(await shop.import('local-inventory.tsv')).toMatchObject({
    format: 'Google local inventory (TSV, utf-8)',
    channel: 'eur',
    stockLevels: 20,
    rejectedRows: 0,
    // The second store says what is in stock, and not how much.
    uncountedSkus: 8,
  });
  const levels = await shop.all(STOCK);
  expect(levels).toHaveLength(own + 20);
  expect(levels.slice(0, 3)).toEqual([
    { code: 'LC-GN-S', location: 'eur', on_hand: 4 },
    { code: 'LC-GN-S', location: 'hamburg-2', on_hand: null },
    { code: 'LC-GN-S', location: 'koln-1', on_hand: 4 },
  ]);
  expect(await shop.all(`SELECT handle, name, pickup FROM stock_locations WHERE pickup ORDER BY id`)).toEqual(
    [
      { handle: 'hamburg-2', name: 'Hamburg 2', pickup: true },
      { handle: 'koln-1', name: 'Köln 1', pickup: true },
    ],
  );
  await shop.write(
    'more.tsv',
    'store code\tid\tavailability\tquantity\nKöln 1\tLC-GN-S\tin stock\t9\nKöln 1\tX\tin stock\t\n',
  );
  expect(await shop.import('more.tsv', { defaultQuantity: 2 })).toMatchObject({
    stockLevels: 1,
    // That of the rejected row does not count.
    uncountedSkus: 0,
    rejected: [{ line: 3, reason: expect.stringContaining('There is no such SKU') }],
  });
});

test('what a feed says that has no meaning here is told by the import', async () => {
  const header = 'id,title,description,google_product_category,availability,price\n';
  await shop.write(
    'feed.csv',
    `${header}nail,Nail,"1 inch,632,in stock,9.00 EUR\nscrew,Screw,2 inch,632,in stock,0.00 EUR\nscrew,Screw,2 inch,632,in stock,0.00 EUR\nhat,Hat,,173,in stock,9.00 EUR\n`,
  );
  const report = await shop.import('feed.csv');
  expect(report).toMatchObject({
    skus: 3,
    openQuotes: { rows: 1, line: 2 },
    // The other row has the same id.
    freeSkus: { count: 1, line: 3 },
    unknownCategories: new Map([
      ['632', { count: 3, first: { line: 2, reason: 'google_product_category 632' } }],
    ]),
  });
  expect(
    await shop.all(`SELECT product.handle, category.handle AS category FROM products product
      JOIN categories category ON category.id = category_id ORDER BY product.id`),
  ).toMatchObject([
    { category: 'uncategorized' },
    { category: 'uncategorized' },
    { category: expect.stringContaining('hats') },
  ]);
  const told = describeImport(report, { rejectsFile: null, dryRun: false });
  expect(told).toContain('Quotes that are not closed were read as characters, in 1 row, first on line 2.\n');
  expect(told).toContain(
    'Categories of Google without a name here: 632 (3). Products with no other category are uncategorized.\n',
  );
});

describe('a host of images', () => {
  const feed = (host: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      row({ id: `${host}-${index}`, image_link: `https://${host}/${index}.png` }),
    );

  test('that does not answer is left alone for the run, and named', async () => {
    const asked: string[] = [];
    const picture = await swatch(1, 2, 3);
    const fetcher = {
      fetch(link: string): Promise<Buffer> {
        asked.push(link);
        return link.includes('dead')
          ? Promise.reject(new DownloadError('The download failed.', true))
          : Promise.resolve(picture);
      },
      close: () => Promise.resolve(),
    };
    await shop.write('feed.tsv', feedOf([...feed('dead.example', 100), ...feed('fine.example', 5)]));
    const report = await shop.import('feed.tsv', {}, { fetcher });
    expect(report).toMatchObject({ products: 105, failedImages: 100 });
    expect(report.imageHosts).toMatchObject(new Map([['dead.example', { count: 100 }]]));
    // A few are on their way when the third fails.
    expect(asked.filter((link) => link.includes('dead')).length).toBeLessThan(12);
    expect(asked.filter((link) => link.includes('fine'))).toHaveLength(5);
  });

  test('that answers other links is not blamed for one', async () => {
    const fetcher = {
      fetch: () => Promise.reject(new DownloadError('The server answered with status 404.', false)),
      close: () => Promise.resolve(),
    };
    await shop.write('feed.tsv', feedOf(feed('fine.example', 30)));
    const report = await shop.import('feed.tsv', {}, { fetcher });
    expect(report.imagesFailed.every(({ reason }) => reason.endsWith('status 404.'))).toBe(true);
  });
});

test('the progress counts products, whatever their pictures are', async () => {
  let total: number | null = 0;
  let done = 0;
  const progress = {
    start: (_: string, steps: number | null) => {
      total = steps;
      done = 0;
    },
    advance: (steps = 1) => {
      done += steps;
    },
    done: () => undefined,
    say: () => undefined,
  };
  const rows = Array.from({ length: 30 }, (_, index) =>
    row({
      id: `sku-${index}`,
      item_group_id: `p-${index % 15}`,
      additional_image_link: 'green.png,missing.png',
    }),
  );
  await shop.write('feed.tsv', feedOf(rows));
  await shop.import('feed.tsv', {}, { progress });
  expect([total, done]).toEqual([15, 15]);
});
