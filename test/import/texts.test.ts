import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedApiKey } from '../support/api-keys.js';
import { startTestGateway } from '../support/gateway.js';
import { describeExplanation, describeImport } from '../../src/commands/import-report.js';
import { explainFeed } from '../../src/import/explain-feed.js';
import { feedOf, openShop, type Shop } from './support.js';

/** Feeds in another language add texts, and touch nothing else. */

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const COATS = [
  { id: 'coat-m', item_group_id: 'coat', title: 'Wool coat – M', size: 'M', brand: 'Acme', quantity: '5' },
  { id: 'coat-l', item_group_id: 'coat', title: 'Wool coat – L', size: 'L', brand: 'Acme', quantity: '7' },
  { id: 'hat', title: 'Hat', description: 'Warm.', material: 'felt', quantity: '3' },
];
const MANTELS = [
  { id: 'coat-m', title: 'Wollmantel – M', size: 'M', description: 'Ein <b>Mantel</b>.' },
  { id: 'coat-l', title: 'Wollmantel – L', size: 'L', description: 'Ein <b>Mantel</b>.' },
  { id: 'hat', title: 'Hut', description: 'Warm.', material: 'Filz' },
];

/** As a supplemental feed: neither price, nor stock, nor groups. */
const supplement = (rows: readonly Readonly<Record<string, string>>[]): string => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [
    columns,
    ...rows.map((row) => columns.map((column) => new Map(Object.entries(row)).get(column) ?? '')),
  ]
    .map((cells) => `${cells.join('\t')}\n`)
    .join('');
};

const texts = () =>
  shop.all(`SELECT product.handle::text, text.language::text, text.title, text.description
    FROM product_texts text JOIN products product ON product.id = text.product_id ORDER BY 1, 2`);

/** Everything but the texts, and when products and their texts changed. */
const rest = () =>
  shop.all(`SELECT json_build_array(
    (SELECT json_agg(stock ORDER BY sku_id, location_id) FROM stock_levels stock),
    (SELECT json_agg(price ORDER BY sku_id) FROM prices price),
    (SELECT json_agg(sku ORDER BY id) FROM skus sku),
    (SELECT json_agg((handle, title, description, url, keywords) ORDER BY handle) FROM products),
    (SELECT json_agg(attribute ORDER BY attribute) FROM product_attributes attribute),
    (SELECT count(*) FROM import_digests))::text`);

test('texts are added by id, from a feed without prices, and nothing else changes', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv');
  const before = await rest();
  await shop.write('de.tsv', supplement(MANTELS));
  expect(await shop.import('de.tsv', { language: 'de' })).toMatchObject({
    complete: true,
    language: 'de',
    products: 2,
    productsChanged: 2,
    rejectedRows: 0,
  });
  expect(await texts()).toEqual([
    { handle: 'coat', language: 'de', title: 'Wollmantel', description: 'Ein Mantel.' },
    { handle: 'hat', language: 'de', title: 'Hut', description: 'Warm.' },
  ]);
  expect(await rest()).toEqual(before);
  // Written once: a second version would be on a line of its own.
  expect(await shop.all('SELECT max((ctid::text::point)[1])::integer FROM product_texts')).toEqual([2]);
  // Nor does the feed of the shop change the texts.
  await shop.import('feed.tsv');
  expect(await texts()).toHaveLength(2);
});

test('the report and --explain say what becomes of a feed', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv');
  await shop.write('de.tsv', supplement(MANTELS));
  expect(describeExplanation(await explainFeed(join(shop.folder, 'de.tsv'), { language: 'de' }))).toBe(
    [
      'Read as Google Merchant Center (TSV, utf-8).',
      'Columns: id, title, size, description, material',
      'Of the first 3 records: texts of 3 products in the language de.',
      '',
      'Wollmantel – M',
      '  id: coat-m',
      '  description: Ein Mantel.',
      '',
      'Wollmantel – L',
      '  id: coat-l',
      '  description: Ein Mantel.',
      '',
      'Hut',
      '  id: hat',
      '  description: Warm.',
      '  words for the search: Filz',
      '',
      '',
    ].join('\n'),
  );
  const shown = { rejectsFile: null, dryRun: false };
  expect(describeImport(await shop.import('de.tsv', { language: 'de' }), shown)).toContain(
    'Imported the texts of 2 products in the language de; 2 changed.',
  );
  const dry = await shop.import('de.tsv', { language: 'de', dryRun: true });
  expect(describeImport(dry, { ...shown, dryRun: true })).toContain(
    'would import the texts of 2 products in the language de.',
  );
});

