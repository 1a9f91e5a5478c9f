import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const at = (degrees: number): number[] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
  0,
  0,
];

let gateway: TestGateway;
let like: string;
const ids = new Map<string, string>();
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    like = toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [at(0)] }));
    for (const { handle, angle, ...seed } of [
      {
        ...{ handle: 'sale', angle: 10 },
        attributes: [['material', 'Cotton / Elastane']],
        skus: [
          { code: 'sale-s', options: { color: 'red/white' }, prices: { eu: 2_000 }, compareAt: 4_000 },
          { code: 'sale-m', options: { color: 'black' }, prices: { eu: 4_000 }, gtin: '012345678905' },
        ],
      },
      {
        ...{ handle: 'full', angle: 20 },
        skus: [{ code: 'full', options: { color: 'White' }, prices: { eu: 3_333 }, gtin: '4006381333931' }],
      },
      { handle: 'old', angle: 30, skus: [{ code: 'old', prices: { eu: 1_000 } }] },
      { handle: 'far', angle: 85, skus: [{ code: 'far', prices: { eu: 500 } }] },
    ] as const) {
      const key = await seedProduct(db, { handle, title: `${handle} coat`, vectors: [at(angle)], ...seed });
      ids.set(handle, toGlobalId('Product', key));
    }
    await db.query(`UPDATE products SET created_at = CASE handle
      WHEN 'old' THEN timestamptz '2020-01-01 00:00:00.5Z' WHEN 'full' THEN timestamptz '2026-01-02Z'
      WHEN 'sale' THEN timestamptz '2026-01-01Z' ELSE timestamptz '2026-01-03Z' END`);
  });
});
afterAll(() => gateway.close());

const found = z.object({
  visualSearch: z.object({ nodes: z.array(z.object({ handle: z.string() })) }),
  products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }),
});
const FIND = `query ($like: ID!, $where: ProductFilter) {
  visualSearch(query: { like: [{ product: $like }] }, where: $where) { nodes { handle } }
  products(where: $where) { nodes { handle } }
}`;

/** Three options or attributes with as many values each. */
const three = (count: number, value: string): object[] =>
  ['a', 'b', 'c'].map((name) => ({ name, values: Array<string>(count).fill(value) }));

