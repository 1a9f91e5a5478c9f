import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { feedOf, openShop, type Shop } from './support.js';

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const PRICES = `SELECT sku.code, list.handle AS list, price.amount, price.compare_at,
    lower(price.valid) AS since, upper(price.valid) AS until
  FROM prices price JOIN skus sku ON sku.id = price.sku_id JOIN price_lists list ON list.id = price.price_list_id
  ORDER BY sku.id, list.id, price.valid`;
const STOCK = `SELECT sku.code, location.handle AS location, level.on_hand
  FROM stock_levels level JOIN skus sku ON sku.id = level.sku_id JOIN stock_locations location ON location.id = location_id
  ORDER BY sku.id, location.id`;
const CHANGES = 'SELECT count(*) FROM product_changes';

describe('a product feed', () => {
  test('is imported without attributes and options that are too many for one product', async () => {
    const detail = (i: number): string =>
      Array.from({ length: 10 }, (_, j) => `x:fit ${j}:${i}.${j}`).join(',');
    await shop.write(
      'feed.tsv',
      feedOf(
        Array.from({ length: 300 }, (_, i) => ({
          id: `shirt-${i}`,
          item_group_id: 'shirt',
          size: `${i}`,
          product_detail: detail(i),
        })),
      ),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({
      products: 1,
      skus: 300,
      rejectedRows: 0,
      leftOut: new Map([
        [
          'attributes',
          { count: 1, first: { line: 27, reason: expect.stringMatching(/2750 were left out/) } },
        ],
        ['options', { count: 1, first: { line: 252, reason: expect.stringMatching(/50 were left out/) } }],
      ]),
    });
    expect(await shop.all('SELECT count(*)::int FROM product_attributes')).toEqual([250]);
    expect(await shop.all(`SELECT count(*)::int FROM skus WHERE options ? 'size'`)).toEqual([250]);
  });

  test("keeps the merchant's order of options", async () => {
    const cells =
      'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Image Src';
    await shop.write('shop.csv', `${cells}\ncoat,Coat,Material,Wool,Size,M,coat-m,9.00,red.png\n`);
    expect(await shop.import('shop.csv', { currency: 'EUR' })).toMatchObject({ skus: 1, rejectedRows: 0 });
    expect(await shop.all('SELECT option_names FROM skus')).toEqual([['material', 'size']]);
    const before = await shop.versions();
    await shop.import('shop.csv', { currency: 'EUR' });
    expect(await shop.versions()).toEqual(before);
  });

  test('becomes products with SKUs, prices, stock, attributes, images and embeddings', async () => {
    const coat = { item_group_id: 'coat', size: 'M', quantity: '5' };
    await shop.write(
      'feed.tsv',
      feedOf([
        {
          ...coat,
          id: 'coat-m-red',
          title: 'Coat',
          description: 'Warm.',
          link: 'https://shop.example/coat',
          additional_image_link: 'blue.png',
          brand: 'Alder & Finch',
          product_type: 'Outerwear > Coats',
          color: 'red/white',
          material: 'wool',
        },
        {
          ...coat,
          id: 'coat-m-green',
          title: 'Another title',
          image_link: 'green.png',
          color: 'green',
          availability: 'preorder',
          availability_date: '2027-01-01T00:00Z',
          quantity: '0',
        },
        { id: 'Hat', title: 'Hat', image_link: 'blue.png', brand: 'Alder & Finch' },
      ]),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({
      channel: 'eur',
      complete: true,
      products: 2,
      skus: 3,
      productsChanged: 2,
      imagesEncoded: 3,
      rejectedRows: 0,
      failedImages: 0,
    });
    expect(
      await shop.all(`SELECT product.handle, title, description, url, keywords, brand.name AS brand,
          category.handle AS category, category.name AS of, is_demo
        FROM products product
        JOIN brands brand ON brand.id = brand_id JOIN categories category ON category.id = category_id
        ORDER BY product.id`),
    ).toEqual([
      {
        handle: 'coat',
        title: 'Coat',
        description: 'Warm.',
        url: 'https://shop.example/coat',
        keywords: 'Alder & Finch Outerwear Coats red white wool green',
        brand: 'Alder & Finch',
        category: 'outerwear/coats',
        of: 'Coats',
        is_demo: false,
      },
      expect.objectContaining({
        handle: expect.stringMatching(/^hat-[0-9a-f]{8}$/),
        description: null,
        url: null,
        category: 'uncategorized',
      }),
    ]);
    expect(
      await shop.all(`SELECT code, position, options, when_out, restock_at,
          (SELECT source FROM product_images WHERE id = image_id AND product_id = skus.product_id) AS image
        FROM skus ORDER BY id`),
    ).toEqual([
      {
        code: 'coat-m-red',
        position: 0,
        options: { size: 'M', color: 'red/white' },
        when_out: 'deny',
        restock_at: null,
        image: 'red.png',
      },
      {
        code: 'coat-m-green',
        position: 1,
        options: { size: 'M', color: 'green' },
        when_out: 'preorder',
        restock_at: new Date('2027-01-01'),
        image: 'green.png',
      },
      { code: 'Hat', position: 0, options: {}, when_out: 'deny', restock_at: null, image: 'blue.png' },
    ]);
    expect(
      await shop.all(`SELECT source || ' ' || coalesce(alt_text, '') FROM product_images
        JOIN products product ON product.id = product_id WHERE handle = 'coat' ORDER BY position`),
    ).toEqual(['red.png Coat', 'blue.png Coat', 'green.png Another title']);
    expect(
      await shop.all(`SELECT name || ' ' || value FROM product_attributes ORDER BY name, value`),
    ).toEqual(['color green', 'color red', 'color white', 'material wool']);
    expect(await shop.all(STOCK)).toEqual([
      { code: 'coat-m-red', location: 'eur', on_hand: 5 },
      { code: 'coat-m-green', location: 'eur', on_hand: 0 },
      { code: 'Hat', location: 'eur', on_hand: null },
    ]);
    expect(
      await shop.all(
        `SELECT name, octet_length(vector) AS bytes FROM embeddings JOIN encoders ON id = encoder_id`,
      ),
    ).toEqual(Array.from({ length: 3 }, () => ({ name: 'fake@1', bytes: 32 })));
    expect(await shop.all(`SELECT handle FROM channels WHERE is_default`)).toEqual(['eur']);
  });

  test('may have the rows of a product anywhere', async () => {
    const others = Array.from({ length: 250 }, (_, index) => ({ id: `other-${index}`, color: 'black' }));
    const coat = (size: string, more = {}) => ({ id: `coat-${size}`, item_group_id: 'coat', size, ...more });
    await shop.write(
      'feed.tsv',
      feedOf([
        coat('s', { title: 'The coat', color: 'red' }),
        ...others,
        coat('m', { title: 'No title', color: 'green', image_link: 'green.png' }),
      ]),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({ products: 251, skus: 252, productsChanged: 251 });
    expect(
      await shop.all(`SELECT title, (SELECT array_agg(code || position ORDER BY position) FROM skus WHERE product_id = product.id) AS skus,
        (SELECT array_agg(source ORDER BY position) FROM product_images WHERE product_id = product.id) AS images,
        (SELECT array_agg(value ORDER BY value) FROM product_attributes WHERE product_id = product.id) AS colors
        FROM products product WHERE handle = 'coat'`),
    ).toEqual([
      {
        title: 'The coat',
        skus: ['coat-s0', 'coat-m1'],
        images: ['red.png', 'green.png'],
        colors: ['green', 'red'],
      },
    ]);
    const before = await shop.versions();
    expect(await shop.import('feed.tsv')).toMatchObject({ products: 251, productsChanged: 0 });
    expect(await shop.versions()).toEqual(before);
  });

  test('has the sale price while the sale lasts', async () => {
    await shop.write(
      'feed.tsv',
      feedOf([
        {
          id: 'a',
          price: '12.50 EUR',
          sale_price: '10 EUR',
          sale_price_effective_date: '2020-01-01T00:00Z/2020-02-01T00:00Z',
        },
        {
          id: 'b',
          price: '12.50 EUR',
          sale_price: '10 EUR',
          sale_price_effective_date: '2020-01-01T00:00Z/2999-02-01T00:00Z',
        },
      ]),
    );
    await shop.import('feed.tsv');
    const [start, end] = [new Date('2020-01-01'), new Date('2020-02-01')];
    expect((await shop.all(PRICES)).slice(0, 3)).toEqual([
      { code: 'a', list: 'eur', amount: 1250, compare_at: null, since: null, until: start },
      { code: 'a', list: 'eur', amount: 1000, compare_at: 1250, since: start, until: end },
      { code: 'a', list: 'eur', amount: 1250, compare_at: null, since: end, until: null },
    ]);
    expect(await shop.all('SELECT amount, compare_at FROM sku_offers ORDER BY sku_id')).toEqual([
      { amount: 1250, compare_at: null },
      { amount: 1000, compare_at: 1250 },
    ]);
    await shop.write('feed.tsv', feedOf([{ id: 'a', price: '11 EUR' }, { id: 'b' }]));
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT amount, compare_at FROM prices ORDER BY sku_id')).toEqual([
      { amount: 1100, compare_at: null },
      { amount: 1000, compare_at: null },
    ]);
  });

  test('that comes again changes what it says anew, and nothing else', async () => {
    const rows = [
      { id: 'a', item_group_id: 'one', brand: 'Acme', color: 'red', quantity: '3' },
      { id: 'b', item_group_id: 'two', brand: 'Acme', color: 'red', quantity: '3' },
    ];
    await shop.write('feed.tsv', feedOf(rows));
    await shop.import('feed.tsv');
    await shop.db.query(`UPDATE stock_levels SET held = 2, safety_stock = 1`);
    await shop.db.query(`UPDATE products SET updated_at = '2020-01-01'`);
    const changes = Number((await shop.all(CHANGES))[0]);

    await shop.write(
      'feed.tsv',
      feedOf(rows.map((row) => (row.id === 'b' ? { ...row, color: 'blue' } : row))),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({
      products: 2,
      productsChanged: 1,
      imagesEncoded: 0,
    });
    expect(
      await shop.all(`SELECT DISTINCT handle FROM (SELECT product_id FROM product_changes OFFSET ${changes}) log
        JOIN products ON id = product_id`),
    ).toEqual(['two']);
    expect(await shop.all(`SELECT handle FROM products WHERE updated_at > '2020-01-01'`)).toEqual(['two']);
    expect(await shop.all(`SELECT value FROM product_attributes ORDER BY product_id`)).toEqual([
      'red',
      'blue',
    ]);

    await shop.write('feed.tsv', feedOf(rows.map((row) => ({ ...row, quantity: '9' }))));
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT on_hand, held, safety_stock, sellable FROM stock_levels')).toEqual(
      Array.from({ length: 2 }, () => ({ on_hand: 9, held: 2, safety_stock: 1, sellable: 6 })),
    );
  });

  test('may move an SKU to another product', async () => {
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'a', item_group_id: 'one' },
        { id: 'b', item_group_id: 'one' },
      ]),
    );
    await shop.import('feed.tsv');
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'a', item_group_id: 'one' },
        { id: 'b', item_group_id: 'two' },
      ]),
    );
    await shop.import('feed.tsv');
    expect(
      await shop.all(
        `SELECT code || ' ' || handle FROM skus JOIN products product ON product.id = product_id ORDER BY code`,
      ),
    ).toEqual(['a one', 'b two']);
  });

  test('reports every row that it rejects, and the rest goes in', async () => {
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'good' },
        { id: 'bad-price', price: '9.999 EUR' },
        { id: '', price: '9 EUR' },
        { id: 'good', price: '11 EUR' },
        { id: 'dollars', price: '9 USD' },
        { id: 'never', availability: 'soon' },
        { id: 'also-good' },
      ]).replace('soon', 'soon\tx\ty'),
    );
    const heard: unknown[] = [];
    const report = await shop.import('feed.tsv', { onRejected: (fault) => heard.push(fault) });
    expect(report).toMatchObject({ products: 2, skus: 2, rejectedRows: 5 });
    const byLine = [...report.rejected].sort((one, other) => one.line - other.line);
    expect(byLine).toEqual([
      { line: 3, reason: 'price "9.999 EUR": EUR has 2 decimals; 9.999 has more.' },
      { line: 4, reason: 'id is empty.' },
      { line: 5, reason: expect.stringMatching(/^id "good": The feed already has it on line 2, with other/) },
      { line: 6, reason: expect.stringMatching(/^price "9 USD": The channel eur is in EUR;/) },
      { line: 7, reason: expect.stringMatching(/^The row has 7 values, but the header names 5 columns\.$/) },
    ]);
    expect(heard).toEqual(report.rejected);
    expect(await shop.all(PRICES)).toHaveLength(2);
  });

  test.each([
    ['{"products": []}', 'is not a product feed of a known format'],
    ['id\ttitle\n1\tCoat\n', 'its columns are id, title.'],
    ['[{"id": 1}]', "is one JSON array: write one product per line, for example with jq -c '.[]'."],
    ['{"products": [{"id": 1, "title": "Coat"}]}', `with the list "products": write one product per line`],
    ['{\n  "products": [{ "item_id": 1 }]\n}\n', "for example with jq -c '.products[]'."],
    ['<html><body>Not found</body></html>', 'has no products'],
  ])('that is none is refused: %s', async (content, message) => {
    await shop.write('feed.tsv', content);
    await expect(shop.import('feed.tsv')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(message),
    });
  });

  test('without a usable row leaves everything as it is', async () => {
    await shop.write('feed.tsv', feedOf([{ id: 'a', price: 'free' }]));
    expect(await shop.import('feed.tsv')).toMatchObject({
      channel: null,
      complete: true,
      products: 0,
      rejectedRows: 1,
    });
    expect(await shop.all('SELECT handle FROM channels')).toEqual([]);
  });
});