test('an unchanged feed writes nothing', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv');
  await shop.write('de.tsv', feedOf(MANTELS));
  await shop.import('de.tsv', { language: 'de' });
  const before = await shop.versions();
  await shop.write('de.tsv', feedOf(MANTELS).replace('\n', '\n\n'));
  expect(await shop.import('de.tsv', { language: 'de' })).toMatchObject({ products: 2, productsChanged: 0 });
  expect(await shop.versions()).toEqual(before);
});

test('texts that were changed otherwise are written again', async () => {
  const gateway = await startTestGateway(() => Promise.resolve());
  try {
    const secret = await seedApiKey(gateway.db, { scopes: ['catalog:read', 'catalog:write'] });
    await shop.write('feed.tsv', feedOf(COATS));
    await shop.import('feed.tsv', {}, { db: gateway.db });
    await shop.write('de.tsv', feedOf(MANTELS));
    await shop.import('de.tsv', { language: 'de' }, { db: gateway.db });
    await gateway.read(
      z.object({ productsUpsert: z.object({ userErrors: z.array(z.unknown()).length(0) }) }),
      `mutation { productsUpsert(input: { products: [{
        handle: "hat", translations: [{ language: DE, title: "Filzhut" }] }] }) { userErrors { message } } }`,
      {},
      secret,
    );
    const again = await shop.import('de.tsv', { language: 'de' }, { db: gateway.db });
    expect(again).toMatchObject({ productsChanged: 1 });
    const shown = await gateway.read(
      z.object({ product: z.unknown() }),
      `query @inContext(language: DE) { product(handle: "hat") { title description } }`,
    );
    expect(shown).toEqual({ product: { title: 'Hut', description: 'Warm.' } });
  } finally {
    await gateway.close();
  }
});

test('products that are gone take their texts with them', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv');
  await shop.write('de.tsv', supplement(MANTELS));
  await shop.import('de.tsv', { language: 'de' });
  await shop.write('feed.tsv', feedOf(COATS.slice(0, 2)));
  await shop.import('feed.tsv', { prune: true });
  expect(await texts()).toMatchObject([{ handle: 'coat' }]);
});

test('rows of unknown products, and of products in this language, are rejected', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv', { channelLanguage: 'de' });
  await shop.write('hut.tsv', supplement([...MANTELS, { id: 'schal', title: 'Schal' }]));
  expect(await shop.import('hut.tsv', { language: 'de' })).toMatchObject({
    products: 0,
    rejectedRows: 4,
    rejected: [
      { line: 2, reason: expect.stringContaining('own texts are in de') },
      { line: 3 },
      { line: 4 },
      { line: 5, reason: expect.stringContaining('no such product') },
    ],
  });
  expect(await shop.import('hut.tsv', { language: 'fr', dryRun: true })).toMatchObject({ products: 2 });
  expect(await texts()).toEqual([]);
});

test('a feed of a channel is in its language, and one that is told so anew is written again', async () => {
  await shop.write('feed.tsv', feedOf(MANTELS));
  await shop.import('feed.tsv');
  await shop.write('it.tsv', supplement([{ id: 'hat', title: 'Cappello' }]));
  await shop.import('it.tsv', { language: 'it' });
  expect(await shop.all('SELECT DISTINCT language::text FROM products')).toEqual(['en']);
  expect(await shop.import('feed.tsv', { channelLanguage: 'it' })).toMatchObject({ productsChanged: 3 });
  expect(await shop.all('SELECT DISTINCT language::text FROM products')).toEqual(['it']);
  expect(await shop.all('SELECT language::text FROM channels')).toEqual(['it']);
  // The product has a text of its own in it now.
  expect(await texts()).toEqual([]);
  await shop.write(
    'channels.json',
    JSON.stringify({
      locations: [],
      channels: [{ handle: 'eur', name: 'Europe', currency: 'EUR', language: 'DE_de', locations: ['eur'] }],
    }),
  );
  await shop.import('feed.tsv');
  expect(await shop.all('SELECT DISTINCT language::text FROM products')).toEqual(['de-DE']);
});