describe('a filter', () => {
  test.each([
    ['on sale', { onSale: true }, ['sale']],
    ['not on sale', { onSale: false }, ['far', 'full', 'old', 'sale']],
    [
      'the color and the sale of one SKU',
      { onSale: true, options: [{ name: 'color', values: ['black'] }] },
      [],
    ],
    ['added after a moment', { createdAfter: '2026-01-01T00:00:00Z' }, ['far', 'full']],
    [
      'added after a fraction of a second',
      { createdAfter: '2020-01-01T00:00:00.499Z' },
      ['far', 'full', 'old', 'sale'],
    ],
    ['added after that fraction', { createdAfter: '2020-01-01T00:00:00.500Z' }, ['far', 'full', 'sale']],
    ['a GTIN', { gtins: ['4006381333931'] }, ['full']],
    ['a UPC-A code as GTIN-14', { gtins: ['00012345678905'] }, ['sale']],
    ['several GTINs', { gtins: ['12345678905', '4006381333931', '99999999'] }, ['full', 'sale']],
    ['a GTIN on sale, which is another SKU', { gtins: ['012345678905'], onSale: true }, []],
    ['a part of a color', { options: [{ name: 'color', values: ['WHITE'] }] }, ['full', 'sale']],
    ['a whole color of two', { options: [{ name: 'color', values: ['red/white'] }] }, ['sale']],
    ['what is only in a word', { options: [{ name: 'color', values: ['whit', 'ed'] }] }, []],
    ['a part of an attribute', { attributes: [{ name: 'material', values: ['elastane'] }] }, ['sale']],
    ['a lowest price between two cents', { price: { min: 33.339 } }, ['full', 'sale']],
    ['a highest price between two cents', { price: { max: '19.991' } }, ['far', 'old', 'sale']],
    ['an exact price with more zeros', { price: { min: '33.3300', max: '33.330' } }, ['full']],
  ])('finds %s', async (_, where, expected) => {
    const { visualSearch, products } = await gateway.read(found, FIND, { like, where });
    expect(visualSearch.nodes.map(({ handle }) => handle).sort()).toEqual(expected);
    expect(products.nodes.map(({ handle }) => handle).sort()).toEqual(expected);
  });

  test('leaves out products by their ids; other ids are ignored', async () => {
    const where = { excludeProducts: [ids.get('sale'), ids.get('old'), toGlobalId('Sku', 1), 'nonsense'] };
    const { visualSearch, products } = await gateway.read(found, FIND, { like, where });
    expect(visualSearch.nodes.map(({ handle }) => handle)).toEqual(['full', 'far']);
    expect(products.nodes.map(({ handle }) => handle)).toEqual(['far', 'full']);
  });

  test('has no condition where a list is empty', async () => {
    const where = {
      ...{ categories: [], brands: [], gtins: [], excludeProducts: [], attributes: [] },
      options: [{ name: 'color', values: [] }],
    };
    const { visualSearch, products } = await gateway.read(found, FIND, { like, where });
    expect([visualSearch.nodes.length, products.nodes.length]).toEqual([4, 4]);
  });

  test.each([
    [{ gtins: ['123'] }, /8 to 14 digits/],
    [{ gtins: ['4006 381333931'] }, /8 to 14 digits/],
    [{ excludeProducts: Array.from({ length: 101 }, () => 'x') }, /at most 100/],
    // Failed on 2026-11-29: each value was compared with each SKU, for seconds.
    ...(['options', 'attributes'] as const).flatMap((field): [object, RegExp][] => [
      [{ [field]: three(34, 'x') }, /102 values: at most 100/],
      [{ [field]: three(4, 'x'.repeat(900)) }, /10800 characters: at most 10000/],
    ]),
    [{ brands: ['x'.repeat(256)] }, /longer than 255/],
    [{ price: { min: '-1' } }, /negative/],
    [{ price: { min: '20.019', max: '19.991' } }, /invalid/],
  ])('is refused: %.60j', async (where, message) => {
    const { errors } = await gateway.ask(FIND, { like, where });
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: expect.stringMatching(message) },
      { code: 'BAD_USER_INPUT' },
    ]);
  });
});

describe('a value with slashes', () => {
  const sku = z.object({ code: z.string() });
  const VALUES = ['N/A', 'w/o hood', '3/4 sleeve', 'S/M', '36 / 38', 'Red/White/', '4,5/5', '/', 'L/40'];
  let shop: TestGateway;
  beforeAll(async () => {
    shop = await startTestGateway(async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'query', vectors: [at(0)] });
      for (const [i, value] of VALUES.entries())
        await seedProduct(db, {
          ...{ handle: `p${i}`, vectors: [at(i + 1)], attributes: [['of', value]] },
          skus: [{ code: value, options: { of: value } }],
        });
    });
  });
  afterAll(() => shop.close());

  // Failed on 2026-11-29: "N/A" was found by "a", and "3/4 sleeve" was in the filter as "3" and "4 sleeve".
  test.each([
    ['m', ['S/M']],
    ['36', ['36 / 38']],
    ['36 / 38', ['36 / 38']],
    ['white', ['Red/White/']],
    ['5', ['4,5/5']],
    ['l', ['L/40']],
    ['N/a', ['N/A']],
    ['a', []],
    ['o hood', []],
    ['w', []],
    ['3', []],
    ['4 sleeve', []],
    ['3/4 Sleeve', ['3/4 sleeve']],
    ['/', ['/']],
  ])('is found by %s if all parts are words, or numbers', async (wanted, expected) => {
    const choice = [{ name: 'of', values: [wanted] }];
    for (const where of [{ options: choice }, { attributes: choice }]) {
      const { visualSearch, products } = await shop.read(found, FIND, {
        ...{ like: toGlobalId('Product', 1), where },
      });
      const handles = expected.map((value) => `p${VALUES.indexOf(value)}`);
      expect(visualSearch.nodes.map(({ handle }) => handle)).toEqual(handles);
      expect(products.nodes.map(({ handle }) => handle)).toEqual(handles);
    }
    const ofAll = z.object({ products: z.object({ nodes: z.array(z.object({ skus: z.array(sku) })) }) });
    const { products } = await shop.read(
      ofAll,
      'query ($where: SkuFilter) { products { nodes { skus(where: $where) { code } } } }',
      { where: { options: choice } },
    );
    expect(products.nodes.flatMap(({ skus }) => skus.map(({ code }) => code))).toEqual(expected);
  });
});

