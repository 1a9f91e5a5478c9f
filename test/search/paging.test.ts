import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock, type ProductSeed } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { noQdrant, testCollection, type TestCollection } from '../support/qdrant.js';

/** Runs of each property; every one creates a separate catalog in Postgres. */
const RUNS = 5;
const CATEGORIES = ['tops/shirts', 'tops/knits', 'shoes'] as const;
const BRANDS = ['alder', 'birch'] as const;
const SIZES = ['S', 'M', 'L'] as const;
const COLORS = ['red', 'green', 'Red / blue'] as const;
const MATERIALS = ['linen', 'wool'] as const;

interface ModelSku {
  readonly code: string;
  readonly size: (typeof SIZES)[number];
  readonly color: string;
  readonly price: number;
  readonly sale: boolean;
  /** In Berlin, where it is sold and restocked. */
  stock: number;
  readonly paris: number;
}

interface ModelProduct {
  readonly handle: string;
  readonly category: string;
  readonly brand: (typeof BRANDS)[number];
  readonly material: string;
  readonly vectors: readonly (readonly number[])[];
  readonly skus: ModelSku[];
}

/** Coarse, so that several products have the same score. */
const coordinate = fc.integer({ min: -2, max: 2 });
const vector = fc.tuple(coordinate, coordinate, coordinate, coordinate).filter((v) => v.some((x) => x !== 0));
const skuParts = fc.record({
  size: fc.constantFrom(...SIZES),
  color: fc.constantFrom(...COLORS),
  price: fc.constantFrom(1_000, 2_500, 7_000),
  sale: fc.boolean(),
  stock: fc.constantFrom(0, 1, 3, 3),
  paris: fc.constantFrom(0, 0, 2),
});
const productParts = fc.record({
  category: fc.constantFrom(...CATEGORIES),
  brand: fc.constantFrom(...BRANDS),
  material: fc.constantFrom(...MATERIALS),
  vectors: fc.array(vector, { minLength: 1, maxLength: 3 }),
  skus: fc.array(skuParts, { minLength: 1, maxLength: 3 }),
});
type ProductParts = typeof productParts extends fc.Arbitrary<infer T> ? T : never;
/** Mostly absent, because several filters together leave little to page through. */
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
/** What leaves at most one product. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const filter = fc.record(
  {
    category: optional(fc.subarray(['tops', ...CATEGORIES], { minLength: 1 })),
    brand: optional(fc.subarray([...BRANDS], { minLength: 1 })),
    material: optional(fc.constantFrom(...MATERIALS)),
    size: optional(fc.subarray([...SIZES], { minLength: 1 })),
    color: optional(fc.constantFrom('red', 'green', 'BLUE')),
    onSale: rarely(fc.boolean()),
    gtin: rarely(fc.nat({ max: 5 })),
    excluded: optional(fc.nat({ max: 5 })),
    maxPrice: optional(fc.constantFrom(10, 25, 30)),
    location: optional(fc.constantFrom('berlin', 'paris')),
    quantity: fc.constantFrom(1, 1, 2),
  },
  { requiredKeys: [] },
);
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;
type Filter = typeof filter extends fc.Arbitrary<infer T> ? T : never;
/** Between two pages: which SKU (by number) gets which stock. */
const writes = fc.array(fc.array(fc.tuple(fc.nat(100), fc.constantFrom(0, 1, 3)), { maxLength: 12 }), {
  minLength: 12,
  maxLength: 12,
});

const scenario = fc.record({
  query: vector,
  products: fc.array(productParts, { minLength: 8, maxLength: 24 }),
  where: filter,
  first: fc.integer({ min: 1, max: 5 }),
  writes,
});

/** Global ids by handle. */
const locations = new Map<string, string>();
const products = new Map<string, string>();

/** Of the SKU of a product, by their numbers. */
const gtinOf = (product: number, sku: number): string => String(100_000_000_000 + 10 * product + sku);