test('a title without letters is empty, and rejects only its row', async () => {
  await shop.write('feed.tsv', feedOf([...COATS, { id: 'cap', title: '&nbsp;' }]));
  expect(await shop.import('feed.tsv')).toMatchObject({
    products: 2,
    rejected: [{ line: 5, reason: expect.stringContaining('title is empty') }],
  });
  await shop.write(
    'de.tsv',
    supplement([
      { id: 'hat', title: '&nbsp;', item_group_title: '' },
      { id: 'coat-m', title: 'Wollmantel', item_group_title: '&nbsp;' },
    ]),
  );
  expect(await shop.import('de.tsv', { language: 'de' })).toMatchObject({
    products: 1,
    rejected: [{ line: 2, reason: expect.stringContaining('title is empty') }],
  });
  expect(await texts()).toMatchObject([{ handle: 'coat', title: 'Wollmantel' }]);
});

test('a catalog is translated into 50 languages', async () => {
  await shop.write('feed.tsv', feedOf(COATS));
  await shop.import('feed.tsv');
  await shop.all(`INSERT INTO product_texts (product_id, language, title, own_keywords)
    SELECT (SELECT min(id) FROM products), 'qa' || chr(97 + n % 20) || '-' || (100 + n), 'Coat', ''
    FROM generate_series(1, 50) AS n`);
  await shop.write('de.tsv', supplement(MANTELS));
  await expect(shop.import('de.tsv', { language: 'de' })).rejects.toThrow('at most 50');
  await shop.all(`DELETE FROM product_texts WHERE language = 'qab-101'`);
  expect(await shop.import('de.tsv', { language: 'de' })).toMatchObject({ productsChanged: 2 });
});

