import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../../support/catalog.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';

/**
 * Facets and totals of lists and searches against a model without SQL, over random shops. Each filter is asked again after
 * a write, so that kept counts are compared too. Seen to fail (2026-11-29) when isUnchanged always said true, when the
 * choice of a facet was not disregarded, and when values were not split at slashes.
 */
const RUNS = Number(process.env['FACET_RUNS'] ?? 6);
const TIMEOUT_MS = 120_000;

const CATEGORIES = ['tops/shirts', 'tops/knits', 'shoes'] as const;
const BRANDS = ['alder', 'birch'] as const;
const SIZES = ['XS', 'S', 'M', 'S/M'] as const;
const COLORS = ['red', 'white', 'red/white', 'Red / Blue'] as const;
const MATERIALS = ['linen', 'wool', 'linen/wool'] as const;

const skuParts = fc.record({
  size: fc.constantFrom(...SIZES),
  color: fc.constantFrom(undefined, ...COLORS),
  price: fc.constantFrom(900, 1_000, 2_500, 7_000, 7_100),
  sale: fc.boolean(),
  berlin: fc.constantFrom(0, 1, 3, 3),
  paris: fc.constantFrom(0, 0, 2),
});
const productParts = fc.record({
  category: fc.constantFrom(...CATEGORIES),
  brand: fc.constantFrom(undefined, ...BRANDS),
  material: fc.option(fc.constantFrom(...MATERIALS), { nil: undefined }),
  skus: fc.array(skuParts, { minLength: 1, maxLength: 4 }),
});
type ProductParts = typeof productParts extends fc.Arbitrary<infer T> ? T : never;
type ModelSku = { -readonly [K in keyof ProductParts['skus'][number]]: ProductParts['skus'][number][K] };
interface Model extends Omit<ProductParts, 'skus'> {
  readonly handle: string;
  readonly skus: ModelSku[];
}

const choice = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const filter = fc.record({
  categories: choice(fc.subarray(['tops', ...CATEGORIES])),
  brands: choice(fc.subarray([...BRANDS])),
  material: choice(fc.subarray(['linen', 'WOOL', 'silk'])),
  size: choice(fc.subarray(['xs', 'S', 'M', 's/m'])),
  color: choice(fc.subarray(['Red', 'blue', 'red/white'])),
  price: choice(
    fc.constantFrom({ min: 10, max: 25 }, { min: 9.999 }, { max: 24.991 }, { min: 10, max: 19.99 }),
  ),
  onSale: choice(fc.boolean()),
  location: choice(fc.constantFrom('berlin', 'paris')),
  quantity: fc.constantFrom(1, 1, 1, 3),
});
type Filter = typeof filter extends fc.Arbitrary<infer T> ? T : never;

const scenario = fc.record({
  products: fc.array(productParts, { minLength: 4, maxLength: 14 }),
  filters: fc.array(filter, { minLength: 4, maxLength: 4 }),
  writes: fc.array(fc.tuple(fc.nat(100), fc.constantFrom(0, 1, 3)), { minLength: 4, maxLength: 4 }),
});

const locations = new Map<string, string>();
const toInput = (where: Filter): Record<string, unknown> => ({
  ...{ categories: where.categories, brands: where.brands, onSale: where.onSale, quantity: where.quantity },
  attributes: where.material && [{ name: 'material', values: where.material }],
  options: [
    ...(where.size ? [{ name: 'size', values: where.size }] : []),
    ...(where.color ? [{ name: 'color', values: where.color }] : []),
  ],
  price: where.price,
  location: where.location && locations.get(where.location),
});

const partsOf = (value: string | undefined): string[] =>
  value === undefined
    ? []
    : value
        .toLowerCase()
        .split('/')
        .map((part) => part.trim());
/** The parts of a value, and the value itself if it is chosen. */
const countedParts = (value: string | undefined, chosen: readonly string[] | undefined): string[] => [
  ...partsOf(value),
  ...(value !== undefined && chosen?.some((each) => each.toLowerCase() === value.toLowerCase())
    ? [value.toLowerCase()]
    : []),
];
/** Empty: no choice. */
const has = (value: string | undefined, wanted: readonly string[] | undefined): boolean => {
  if (wanted === undefined || wanted.length === 0) return true;
  if (value === undefined) return false;
  const own = [value.toLowerCase(), ...partsOf(value)];
  return wanted.some((each) => own.includes(each.toLowerCase()));
};