describe('a search in another order', () => {
  const page = z.object({
    found: z.object({
      nodes: z.array(z.object({ handle: z.string() })),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  });
  const document = (rest: string): string => `query ($like: ID!, $after: String, $where: ProductFilter) {
    found: visualSearch(query: { like: [{ product: $like }] }, where: $where, after: $after, ${rest}) {
      nodes { handle } pageInfo { hasNextPage endCursor } } }`;

  test.each([
    ['PRICE_ASC', ['old', 'sale', 'full']],
    ['PRICE_DESC', ['full', 'sale', 'old']],
    ['NEWEST', ['full', 'sale', 'old']],
    ['LIKENESS', ['sale', 'full', 'old']],
  ])('%s ends where likeness does, and its pages continue', async (sort, expected) => {
    for (const first of [1, 2, 10]) {
      const handles: string[] = [];
      for (let after: string | null = null; ;) {
        const { found }: z.infer<typeof page> = await gateway.read(
          page,
          document(`sort: ${sort}, minScore: 0.5, first: ${first}`),
          { like, after },
        );
        handles.push(...found.nodes.map(({ handle }) => handle));
        if (!found.pageInfo.hasNextPage) break;
        after = found.pageInfo.endCursor;
      }
      expect(handles).toEqual(expected);
    }
  });

  test('is by the cheapest SKU that passes', async () => {
    const where = { options: [{ name: 'color', values: ['black', 'white'] }], onSale: false };
    const { found } = await gateway.read(page, document('sort: PRICE_DESC, minScore: 0.5'), { like, where });
    expect(found.nodes.map(({ handle }) => handle)).toEqual(['sale', 'full']);
  });

  test('needs an end, excludes diversity, and has cursors of its own', async () => {
    const codeOf = async (rest: string, after?: string | null) =>
      (await gateway.ask(document(rest), { like, after })).errors.map(
        ({ code, message }) => `${code} ${message}`,
      );
    expect(await codeOf('sort: NEWEST')).toEqual([expect.stringMatching(/BAD_USER_INPUT .*minScore/)]);
    expect(await codeOf('sort: NEWEST, minScore: 0.5, diversity: 0.5')).toEqual([
      expect.stringMatching(/BAD_USER_INPUT .*diversity/),
    ]);
    const { found } = await gateway.read(page, document('sort: NEWEST, minScore: 0.5, first: 1'), { like });
    expect(await codeOf('sort: PRICE_ASC, minScore: 0.5', found.pageInfo.endCursor)).toEqual([
      expect.stringMatching(/INVALID_CURSOR/),
    ]);
  });

  test('is for words alone without an end', async () => {
    const { data } = await gateway.ask(
      '{ visualSearch(query: { like: [], text: "coat" }, sort: PRICE_ASC) { nodes { handle } } }',
    );
    expect(data).toEqual({
      visualSearch: { nodes: ['far', 'old', 'sale', 'full'].map((handle) => ({ handle })) },
    });
  });
});