const toInput = ({
  category,
  brand,
  material,
  size,
  color,
  maxPrice,
  location,
  ...where
}: Filter): Record<string, unknown> => ({
  categories: category,
  brands: brand,
  quantity: where.quantity,
  onSale: where.onSale,
  gtins: where.gtin === undefined ? undefined : [gtinOf(where.gtin, 0), `00${gtinOf(where.gtin, 1)}`],
  excludeProducts: where.excluded === undefined ? undefined : [products.get(`p${where.excluded}`)],
  location: location === undefined ? undefined : locations.get(location),
  attributes: material === undefined ? undefined : [{ name: 'material', values: [material] }],
  options: [
    ...(size === undefined ? [] : [{ name: 'size', values: size }]),
    ...(color === undefined ? [] : [{ name: 'color', values: [color] }]),
  ],
  price: maxPrice === undefined ? undefined : { max: String(maxPrice) },
});

/** The filter's meaning, implemented without SQL and without an index. */
function passes(product: ModelProduct, where: Filter): boolean {
  const { category, brand, material, size, color, maxPrice, location, quantity, onSale, gtin } = where;
  if (
    category?.some((handle) => product.category === handle || product.category.startsWith(`${handle}/`)) ===
    false
  )
    return false;
  if (brand?.includes(product.brand) === false) return false;
  if (material !== undefined && product.material !== material) return false;
  if (product.handle === `p${where.excluded ?? 'none'}`) return false;
  const hasGtin = ({ code }: ModelSku): boolean =>
    gtin === undefined || [`p${gtin}-0`, `p${gtin}-1`].includes(code);
  return product.skus.some(
    (sku) =>
      (location === 'paris' ? 0 : sku.stock) + (location === 'berlin' ? 0 : sku.paris) >= (quantity ?? 1) &&
      (size?.includes(sku.size) ?? true) &&
      (color === undefined || sku.color.toLowerCase().split(' / ').includes(color.toLowerCase())) &&
      (onSale === undefined || sku.sale === onSale) &&
      hasGtin(sku) &&
      (maxPrice === undefined || sku.price <= maxPrice * 100),
  );
}

const PAGE = /* GraphQL */ `
  query Page($query: VisualQueryInput!, $where: ProductFilter, $first: Int, $after: String) {
    visualSearch(query: $query, where: $where, first: $first, after: $after) {
      edges {
        score
        node {
          id
          handle
        }
        skus {
          code
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      search {
        dropped
      }
    }
  }
`;
const page = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        score: z.number(),
        node: z.object({ id: z.string(), handle: z.string() }),
        skus: z.array(z.object({ code: z.string() })),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    search: z.object({ dropped: z.number() }),
  }),
});
type Page = z.infer<typeof page>['visualSearch'];

async function populate(
  gateway: TestGateway,
  query: readonly number[],
  all: readonly ModelProduct[],
): Promise<string> {
  await gateway.db.query('DELETE FROM products');
  const id = await seedProduct(gateway.db, { handle: 'query', vectors: [query] });
  for (const [number, product] of all.entries())
    products.set(
      product.handle,
      toGlobalId('Product', await seedProduct(gateway.db, toSeed(product, number))),
    );
  return toGlobalId('Product', id);
}

const toSeed = (
  { handle, category, brand, material, vectors, skus }: ModelProduct,
  number: number,
): ProductSeed => ({
  handle,
  category,
  brand,
  vectors,
  attributes: [['material', material]],
  skus: skus.map(({ code, size, color, price, sale, stock, paris }, sku) => ({
    code,
    gtin: gtinOf(number, sku),
    options: { size, color },
    prices: { eu: price },
    ...(sale && { compareAt: 2 * price }),
    stock: { berlin: stock, paris },
  })),
});

const toModel = (parts: readonly ProductParts[]): ModelProduct[] =>
  parts.map((product, p) => ({
    ...product,
    handle: `p${p}`,
    skus: product.skus.map((sku, s) => ({ ...sku, code: `p${p}-${s}` })),
  }));