type Dimension = 'categories' | 'brands' | 'material' | 'size' | 'color' | 'price';
/** The SKUs with which a product passes. */
function passing(product: Model, where: Filter, but?: Dimension): ModelSku[] {
  const given = { ...where, ...(but && { [but]: undefined }) };
  const { category, brand, material } = product;
  const isIn = (handle: string): boolean => category === handle || category.startsWith(`${handle}/`);
  if (given.categories?.length && !given.categories.some(isIn)) return [];
  if (given.brands?.length && !(brand !== undefined && given.brands.includes(brand))) return [];
  if (!has(material, given.material)) return [];
  return product.skus.filter((sku) => {
    const { min = 0, max = Infinity }: { min?: number; max?: number } = given.price ?? {};
    const stock =
      (given.location === 'paris' ? 0 : sku.berlin) + (given.location === 'berlin' ? 0 : sku.paris);
    return (
      stock >= given.quantity &&
      has(sku.size, given.size) &&
      has(sku.color, given.color) &&
      (given.onSale === undefined || sku.sale === given.onSale) &&
      sku.price >= Math.floor(Math.round(min * 1_000) / 10) &&
      sku.price <= (max === Infinity ? max : Math.ceil(Math.round(max * 1_000) / 10))
    );
  });
}

function countBy(
  products: readonly Model[],
  where: Filter,
  but: Dimension,
  valuesOf: (product: Model, skus: readonly ModelSku[]) => readonly string[],
  chosen: readonly string[] = [],
): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(chosen.map((value) => [value.toLowerCase(), 0]));
  for (const product of products) {
    const skus = passing(product, where, but);
    if (skus.length === 0) continue;
    for (const value of new Set(valuesOf(product, skus))) counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

function priceBands(products: readonly Model[], where: Filter): Record<string, number> {
  const found = products.map((product) => passing(product, where, 'price')).filter((skus) => skus.length > 0);
  if (found.length === 0) return {};
  const cheapest = found.map((skus) => Math.min(...skus.map(({ price }) => price))).sort((a, b) => a - b);
  const typical = (cheapest[Math.ceil(0.9 * cheapest.length) - 1] ?? 0) / 5;
  const steps = [1, 10, 100, 1_000].flatMap((power) => [1, 2, 5].map((digit) => digit * power * 100));
  const width = steps.find((step) => step >= typical) ?? 0;
  const counts: Record<string, number> = {};
  for (const skus of found) {
    for (const band of new Set(skus.map(({ price }) => Math.min(4, Math.floor(price / width))))) {
      const euros = (amount: number): string => (amount / 100).toFixed(2);
      const value = `${euros(band * width)}..${band === 4 ? '' : euros((band + 1) * width - 1)}`;
      counts[value] = (counts[value] ?? 0) + 1;
    }
  }
  return counts;
}

function model(products: readonly Model[], where: Filter) {
  const above = (handle: string): string[] =>
    handle.includes('/') ? [handle, handle.split('/')[0] ?? ''] : [handle];
  return {
    total: products.filter((product) => passing(product, where).length > 0).length,
    category: countBy(products, where, 'categories', ({ category }) => above(category), where.categories),
    brand: countBy(products, where, 'brands', ({ brand }) => (brand ? [brand] : []), where.brands),
    material: countBy(
      products,
      where,
      'material',
      ({ material }) => countedParts(material, where.material),
      where.material,
    ),
    size: countBy(
      products,
      where,
      'size',
      (_, skus) => skus.flatMap(({ size }) => countedParts(size, where.size)),
      where.size,
    ),
    color: countBy(
      ...([products, where, 'color'] as const),
      (_, skus) => skus.flatMap(({ color }) => countedParts(color, where.color)),
      where.color,
    ),
    price: priceBands(products, where),
  };
}

const COUNTS = `
  totalCount { count precision }
  facets(by: [{ kind: CATEGORY }, { kind: BRAND }, { kind: ATTRIBUTE, name: "Material" }, { kind: OPTION, name: "size" },
      { kind: OPTION, name: "color" }, { kind: PRICE }]) {
    name valueCount buckets(first: 100) { value count selected }
  }`;
const ASK = `query ($where: ProductFilter, $like: ID!) {
  products(where: $where, first: 1) { ${COUNTS} }
  visualSearch(query: { like: [{ product: $like }] }, where: $where, first: 1) { ${COUNTS} }
}`;
const counted = z.object({
  totalCount: z.object({ count: z.number(), precision: z.literal('EXACT') }),
  facets: z.array(
    z.object({
      name: z.string(),
      valueCount: z.number(),
      buckets: z.array(z.object({ value: z.string(), count: z.number(), selected: z.boolean() })),
    }),
  ),
});

let gateway: TestGateway;
let like: string;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    like = toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [[1, 0, 0, 0]] }));
  });
  const { rows } = await gateway.db.query<{ id: number; handle: string }>(
    'SELECT id, handle FROM stock_locations',
  );
  for (const { id, handle } of rows) locations.set(handle, toGlobalId('StockLocation', id));
});
afterAll(() => gateway.close());

