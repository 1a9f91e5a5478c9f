import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeExplanation, describeImport } from '../../src/commands/import-report.js';
import { explainFeed } from '../../src/import/explain-feed.js';
import { feedOf, openShop, type Shop } from './support.js';

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const SKUS = `SELECT sku.code, product.handle, price.amount AS amount FROM skus sku
  JOIN products product ON product.id = sku.product_id JOIN prices price ON price.sku_id = sku.id ORDER BY sku.id`;

const row = (id: string, group: string, price = '10.00 EUR') => ({ id, item_group_id: group, price });

describe('an id that two rows have', () => {
  test('is that of the first, in any product, on every run', async () => {
    const rows = [
      row('a', 'coat'),
      row('b', 'coat'),
      row('a', 'hat', '20.00 EUR'),
      row('b', 'coat'),
      row('c', 'hat'),
    ];
    const feed = await shop.write('feed.tsv', feedOf(rows));
    const rejected = [
      {
        line: 4,
        reason:
          'id "a": The feed already has it on line 2, with other values, and that row counts. Each SKU needs an id of its own.',
      },
      { line: 5, reason: 'id "b": The feed already has it on line 3.' },
    ];
    const skus = [
      { code: 'a', handle: 'coat', amount: 1000 },
      { code: 'b', handle: 'coat', amount: 1000 },
      { code: 'c', handle: 'hat', amount: 1000 },
    ];
    for (const productsChanged of [2, 0]) {
      expect(await shop.import('feed.tsv')).toMatchObject({
        rejectedRows: 2,
        conflictingRows: 1,
        uncountedSkus: 3,
        rejected,
        skus: 3,
        productsChanged,
      });
      expect(await shop.all(SKUS)).toEqual(skus);
    }
    const { report } = await explainFeed(feed, {});
    expect(report).toMatchObject({ skus: 3, rejected });
  });

  // As facebook-for-magento #30, where a feed listed 198 products several times.
  test('keeps everything from being pruned, unless the rows are the same', async () => {
    const rows = [row('a', 'coat'), row('b', 'hat'), row('c', 'cap')];
    await shop.write('feed.tsv', feedOf(rows));
    await shop.import('feed.tsv');
    await shop.write('feed.tsv', feedOf([row('a', 'coat'), row('a', 'hat')]));
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      pruned: { skus: 0 },
      pruneRefused: expect.stringMatching(/rows with the id of another row \(1\).*--max-pruned/),
    });
    expect(await shop.all(SKUS)).toHaveLength(3);
    expect(await shop.import('feed.tsv', { prune: true, maxPruned: 0.5, dryRun: true })).toMatchObject({
      pruned: { skus: 2 },
      pruneRefused: null,
    });
    await shop.write('feed.tsv', feedOf([row('a', 'coat'), row('a', 'coat'), row('b', 'hat')]));
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      rejectedRows: 1,
      pruned: { skus: 1 },
      pruneRefused: null,
    });
    expect(await shop.all(SKUS)).toHaveLength(2);
  });

  // Many tools write XML without line ends.
  test('is found among products on one line of the file, too', async () => {
    const item = (id: string, price: string): string =>
      `<item><id>${id}</id><title>${id}</title><price>${price} EUR</price><availability>in stock</availability></item>`;
    await shop.write(
      'feed.xml',
      `<rss><channel>${item('a', '10.00')}${item('b', '10.00')}${item('a', '20.00')}</channel></rss>`,
    );
    expect(await shop.import('feed.xml')).toMatchObject({
      products: 2,
      rejected: [{ line: 1, reason: expect.stringContaining('already has it on line 1, with other values') }],
    });
    expect(await shop.all(SKUS)).toMatchObject([
      { code: 'a', amount: 1000 },
      { code: 'b', amount: 1000 },
    ]);
  });
});

// As magento2 #10080 (spaces) and magmi-git #529 (zeros), where one became two, and two one.
test('ids that differ in case or leading zeros are those of different SKUs, and are named', async () => {
  const ids = ['00123', '123', 'AB-1', 'ab-1', 'ab - 1', ' 00123 '];
  await shop.write('feed.tsv', feedOf(ids.map((id) => row(id, `p-${id}`))));
  const report = await shop.import('feed.tsv');
  expect(report).toMatchObject({
    skus: 5,
    alikeIds: { count: 3, line: 3, code: '123', firstLine: 2, firstCode: '00123' },
    rejected: [{ line: 7, reason: expect.stringContaining('id "00123": The feed already has it on line 2') }],
  });
  expect(await shop.all('SELECT code FROM skus ORDER BY id')).toEqual([
    '00123',
    '123',
    'AB-1',
    'ab-1',
    'ab - 1',
  ]);
  expect(describeImport(report, { rejectsFile: null, dryRun: false })).toContain(
    'leading zeros are those of different SKUs: 3, for example "123" on line 3 beside "00123" on line 2',
  );
});

test('products in XML that share an id are one, and are named if they are not the same', async () => {
  const product = (id: number, title: string, sku: string): string =>
    `<product><id>${id}</id><name>${title}</name><description>${title}</description>` +
    `<variants><variant><id>${sku}</id><price>9 EUR</price><stock>3</stock></variant></variants></product>\n`;
  const feed = await shop.write(
    'feed.xml',
    `<products>\n${product(8, 'Hat', 'c')}${product(7, 'Coat', 'a')}${product(7, 'Cape', 'b')}${product(8, 'Hat', 'c')}</products>`,
  );
  const repeatedProducts = { count: 1, group: '7', line: 4, firstLine: 3 };
  const report = await shop.import('feed.xml');
  expect(report).toMatchObject({ skus: 3, rejectedRows: 1, repeatedProducts });
  expect(
    await shop.all(`SELECT product.title, product.description, string_agg(sku.code, ' ' ORDER BY sku.code) AS skus
      FROM products product JOIN skus sku ON sku.product_id = product.id GROUP BY product.id ORDER BY product.id`),
  ).toEqual([
    { title: 'Hat', description: 'Hat', skus: 'c' },
    { title: 'Coat', description: 'Coat', skus: 'a b' },
  ]);
  const explanation = await explainFeed(feed, {});
  expect(explanation.report).toMatchObject({ skus: 3, repeatedProducts });
  const told =
    'Products with the id of another product are one with it: 1, for example "7" on line 4 and on line 3\n';
  expect(describeExplanation(explanation)).toContain(told);
  expect(describeImport(report, { rejectsFile: null, dryRun: false })).toContain(told);
});