/** Writes to the model and to Postgres; with `salesOnly`, nothing is restocked. */
async function write(
  gateway: TestGateway,
  skus: readonly ModelSku[],
  changes: readonly (readonly [number: number, stock: number])[],
  salesOnly: boolean,
): Promise<void> {
  for (const [number, stock] of changes) {
    const sku = skus[number % skus.length];
    if (sku === undefined || (salesOnly && stock >= sku.stock)) continue;
    sku.stock = stock;
    await setStock(gateway.db, sku.code, stock);
  }
}

const keyOf = (id: string): number => Number(fromGlobalId(id).id);

const KINDS = [
  {
    name: 'two instances that follow Postgres, with sales and restocks between the pages',
    follows: true,
    shared: false,
  },
  { name: 'a stale index, with sales between the pages', follows: false, shared: false },
  { name: 'two instances that share a Qdrant', follows: true, shared: true },
];
if (noQdrant !== undefined) console.log(`Paging over Qdrant is skipped: ${noQdrant}.`);

describe.each(KINDS.filter(({ shared }) => !shared || noQdrant === undefined))(
  'paging over $name',
  ({ follows, shared }) => {
    let instances: readonly [TestGateway, TestGateway];
    let collection: TestCollection | null = null;
    beforeAll(async () => {
      collection = shared ? testCollection() : null;
      const options = { follows, qdrant: collection };
      const first = await startTestGateway(seedMarkets, options);
      const { rows } = await first.db.query<{ id: number; handle: string }>(
        `SELECT id, handle FROM stock_locations`,
      );
      for (const { id, handle } of rows) locations.set(handle, toGlobalId('StockLocation', id));
      instances = [first, await startTestGateway(() => Promise.resolve(), { ...options, beside: first })];
    });
    afterAll(async () => {
      await instances[1].close();
      await instances[0].close();
      await collection?.drop();
    });
    /** With a shared index, either instance may be the one that follows while the other waits for it. */
    const catchUp = async (): Promise<void> => {
      for (const gateway of instances) await gateway.catchUp();
    };

    /** Pages through everything, checks each page, and returns the handles in order. */
    async function readAll(
      { query, where, first, writes }: Scenario,
      model: readonly ModelProduct[],
    ): Promise<{ seen: string[]; steady: string[] }> {
      const [gateway] = instances;
      const skus = model.flatMap((product) => product.skus);
      const id = await populate(gateway, query, model);
      await catchUp();
      const seen: string[] = [];
      const ranks: { score: number; key: number }[] = [];
      let steady = model.filter((product) => passes(product, where));
      let after: string | null = null;

      for (let number = 0; ; number += 1) {
        const variables: Record<string, unknown> = {
          query: { like: [{ product: id }] },
          where: toInput(where),
          first,
          after,
        };
        const instance = instances[number % 2 === 0 ? 0 : 1];
        const { edges, pageInfo }: Page = (await instance.read(page, PAGE, variables)).visualSearch;
        for (const { score, node, skus: shown } of edges) {
          const product = model.find(({ handle }) => handle === node.handle);
          expect(product !== undefined && passes(product, where)).toBe(true);
          expect(shown).not.toHaveLength(0);
          seen.push(node.handle);
          ranks.push({ score, key: keyOf(node.id) });
        }
        if (!pageInfo.hasNextPage) break;
        expect(edges).toHaveLength(first);
        after = pageInfo.endCursor;
        await write(gateway, skus, writes[number % writes.length] ?? [], !follows);
        steady = steady.filter((product) => passes(product, where));
        if (follows) await catchUp();
      }
      expect(ranks).toEqual([...ranks].sort((a, b) => b.score - a.score || a.key - b.key));
      return { seen, steady: steady.map(({ handle }) => handle) };
    }

    test('each page goes on in the ranking: proven, full, no duplicate, and nothing that stayed sellable is missed', async () => {
      let pagedRuns = 0;
      await fc.assert(
        fc.asyncProperty(scenario, async (run) => {
          const { seen, steady } = await readAll(run, toModel(run.products));
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(steady));
          if (seen.length > run.first) pagedRuns += 1;
        }),
        { numRuns: RUNS },
      );
      // Scenarios with a single page would prove nothing.
      expect(pagedRuns).toBeGreaterThan(RUNS / 3);
    });
  },
);