async function populate(parts: readonly ProductParts[]): Promise<Model[]> {
  await gateway.db.query(`DELETE FROM products WHERE handle <> 'query'`);
  const products = parts.map((product, p) => ({
    ...product,
    handle: `p${p}`,
    skus: product.skus.map((sku) => ({ ...sku })),
  }));
  for (const { handle, category, brand, material, skus } of products)
    await seedProduct(gateway.db, {
      ...{ handle, category, vectors: [[1, 0.1, 0, 0]] },
      ...(brand !== undefined && { brand }),
      attributes: material === undefined ? [] : [['material', material]],
      skus: skus.map(({ size, color, price, sale, berlin, paris }, s) => ({
        code: `${handle}-${s}`,
        options: { size, ...(color !== undefined && { color }) },
        prices: { eu: price },
        ...(sale && { compareAt: 2 * price }),
        stock: { berlin, paris },
      })),
    });
  await gateway.catchUp();
  return products;
}

const toRecord = ({ totalCount, facets }: z.infer<typeof counted>) => ({
  total: totalCount.count,
  ...{ category: {}, brand: {}, material: {}, size: {}, color: {}, price: {} },
  ...Object.fromEntries(
    facets.map(({ name, buckets }) => [
      name,
      Object.fromEntries(buckets.map(({ value, count }) => [value.toLowerCase(), count])),
    ]),
  ),
});

async function compare(products: readonly Model[], where: Filter): Promise<void> {
  const answer = await gateway.read(z.object({ products: counted, visualSearch: counted }), ASK, {
    where: toInput(where),
    like,
  });
  const expected = model(products, where);
  expect(toRecord(answer.products)).toEqual(expected);
  expect(toRecord(answer.visualSearch)).toEqual(expected);
  for (const { facets } of [answer.products, answer.visualSearch]) {
    for (const { valueCount, buckets } of facets) expect(valueCount).toBe(buckets.length);
    const selected = facets.flatMap(({ name, buckets }) =>
      buckets.flatMap(({ value, selected }) => (selected && name !== 'price' ? [value.toLowerCase()] : [])),
    );
    const chosen = [where.categories, where.brands, where.material, where.size, where.color].flat();
    expect(selected.sort()).toEqual(chosen.flatMap((value) => value?.toLowerCase() ?? []).sort());
  }
}

describe('the facets and totals of lists and searches', () => {
  test(
    'are those of a model, for any filter, and after each write',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ products: parts, filters, writes }) => {
          const products = await populate(parts);
          const skus = products.flatMap(({ handle, skus }) =>
            skus.map((sku, s) => ({ sku, code: `${handle}-${s}` })),
          );
          for (const [i, where] of filters.entries()) {
            await compare(products, where);
            const [number = 0, stock = 0] = writes[i] ?? [];
            const written = skus[number % skus.length];
            if (written === undefined) continue;
            written.sku.berlin = stock;
            await setStock(gateway.db, written.code, stock);
            await gateway.catchUp();
            await compare(products, where);
          }
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
