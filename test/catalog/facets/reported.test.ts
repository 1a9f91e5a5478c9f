import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../../support/catalog.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';

/** What users of other shops reported about facets, tried here. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    const sku = (code: string, size: string, color: string, price: number, stock: number | null = 1) => ({
      code,
      options: { size, color },
      prices: { eu: price },
      stock: { berlin: stock },
    });
    await seedProduct(db, {
      handle: 'tee',
      skus: [
        sku('tee-1', 'S', 'Black', 1_990),
        sku('tee-2', 'S', 'Outdoor Black', 1_990),
        sku('tee-3', 'M', 'black', 19_790),
        sku('tee-4', 'XL', 'black', 1_990, 0),
      ],
    });
    await seedProduct(db, { handle: 'bag', skus: [sku('bag', 'One size', 'Red/Black', 135_000)] });
    for (let i = 0; i < 20; i += 1)
      await seedProduct(db, { handle: `sock-${i}`, skus: [sku(`sock-${i}`, `${36 + i}`, 'white', 500 + i)] });
  });
});
afterAll(() => gateway.close());

const bucket = z.object({
  value: z.string(),
  label: z.string(),
  count: z.number(),
  selected: z.boolean(),
  min: z.string().nullable(),
  max: z.string().nullable(),
});
const answer = z.object({
  products: z.object({
    totalCount: z.object({ count: z.number() }),
    facets: z.array(z.object({ name: z.string(), valueCount: z.number(), buckets: z.array(bucket) })),
  }),
});

async function count(where: object, first = 100) {
  const { products } = await gateway.read(
    answer,
    `query ($where: ProductFilter, $first: Int) { products(where: $where) { totalCount { count }
      facets(by: [{ kind: OPTION, name: "Size" }, { kind: OPTION, name: "color" }, { kind: PRICE }]) {
        name valueCount buckets(first: $first) { value label count selected min max } } } }`,
    { where, first },
  );
  return {
    total: products.totalCount.count,
    of: (name: string) =>
      products.facets.find((facet) => facet.name === name) ?? { name, valueCount: 0, buckets: [] },
  };
}

const option = (name: string, ...values: string[]) => ({ options: [{ name, values }] });

describe('as reported elsewhere', () => {
  // PrestaShop/PrestaShop 10018, 15117, 18848
  test('a size counts only where an SKU in that size is in stock', async () => {
    expect((await count({})).of('size').buckets.map(({ value }) => value)).not.toContain('XL');
    expect(await count(option('size', 'XL'))).toMatchObject({ total: 0 });
  });

  // commercetools/commercetools-sunrise-java 570, typesense/typesense 2366
  test('products are counted, not their SKUs', async () => {
    const { buckets } = (await count({})).of('size');
    expect(buckets.find(({ value }) => value === 'S')?.count).toBe(1);
  });

  // floere/picky 117
  test('a value within another is not the value, and a product with both counts once', async () => {
    const { buckets } = (await count({})).of('color');
    expect(buckets.map(({ value, count: products }) => `${value.toLowerCase()} ${products}`)).toEqual([
      'white 20',
      'black 2',
      'outdoor black 1',
      'red 1',
    ]);
  });

  // vtex-apps/search-result 457, scandipwa/scandipwa 2451
  test('the ranges of prices leave out no product, and each finds as many as it counts', async () => {
    const { buckets } = (await count({})).of('price');
    expect(buckets.at(-1)).toMatchObject({ max: null });
    for (const { min, max, count: products } of buckets)
      expect(await count({ price: { min, max } })).toMatchObject({ total: products });
    const chosen = { price: { min: buckets.at(-1)?.min, max: null } };
    expect((await count(chosen)).of('price').buckets.map(({ value, selected }) => [value, selected])).toEqual(
      buckets.map(({ value }, i) => [value, i === buckets.length - 1]),
    );
  });

  // clinwiki-org/clinwiki 60
  test('values of one facet add up, those of several narrow', async () => {
    expect(await count(option('color', 'white', 'RED'))).toMatchObject({ total: 21 });
    const both = { options: [...option('color', 'black').options, ...option('size', '36', 'M').options] };
    const { total, of } = await count(both);
    expect(total).toBe(1);
    expect(
      of('size')
        .buckets.filter(({ count: products }) => products > 0)
        .map(({ value }) => value),
    ).toEqual(['S', 'M', 'One size']);
    expect(of('size').buckets.filter(({ selected }) => selected)).toMatchObject([
      { value: 'M', count: 1 },
      { value: '36', count: 0 },
    ]);
  });
});

test('a chosen value with slashes counts as a whole, beside its parts', async () => {
  const { buckets } = (await count(option('color', 'red/black'))).of('color');
  expect(buckets.filter(({ value }) => /red/i.test(value))).toMatchObject([
    { value: 'Red/Black', count: 1, selected: true },
    { value: 'Red', count: 1, selected: false },
  ]);
});

test('a category is chosen by its exact handle, as the filter finds it', async () => {
  const { products } = await gateway.read(
    z.object({ products: z.object({ facets: z.array(z.object({ buckets: z.array(z.unknown()) })) }) }),
    `{ products(where: { categories: ["SHIRTS", "TOPS/SHIRTS"] }) {
      facets(by: [{ kind: CATEGORY }]) { buckets { value count selected } } } }`,
  );
  expect(products.facets[0]?.buckets).toEqual([
    { value: 'tops/shirts', count: 22, selected: false },
    { value: 'tops', count: 22, selected: false },
    { value: 'SHIRTS', count: 0, selected: true },
    { value: 'TOPS/SHIRTS', count: 0, selected: true },
  ]);
});

describe('buckets(first:)', () => {
  test('returns what is chosen and the most frequent others, and valueCount says that it cut', async () => {
    const { valueCount, buckets } = (await count(option('size', '55'), 3)).of('size');
    expect(valueCount).toBe(23);
    expect(buckets).toHaveLength(3);
    expect(buckets.at(-1)).toMatchObject({ value: '55', selected: true });
  });

  test.each([0, -5, 101])('refuses %i', async (first) => {
    const { errors } = await gateway.ask(
      `{ products { facets(by: [{ kind: BRAND }]) { buckets(first: ${first}) { value } } } }`,
    );
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: `first is ${first}: it must be from 1 to 100.` },
    ]);
  });
});

test.each([
  ['{ kind: OPTION }', /needs the name of the option/],
  ['{ kind: BRAND, name: "alder" }', /has no name/],
  [Array.from({ length: 11 }, (_, i) => `{ kind: OPTION, name: "o${i}" }`).join(), /at most 10/],
  ['{ kind: ATTRIBUTE, name: "a\\u0000" }', /NUL/],
])('facets are refused: %s', async (by, message) => {
  const { errors } = await gateway.ask(`{ products { facets(by: [${by}]) { name } } }`);
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) }]);
});

test('many facets are expensive', async () => {
  const by = Array.from({ length: 10 }, (_, i) => `{ kind: ATTRIBUTE, name: "a${i}" }`).join();
  const many = Array.from({ length: 12 }, (_, i) => `f${i}: facets(by: [${by}]) { name }`).join(' ');
  expect((await gateway.ask(`{ products { ${many} } }`)).errors).toMatchObject([{ code: 'COST_EXCEEDED' }]);
});
