import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { toUploadId } from '../../../src/images/upload-id.js';
import { READER, seedApiKey } from '../../support/api-keys.js';
import { DELETE, openWrittenCatalog, UPSERT, type Input, type WrittenCatalog } from './support.js';

let catalog: WrittenCatalog;
beforeAll(async () => {
  catalog = await openWrittenCatalog();
});
afterAll(() => catalog.gateway.close());
beforeEach(() => catalog.reset());

const SKUS = `SELECT code, gtin, options, when_out, restock_at, skus.position FROM skus
  JOIN products ON products.id = product_id WHERE handle = 'coat' ORDER BY skus.position`;

describe('productsUpsert', () => {
  test('adds a product with all that belongs to it', async () => {
    const answer = await catalog.upsert([
      {
        handle: 'dress',
        title: ' A dress ',
        description: 'For the sea.',
        brand: 'Océane',
        category: 'Clothing > Dresses',
        attributes: [{ name: 'Material', value: 'linen' }],
        url: 'https://shop.example/dress',
        images: [{ url: 'https://shop.example/dress.jpg', altText: 'From the front' }],
        skus: [
          { code: 'D-S', gtin: '4006381333931', options: [{ name: 'Size', value: 'S' }] },
          { code: 'D-M', whenOut: 'PREORDER', restockAt: '2027-01-02T03:04:05+01:00' },
        ],
      },
    ]);
    expect(answer).toEqual({
      products: [
        {
          handle: 'dress',
          title: 'A dress',
          description: 'For the sea.',
          url: 'https://shop.example/dress',
          brand: { handle: 'oceane', name: 'Océane' },
          category: { handle: 'clothing/dresses', name: 'Dresses' },
          attributes: [{ name: 'material', value: 'linen' }],
          // Not offered anywhere until it has a price.
          skus: [],
        },
      ],
      pendingImages: 1,
      userErrors: [],
    });
    expect(
      await catalog.rows(
        `SELECT code, gtin, options, when_out, restock_at FROM skus WHERE code LIKE 'D-%' ORDER BY position`,
      ),
    ).toEqual([
      { code: 'D-S', gtin: '4006381333931', options: { size: 'S' }, when_out: 'deny', restock_at: null },
      {
        code: 'D-M',
        gtin: null,
        options: {},
        when_out: 'preorder',
        restock_at: new Date('2027-01-02T02:04:05Z'),
      },
    ]);
    expect(await catalog.rows('SELECT link, alt_text, position FROM image_jobs')).toEqual([
      { link: 'https://shop.example/dress.jpg', alt_text: 'From the front', position: 0 },
    ]);
    const { errors } = await catalog.gateway.ask('{ product(handle: "dress") { id } }');
    expect(errors).toEqual([]);
  });

  test('leaves what is left out as it is, and removes what is null', async () => {
    await catalog.upsert([{ handle: 'coat', description: 'Warm.', url: 'https://shop.example/coat' }]);
    const before = await catalog.rows(SKUS);
    const kept = await catalog.upsert([{ handle: 'coat', title: 'The coat' }]);
    expect(kept.products).toEqual([
      {
        handle: 'coat',
        title: 'The coat',
        description: 'Warm.',
        url: 'https://shop.example/coat',
        brand: { handle: 'acme', name: 'Acme' },
        category: { handle: 'tops/shirts', name: 'Shirts' },
        attributes: [{ name: 'material', value: 'wool' }],
        skus: [
          { code: 'C-M', gtin: null },
          { code: 'C-L', gtin: null },
        ],
      },
    ]);
    expect(await catalog.rows(SKUS)).toEqual(before);
    const cleared = await catalog.upsert([
      { handle: 'coat', description: null, url: null, brand: null, attributes: [], skus: null },
    ]);
    expect(cleared.products).toEqual([
      expect.objectContaining({ description: null, url: null, brand: null, attributes: [] }),
    ]);
    expect(await catalog.rows(SKUS)).toEqual(before);
  });

  test('writes nothing where all is as it should be', async () => {
    const same = {
      handle: 'coat',
      attributes: [{ name: 'material', value: 'wool' }],
      images: [{ url: 'https://shop.example/coat.jpg' }],
      skus: [{ code: 'C-M', options: [{ name: 'size', value: 'M' }] }, { code: 'C-L' }],
    };
    await catalog.upsert([same]);
    const before = await catalog.rows(
      `SELECT xmin, updated_at FROM products UNION ALL SELECT xmin, NULL FROM skus`,
    );
    await catalog.upsert([same]);
    expect(
      await catalog.rows(`SELECT xmin, updated_at FROM products UNION ALL SELECT xmin, NULL FROM skus`),
    ).toEqual(before);
  });

  test('takes a list of SKUs for all there are, and keeps what is left out of each', async () => {
    await catalog.upsert([
      {
        handle: 'coat',
        skus: [{ code: 'C-M', gtin: '4006381333931', whenOut: 'BACKORDER' }, { code: 'C-L' }],
      },
    ]);
    await catalog.upsert([{ handle: 'coat', skus: [{ code: 'C-XL' }, { code: 'C-M', whenOut: null }] }]);
    expect(await catalog.rows(SKUS)).toEqual([
      { code: 'C-XL', gtin: null, options: {}, when_out: 'deny', restock_at: null, position: 0 },
      {
        code: 'C-M',
        gtin: '4006381333931',
        options: { size: 'M' },
        when_out: 'backorder',
        restock_at: null,
        position: 1,
      },
    ]);
    // It keeps its price and its stock.
    expect(await catalog.rows(`SELECT on_hand FROM stock_levels`)).toEqual([{ on_hand: 5 }]);
  });

  test('finds the words it writes', async () => {
    await catalog.upsert([{ handle: 'coat', brand: 'Nordwind' }]);
    const found = await catalog.gateway.read(
      z.object({ products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) }),
      '{ products(text: "nordwind wool") { nodes { handle } } }',
    );
    expect(found.products.nodes).toEqual([{ handle: 'coat' }]);
  });

  test('lists images with https links and uploads', async () => {
    const upload = toUploadId(await catalog.gateway.services.uploads.put(Buffer.from('an image')));
    const answer = await catalog.upsert([
      { handle: 'coat', images: [{ upload }, { url: 'https://shop.example/a.jpg' }] },
    ]);
    expect(answer).toMatchObject({ pendingImages: 2, userErrors: [] });
    const gone = await catalog.upsert([{ handle: 'coat', images: [{ upload: toUploadId('0'.repeat(64)) }] }]);
    expect(gone.userErrors).toEqual([
      {
        code: 'IMAGE_NOT_FOUND',
        field: ['products', '0', 'images', '0', 'upload'],
        message: expect.stringContaining('POST /images'),
      },
    ]);
  });

  test('refuses to leave out an SKU in an active hold, and says until when', async () => {
    await catalog.hold('C-L');
    const before = await catalog.versions();
    const answer = await catalog.upsert([{ handle: 'coat', title: 'Other', skus: [{ code: 'C-M' }] }]);
    expect(answer).toEqual({
      products: [],
      pendingImages: 0,
      userErrors: [
        {
          code: 'IN_HOLD',
          field: ['products', '0', 'skus'],
          message: expect.stringMatching(/"C-L" is in an active hold until 20\d\d-.*Z/),
        },
      ],
    });
    expect(await catalog.versions()).toEqual(before);
    await catalog.expireHolds();
    expect(await catalog.upsert([{ handle: 'coat', skus: [{ code: 'C-M' }] }])).toMatchObject({
      userErrors: [],
    });
    expect(await catalog.rows('SELECT code FROM skus')).toEqual([{ code: 'C-M' }]);
    expect(await catalog.rows('SELECT status FROM holds')).toEqual([{ status: 'EXPIRED' }]);
  });

  test('keeps its answer with an idempotency key', async () => {
    const [one, again] = [
      await catalog.upsert([{ handle: 'hat', title: 'A hat' }], 'hat-1'),
      await catalog.upsert([{ handle: 'hat', title: 'A hat' }], 'hat-1'),
    ];
    expect(again).toEqual(one);
    const removed = await catalog.upsert([{ handle: 'hat', title: 'A hat', description: null }], 'hat-1');
    expect(removed.userErrors).toEqual([expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' })]);
  });

  const many = (length: number, item: (index: number) => unknown): unknown[] =>
    Array.from({ length }, (_, index) => item(index));
  const image = { url: 'https://shop.example/a.jpg' };

  test.each<[what: string, change: Input, field: string[], message: RegExp]>([
    ['a new product without a title', { handle: 'new' }, ['title'], /"new" is new/],
    ['an empty title', { title: ' ' }, ['title'], /empty/],
    ['a title of 1001 characters', { title: 'x'.repeat(1_001) }, ['title'], /longer than 1000/],
    ['a NUL', { description: 'a\0b' }, ['description'], /NUL/],
    ['half a character', { title: 'a\ud800b' }, ['title'], /unpaired surrogate/],
    ['a long description', { description: 'x'.repeat(20_001) }, ['description'], /longer than 20000/],
    ['an empty brand', { brand: '' }, ['brand'], /empty/],
    ['a handle with blanks', { handle: 'a coat' }, ['handle'], /lowercase/],
    [
      'a category with an empty name',
      { category: 'Tops > > Shirts' },
      ['category'],
      /One of the names is empty/,
    ],
    ['no category', { category: '>' }, ['category'], /One of the names is empty/],
    ['a category too deep', { category: 'a > '.repeat(8) + 'x' }, ['category'], /9 levels: at most 8/],
    ['a category too long', { category: `${'a'.repeat(60)} > `.repeat(7) + 'x' }, ['category'], /too long/],
    ['a page that is no web page', { url: 'ftp://shop.example/' }, ['url'], /full URL/],
    [
      'an attribute without a value',
      { attributes: [{ name: 'fit', value: ' ' }] },
      ['attributes', '0', 'value'],
      /empty/,
    ],
    [
      'an attribute of no name',
      { attributes: [{ name: '1st', value: 'x' }] },
      ['attributes', '0', 'name'],
      /letter/,
    ],
    [
      'an attribute twice',
      {
        attributes: [
          { name: 'fit', value: 'x' },
          { name: 'Fit', value: 'x' },
        ],
      },
      ['attributes', '1'],
      /twice/,
    ],
    [
      '251 attributes',
      { attributes: many(251, (i) => ({ name: 'fit', value: `${i}` })) },
      ['attributes'],
      /at most 250/,
    ],
    [
      'attributes with too much text',
      { attributes: many(51, (i) => ({ name: 'fit', value: `${i}`.padEnd(390, 'x') })) },
      ['attributes'],
      /20043 characters: at most 250 with 20000/,
    ],
    [
      '101 choices of options',
      {
        images: many(101, (i) => ({
          url: `https://shop.example/${i}.jpg`,
          shows: [{ name: 'color', value: `${i}` }],
        })),
      },
      ['images'],
      /101 different choices of options: at most 100/,
    ],
    [
      'choices of options with too much text',
      {
        images: many(52, (i) => ({
          url: `https://shop.example/${i}.jpg`,
          shows: [{ name: 'color', value: `${i}`.padEnd(390, 'x') }],
        })),
      },
      ['images'],
      /characters: at most 20000/,
    ],
    [
      'an image over http',
      { images: [{ url: 'http://shop.example/a.jpg' }] },
      ['images', '0', 'url'],
      /https only/,
    ],
    ['an image from nowhere', { images: [{}] }, ['images', '0'], /exactly one/],
    [
      'what an image shows without a value',
      { images: [{ url: 'https://shop.example/a.jpg', shows: [{ name: 'color', value: ' ' }] }] },
      ['images', '0', 'shows', '0', 'value'],
      /empty/,
    ],
    [
      'what an image shows under no name',
      { images: [{ url: 'https://shop.example/a.jpg', shows: [{ name: '#', value: 'red' }] }] },
      ['images', '0', 'shows', '0', 'name'],
      /starts with a letter/,
    ],
    ['an image twice', { images: [image, image] }, ['images', '1'], /twice/],
    [
      'an upload that is none',
      { images: [{ upload: 'UHJvZHVjdDox' }] },
      ['images', '0', 'upload'],
      /not the id of an upload/,
    ],
    [
      'a link that is too long in bytes',
      { images: [{ url: `https://shop.example/${'ä'.repeat(1_100)}` }] },
      ['images', '0', 'url'],
      /bytes/,
    ],
    [
      '251 images',
      { images: many(251, (i) => ({ url: `https://shop.example/${i}.jpg` })) },
      ['images'],
      /251 images are too many/,
    ],
    ['an SKU without a code', { skus: [{ code: '' }] }, ['skus', '0', 'code'], /empty/],
    ['an SKU twice', { skus: [{ code: 'a' }, { code: 'a' }] }, ['skus', '1', 'code'], /twice/],
    [
      'a GTIN of 9 digits',
      { skus: [{ code: 'a', gtin: '123456789' }] },
      ['skus', '0', 'gtin'],
      /8, 12, 13, or 14/,
    ],
    [
      'an option twice',
      {
        skus: [
          {
            code: 'a',
            options: [
              { name: 'size', value: 'M' },
              { name: 'Size', value: 'L' },
            ],
          },
        ],
      },
      ['skus', '0', 'options', '1', 'name'],
      /twice/,
    ],
    [
      '251 option values',
      {
        skus: many(126, (i) => ({
          code: `${i}`,
          options: [
            { name: 'size', value: `${i}` },
            { name: 'color', value: i === 0 ? '1' : `${i}` },
          ],
        })),
      },
      ['skus'],
      /251 different option values with \d+ characters: at most 250/,
    ],
    [
      'parts of option values, which filters find too',
      {
        skus: many(51, (i) => ({
          code: `${i}`,
          options: [{ name: 'color', value: many(4, (part) => `${i}-${part}`).join('/') }],
        })),
      },
      ['skus'],
      /255 different option values with \d+ characters: at most 250 .* slashes/,
    ],
    [
      'parts of attributes',
      {
        attributes: many(100, (i) => ({ name: 'style', value: `${i}-a/${i}-b` })),
      },
      ['attributes'],
      /300 attributes with \d+ characters: at most 250 .* slashes/,
    ],
    [
      'option values with too much text',
      {
        skus: many(26, (i) => ({
          code: `${i}`,
          options: [{ name: 'size', value: `${i}`.padEnd(390, 'x') }],
        })),
      },
      ['skus'],
      /26 different option values with 10244 characters: at most 250 with 10000/,
    ],
    ['2001 SKUs', { skus: many(2_001, (i) => ({ code: `${i}` })) }, ['skus'], /at most 2000/],
  ])('refuses %s', async (_what, change, field, message) => {
    const before = await catalog.versions();
    const answer = await catalog.upsert([
      { handle: 'fine', title: 'Fine' },
      { handle: 'coat', ...change },
    ]);
    expect(answer).toEqual({
      products: [],
      pendingImages: 0,
      userErrors: [
        {
          code: 'BAD_USER_INPUT',
          field: ['products', '1', ...field],
          message: expect.stringMatching(message),
        },
      ],
    });
    expect(await catalog.versions()).toEqual(before);
  });

  test('takes a T-shirt in 80 colors and 20 sizes', async () => {
    const color = (i: number) => ({ name: 'color', value: `Heather Color ${i}` });
    const { userErrors } = await catalog.upsert([
      {
        handle: 'tee',
        title: 'Tee',
        images: many(240, (i) => ({ url: `https://shop.example/${i}.jpg`, shows: [color(i % 80)] })),
        skus: many(1_600, (i) => ({
          code: `tee-${i}`,
          options: [color(i % 80), { name: 'size', value: `${Math.floor(i / 80)}` }],
        })),
      },
    ]);
    expect(userErrors).toEqual([]);
  });

  test('counts the options of SKUs that stay as they are', async () => {
    const values = (from: number) =>
      many(200, (i) => ({ code: `o${from + i}`, options: [{ name: 'size', value: `${from + i}` }] }));
    expect((await catalog.upsert([{ handle: 'coat', skus: values(0) }])).userErrors).toEqual([]);
    const kept = many(200, (i) => ({ code: `o${i}` }));
    const { userErrors } = await catalog.upsert([{ handle: 'coat', skus: [...kept, ...values(200)] }]);
    expect(userErrors).toMatchObject([{ message: expect.stringMatching(/^The SKUs have 400 different/) }]);
  });

  test('names every wrong entry', async () => {
    const { userErrors: errors } = await catalog.upsert([
      { handle: 'A', title: '', skus: [{ code: 'x' }] },
      { handle: 'coat', skus: [{ code: 'x' }] },
      { handle: 'coat' },
    ]);
    expect(errors.map(({ field }) => field?.join('.'))).toEqual([
      'products.0.handle',
      'products.0.title',
      'products.1.skus.0.code',
      'products.2.handle',
    ]);
  });

  test('refuses an SKU of another product, new or old', async () => {
    const before = await catalog.versions();
    const { userErrors: errors } = await catalog.upsert([
      { handle: 'hat', title: 'A hat', skus: [{ code: 'C-M' }] },
    ]);
    expect(errors).toEqual([
      {
        code: 'BAD_USER_INPUT',
        field: ['products', '0', 'skus', '0', 'code'],
        message: expect.stringMatching(/"C-M" belongs to the product "coat"/),
      },
    ]);
    expect(await catalog.versions()).toEqual(before);
  });

  test('takes 250 products in a call, and not 251', async () => {
    const products = many(251, (index) => ({
      handle: `p-${index}`,
      title: 'P',
      skus: [{ code: `P-${index}` }],
    }));
    const { userErrors: errors } = await catalog.upsert(products);
    expect(errors).toEqual([
      {
        code: 'BAD_USER_INPUT',
        field: ['products'],
        message: expect.stringMatching(/^251 entries are too many/),
      },
    ]);
    expect((await catalog.upsert([])).userErrors).toEqual([expect.objectContaining({ field: ['products'] })]);
    const answer = await catalog.upsert(products.slice(1));
    expect(answer.products.map(({ handle }) => handle)).toEqual(many(250, (index) => `p-${index + 1}`));
  });

  test('bounds images and SKUs of a call', async () => {
    const products = many(26, (index) => ({
      handle: `p-${index}`,
      title: 'P',
      images: many(200, (i) => ({ url: `https://shop.example/${i}.jpg` })),
    }));
    expect((await catalog.upsert(products)).userErrors).toEqual([
      expect.objectContaining({ field: ['products'], message: expect.stringContaining('at most 5000') }),
    ]);
  });

  test.each([
    ['a moment that is none', { skus: [{ code: 'a', restockAt: '2027-02-30' }] }],
    ['a year 0', { skus: [{ code: 'a', restockAt: '0000-01-01T00:00:00Z' }] }],
    ['a moment before year 1 in UTC', { skus: [{ code: 'a', restockAt: '0001-01-01T00:00:00+01:00' }] }],
    ['an option that is no text', { skus: [{ code: 'a', options: [{ name: 'size', value: 42 }] }] }],
    ['a URL that is none', { images: [{ url: 'a.jpg' }] }],
    ['what may be done when out of stock', { skus: [{ code: 'a', whenOut: 'SOON' }] }],
  ])('refuses %s as no value of its type', async (_what, change) => {
    const variables = { input: { products: [{ handle: 'coat', ...change }] } };
    const { errors } = await catalog.gateway.ask(UPSERT, variables, catalog.secret);
    expect(errors).toEqual([
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('input.products[0]') },
    ]);
  });

  test('is for those who may write the catalog', async () => {
    const variables = { input: { products: [{ handle: 'coat', title: 'Mine' }] } };
    const reader = await seedApiKey(catalog.gateway.db, { scopes: READER });
    for (const [key, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [reader, 'FORBIDDEN'],
    ] as const) {
      const { errors } = await catalog.gateway.ask(UPSERT, variables, key);
      expect(errors).toEqual([expect.objectContaining({ code })]);
      const { errors: others } = await catalog.gateway.ask(DELETE, { input: { handles: ['coat'] } }, key);
      expect(others).toEqual([expect.objectContaining({ code })]);
    }
    expect(await catalog.rows(`SELECT title FROM products`)).toEqual([{ title: 'A coat' }]);
  });

  test("keeps the merchant's order of options, also when they are not written again", async () => {
    const options = [
      { name: 'Color', value: 'red' },
      { name: 'Size', value: 'M' },
    ];
    for (const sku of [{ code: 'C-M', options }, { code: 'C-M' }]) {
      await catalog.upsert([{ handle: 'coat', title: 'A coat', skus: [sku] }]);
      const { data } = await catalog.gateway.ask(
        '{ product(handle: "coat") { options { name } skus { options { name } } } }',
      );
      const names = [{ name: 'color' }, { name: 'size' }];
      expect(data).toEqual({ product: { options: names, skus: [{ options: names }] } });
    }
  });

  test('answers null for the price of a product that has none', async () => {
    const { data, errors } = await catalog.gateway.ask(
      `mutation { productsUpsert(input: { products: [{ handle: "hat", title: "A hat" }] }) {
        products { availability { sellable } priceRange { min { amount } } } } }`,
      {},
      catalog.secret,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      productsUpsert: { products: [{ availability: { sellable: false }, priceRange: null }] },
    });
  });
});