describe('the channel of a feed', () => {
  test('is one of its currency: the default, the first, or a new one', async () => {
    await shop.write('eur.tsv', feedOf([{ id: 'a' }]));
    await shop.write('jpy.tsv', feedOf([{ id: 'a', price: '1500 JPY', availability: 'out_of_stock' }]));
    expect((await shop.import('eur.tsv')).channel).toBe('eur');
    expect((await shop.import('jpy.tsv')).channel).toBe('jpy');
    expect((await shop.import('jpy.tsv', { channel: 'tokyo' })).channel).toBe('tokyo');
    expect((await shop.import('jpy.tsv')).channel).toBe('jpy');
    await shop.db.query(`UPDATE channels SET is_default = false`);
    await shop.db.query(`UPDATE channels SET is_default = true WHERE handle = 'tokyo'`);
    expect((await shop.import('jpy.tsv')).channel).toBe('tokyo');
    expect(await shop.all(PRICES)).toMatchObject([
      { list: 'eur', amount: 1000 },
      { list: 'jpy', amount: 1500 },
      { list: 'tokyo', amount: 1500 },
    ]);
    expect(await shop.all(STOCK)).toEqual([
      { code: 'a', location: 'eur', on_hand: null },
      { code: 'a', location: 'jpy', on_hand: 0 },
      { code: 'a', location: 'tokyo', on_hand: 0 },
    ]);
  });

  test('rejects rows in another currency, and is refused where its name is none', async () => {
    await shop.write('eur.tsv', feedOf([{ id: 'a' }]));
    await shop.write('usd.tsv', feedOf([{ id: 'a', price: '9 USD' }]));
    await shop.import('eur.tsv');
    expect(await shop.import('usd.tsv', { channel: 'eur' })).toMatchObject({ products: 0, rejectedRows: 1 });
    await expect(shop.import('eur.tsv', { channel: 'Tokyo!' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});

describe('what a feed no longer lists', () => {
  const three = ['a', 'b', 'c'].map((id) => ({ id, item_group_id: id === 'c' ? 'two' : 'one' }));

  test('stays, unless it is pruned', async () => {
    await shop.write('feed.tsv', feedOf(three));
    await shop.import('feed.tsv');
    await shop.write('feed.tsv', feedOf([{ id: 'a', item_group_id: 'one' }]));
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT code FROM skus ORDER BY code')).toEqual(['a', 'b', 'c']);
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      pruned: { products: 1, skus: 2 },
    });
    expect(await shop.all('SELECT code FROM skus')).toEqual(['a']);
    expect(await shop.all('SELECT handle FROM products')).toEqual(['one']);
  });

  test('is not what it lists in a row that is wrong, nor what another channel sells', async () => {
    await shop.write('feed.tsv', feedOf(three));
    await shop.write('usd.tsv', feedOf([{ id: 'c', item_group_id: 'two', price: '9 USD' }]));
    await shop.import('feed.tsv');
    await shop.import('usd.tsv');
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'a', item_group_id: 'one' },
        { id: 'b', price: 'nine' },
      ]),
    );
    expect(await shop.import('feed.tsv', { prune: true })).toMatchObject({
      pruned: { products: 0, skus: 1 },
    });
    expect(await shop.all(PRICES)).toMatchObject([
      { code: 'a', list: 'eur' },
      { code: 'b', list: 'eur' },
      { code: 'c', list: 'usd' },
    ]);
  });
});