describe('exports with several languages', () => {
  const HEADER = 'sku,store_view_code,attribute_set_code,product_type,name,description,price,qty,is_in_stock';
  test.each([
    // https://github.com/opengento/magento2-category-import-export/issues/4
    ['it', 'it'],
    ['it', 'shop_it'],
    ['it', 'italian'],
    ['it', 'it_IT'],
  ])('Magento: %s from the store view %s, in which only what differs is filled', async (language, view) => {
    await shop.write(
      'magento.csv',
      `${HEADER}\nhat,,Default,simple,Hat,Warm.,10,3,1\nhat,${view},Default,simple,Cappello,,,,\nhat,fr,Default,simple,Chapeau,Chaud.,,,\n`,
    );
    const report = await shop.import('magento.csv', { currency: 'EUR' });
    expect([...report.skipped]).toEqual([
      ['the row translates another row: import it with --language', expect.objectContaining({ count: 2 })],
    ]);
    expect(await shop.all('SELECT title FROM products')).toEqual(['Hat']);
    await shop.import('magento.csv', { language });
    expect(await texts()).toEqual([{ handle: 'hat', language, title: 'Cappello', description: null }]);
  });

  test.each([
    // Of Italy in English, and of South Tyrol in German: neither is Italian.
    ['it', ['it_en', 'it_it', 'de_it'], 'it_it'],
    ['en', ['it_en', 'it_it', 'de_it'], 'it_en'],
    ['de', ['it_en', 'it_it', 'de_it'], 'de_it'],
    ['de', ['de_ch', 'de_de'], 'de_de'],
    ['it', ['ch_de', 'ch_it', 'uk_en'], 'ch_it'],
    ['en', ['ch_de', 'ch_it', 'uk_en'], 'uk_en'],
    ['it', ['de_it', 'shop_it_en'], null],
    ['pt-PT', ['pt_BR', 'pt_PT'], 'pt_PT'],
  ])('Magento: %s from the store views %j is that of %s', async (language, views, view) => {
    const rows = views.map((each) => `hat,${each},Default,simple,Hat of ${each},,,,\n`).join('');
    await shop.write('magento.csv', `${HEADER}\nhat,,Default,simple,Hat,Warm.,10,3,1\n${rows}`);
    await shop.import('magento.csv', { currency: 'EUR', channelLanguage: 'sv' });
    await shop.import('magento.csv', { language });
    expect(await texts()).toMatchObject(view === null ? [] : [{ title: `Hat of ${view}` }]);
  });

  test('Magento: of two store views in the language, none is taken', async () => {
    await shop.write(
      'magento.csv',
      `${HEADER}\nhat,,Default,simple,Hat,Warm.,10,3,1\nhat,shop_it,Default,simple,Cappello,,,,\nhat,outlet_it,Default,simple,Berretto,,,,\n`,
    );
    await shop.import('magento.csv', { currency: 'EUR' });
    expect(await shop.import('magento.csv', { language: 'it' })).toMatchObject({
      rejectedRows: 2,
      rejected: [{ line: 3, reason: expect.stringContaining('shop_it, outlet_it') }, { line: 4 }],
    });
    expect(await texts()).toEqual([]);
  });

  test('Vendure: columns of a language', async () => {
    await shop.write(
      'vendure.csv',
      'name:en,slug:en,description:en,name:de,slug:de,description:de,optionGroups:en,optionGroups:de,optionValues:en,optionValues:de,sku,price,stockOnHand,trackInventory\n' +
        'Coat,coat,A coat.,Mantel,mantel,Ein Mantel.,size,Größe,small,klein,coat-s,10,3,true\n' +
        ',,,,,,,,large,groß,coat-l,10,3,true\n',
    );
    await shop.import('vendure.csv', { currency: 'EUR' });
    await shop.import('vendure.csv', { language: 'de' });
    expect(await texts()).toEqual([
      { handle: 'coat', language: 'de', title: 'Mantel', description: 'Ein Mantel.' },
    ]);
  });

  test('WooCommerce with WPML: a row for each language', async () => {
    await shop.write(
      'woo.csv',
      'ID,Type,SKU,Name,Published,Regular price,In stock?,Stock,Meta: _wpml_import_source_language_code,Meta: _wpml_import_language_code\n' +
        '1,simple,hat,Hat,1,10,1,3,,en\n2,simple,hat,Hut,1,10,1,3,en,de\n3,simple,hat,Chapeau,1,10,1,3,en,fr\n',
    );
    expect(await shop.import('woo.csv', { currency: 'EUR' })).toMatchObject({ skus: 1, rejectedRows: 0 });
    await shop.import('woo.csv', { language: 'de' });
    expect(await texts()).toEqual([{ handle: 'hat', language: 'de', title: 'Hut', description: null }]);
    expect(await shop.all('SELECT title FROM products')).toEqual(['Hat']);
  });

  test('Shopify: translations by field', async () => {
    await shop.write(
      'products.csv',
      'Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value\nwool-hat,Hat,hat-1,10,Title,Default Title\n',
    );
    await shop.import('products.csv', { currency: 'EUR' });
    await shop.write(
      'translations.csv',
      'Type,Identification,Field,Locale,Market,Status,Default content,Translated content\n' +
        "PRODUCT,'8079,title,de,,,Hat,Hut\nPRODUCT,'8079,body_html,de,,,<p>Warm.</p>,<p>Hält warm.</p>\n" +
        "PRODUCT,'8079,handle,de,,,wool-hat,\nPRODUCT,'8079,title,fr,,,Hat,Chapeau\nPRODUCT,'8079,title,de,ch,,Hat,Huet\n" +
        "COLLECTION,'1,title,de,,,Hats,Hüte\n",
    );
    expect(await shop.import('translations.csv', { language: 'de' })).toMatchObject({
      products: 1,
      rejectedRows: 0,
    });
    expect(await texts()).toEqual([
      { handle: 'wool-hat', language: 'de', title: 'Hut', description: 'Hält warm.' },
    ]);
    expect(await shop.import('translations.csv')).toMatchObject({
      rejectedRows: 1,
      rejected: [{ reason: expect.stringContaining('--language') }],
    });
  });
});