test('the demo makes way for a feed of the merchant', async () => {
  await shop.write('demo.tsv', feedOf([{ id: 'd', brand: 'Demo', product_type: 'a > b' }, { id: 'both' }]));
  await shop.write('own.tsv', feedOf([{ id: 'mine', brand: 'Mine', product_type: 'a > c' }, { id: 'both' }]));
  await shop.write('none.tsv', feedOf([{ id: 'x', price: 'free' }]));
  expect(await shop.import('demo.tsv', { demo: true })).toMatchObject({ products: 2, demoRemoved: 0 });
  expect(await shop.all('SELECT DISTINCT is_demo FROM products')).toEqual([true]);
  expect(await shop.import('none.tsv')).toMatchObject({ demoRemoved: 0 });
  expect(await shop.import('own.tsv')).toMatchObject({ products: 2, demoRemoved: 1 });
  expect(shop.said).toEqual(['Your catalog has replaced the demo catalog.']);
  expect(await shop.all('SELECT handle, is_demo FROM products ORDER BY handle')).toEqual([
    { handle: 'both', is_demo: false },
    { handle: 'mine', is_demo: false },
  ]);
  expect(await shop.all('SELECT handle FROM brands')).toEqual(['mine']);
  expect(await shop.all('SELECT handle FROM categories ORDER BY handle')).toEqual([
    'a',
    'a/c',
    'uncategorized',
  ]);
});
