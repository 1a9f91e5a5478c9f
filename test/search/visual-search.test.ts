import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { networkOf } from '../../src/platform/client-network.js';
import type { Database } from '../../src/platform/postgres.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { statementsDuring } from '../support/statements.js';

const SEARCH = /* GraphQL */ `
  query Search($query: VisualQueryInput!, $where: ProductFilter, $first: Int = 24, $after: String) {
    visualSearch(query: $query, where: $where, first: $first, after: $after) {
      edges {
        cursor
        score
        node {
          handle
        }
        skus {
          code
          availability {
            sellable
            quantity
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        endCursor
      }
      search {
        asOf
        indexLagMs
        strategy
        candidates
        dropped
        refills
        encoder
        tookMs
      }
      facets {
        name
        buckets {
          value
          count
          min
          max
        }
      }
    }
  }
`;

const page = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        cursor: z.string(),
        score: z.number(),
        node: z.object({ handle: z.string() }),
        skus: z.array(
          z.object({
            code: z.string(),
            availability: z.object({ sellable: z.boolean(), quantity: z.number().nullable() }),
          }),
        ),
      }),
    ),
    pageInfo: z.object({
      hasNextPage: z.boolean(),
      hasPreviousPage: z.boolean(),
      endCursor: z.string().nullable(),
    }),
    search: z.object({
      asOf: z.iso.datetime(),
      indexLagMs: z.number(),
      strategy: z.string(),
      candidates: z.number(),
      dropped: z.number(),
      refills: z.number(),
      encoder: z.string(),
      tookMs: z.number(),
    }),
    facets: z.array(
      z.object({
        name: z.string(),
        buckets: z.array(
          z.object({
            value: z.string(),
            count: z.number(),
            min: z.string().nullable(),
            max: z.string().nullable(),
          }),
        ),
      }),
    ),
  }),
});

/** A garment whose likeness to `query` decreases with `angle` (degrees). */
const at = (angle: number): number[] => [
  Math.cos((angle * Math.PI) / 180),
  Math.sin((angle * Math.PI) / 180),
  0,
  0,
];

let ids: Record<string, number>;

async function seed(db: TestGateway['db']): Promise<void> {
  await seedMarkets(db);
  const products = [
    { handle: 'query', vectors: [at(0)], skus: [{ code: 'query-m', options: { size: 'M' } }] },
    {
      handle: 'near',
      brand: 'alder',
      attributes: [['material', 'Linen']],
      vectors: [at(80), at(5)],
      skus: [
        {
          code: 'near-m',
          options: { size: 'M', color: 'green' },
          prices: { eu: 2_000 },
          stock: { berlin: 1 },
        },
        {
          code: 'near-l',
          options: { size: 'L', color: 'red' },
          prices: { eu: 9_000 },
          stock: { berlin: 7, paris: 2 },
        },
      ],
    },
    { handle: 'sold-out', vectors: [at(10)], skus: [{ code: 'sold-out-m', stock: { berlin: 0 } }] },
    {
      handle: 'late',
      vectors: [at(12)],
      skus: [{ code: 'late-m', stock: { berlin: 0 }, whenOut: 'backorder' }],
    },
    {
      handle: 'american',
      vectors: [at(15)],
      skus: [{ code: 'american-m', prices: { us: 3_000 }, stock: { newyork: 3 } }],
    },
    {
      handle: 'knit',
      category: 'tops/knits',
      vectors: [at(20)],
      skus: [{ code: 'knit-s', options: { size: 'S' } }],
    },
    {
      handle: 'uncounted',
      category: 'shoes',
      vectors: [at(30)],
      skus: [{ code: 'uncounted-1', stock: { berlin: null } }],
    },
    {
      handle: 'far',
      vectors: [at(60)],
      skus: [{ code: 'far-m', options: { size: 'm' }, prices: { eu: 15_000 } }],
    },
  ] as const;
  ids = {};
  for (const product of products) ids[product.handle] = await seedProduct(db, product);
}

const idOf = (handle: string): string => toGlobalId('Product', ids[handle] ?? 0);
const like = (...handles: string[]): { like: { product: string }[] } => ({
  like: handles.map((handle) => ({ product: idOf(handle) })),
});

describe('with an index that follows Postgres', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(seed, { imageHosts: ['images.example'] });
  });
  afterAll(() => gateway.close());

  const search = async (variables: Record<string, unknown>): Promise<z.infer<typeof page>['visualSearch']> =>
    (await gateway.read(page, SEARCH, variables)).visualSearch;
  const handles = async (variables: Record<string, unknown>): Promise<string[]> =>
    (await search(variables)).edges.map((edge) => edge.node.handle);

  test('answers what can be bought in the channel, most alike first, and not the product itself', async () => {
    const { edges, pageInfo, search: report } = await search({ query: like('query') });
    expect(edges.map((edge) => edge.node.handle)).toEqual(['near', 'knit', 'uncounted', 'far']);
    expect(edges[0]?.score).toBeCloseTo(Math.cos((5 * Math.PI) / 180), 5);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(report).toMatchObject({ strategy: 'EXACT', candidates: 4, dropped: 0, refills: 0, indexLagMs: 0 });
    expect(report.encoder).toBe('test-encoder@1.0.0');
  });

  test('shows the SKUs that pass, with their stock; uncounted stock has no quantity', async () => {
    const { edges } = await search({ query: like('query') });
    expect(edges[0]?.skus).toEqual([
      { code: 'near-m', availability: { sellable: true, quantity: 1 } },
      { code: 'near-l', availability: { sellable: true, quantity: 9 } },
    ]);
    expect(edges[2]?.skus).toEqual([
      { code: 'uncounted-1', availability: { sellable: true, quantity: null } },
    ]);
  });

  test.each([
    ['a parent category', { categories: ['tops'] }, ['near', 'knit', 'far']],
    ['one of several categories', { categories: ['tops/knits', 'shoes'] }, ['knit', 'uncounted']],
    ['an unknown category', { categories: ['hats'] }, []],
    ['a brand', { brands: ['alder'] }, ['near']],
    ['an attribute in any case', { attributes: [{ name: 'Material', values: ['LINEN', 'wool'] }] }, ['near']],
    ['an option in any case', { options: [{ name: 'size', values: ['m'] }] }, ['near', 'far']],
    ['a price range', { price: { min: '15', max: '25.00' } }, ['near']],
    ['a quantity', { quantity: 9 }, ['near', 'uncounted']],
    ['size and quantity of one SKU', { options: [{ name: 'size', values: ['M'] }], quantity: 2 }, ['far']],
    [
      'size and price of one SKU',
      { options: [{ name: 'size', values: ['M'] }], price: { min: '80' } },
      ['far'],
    ],
    [
      'size and color of one SKU',
      {
        options: [
          { name: 'size', values: ['M'] },
          { name: 'color', values: ['red'] },
        ],
      },
      [],
    ],
    [
      'what comes later too',
      { availability: 'SELLABLE_OR_BACKORDER' },
      ['near', 'late', 'knit', 'uncounted', 'far'],
    ],
    ['whatever the stock', { availability: 'ANY' }, ['near', 'sold-out', 'late', 'knit', 'uncounted', 'far']],
    [
      'category and option together',
      { categories: ['tops'], options: [{ name: 'size', values: ['S', 'M'] }] },
      ['near', 'knit', 'far'],
    ],
  ])('filters by %s', async (_, where, expected) => {
    expect(await handles({ query: like('query'), where })).toEqual(expected);
  });

  test('answers in the channel that the operation names', async () => {
    const { data, errors } = await gateway.ask(
      `query ($query: VisualQueryInput!) @inContext(channel: "us") {
        visualSearch(query: $query) { nodes { handle skus { price { currencyCode amount } availability { quantity sellable } } } } }`,
      { query: like('query') },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      visualSearch: {
        nodes: [
          {
            handle: 'american',
            skus: [
              {
                price: { currencyCode: 'USD', amount: '30.00' },
                availability: { quantity: null, sellable: true },
              },
            ],
          },
        ],
      },
    });
  });

  test('moves away from what it should be unlike, and weighs', async () => {
    const away = { ...like('near'), unlike: [{ product: idOf('query'), weight: 0.9 }] };
    expect((await handles({ query: away }))[0]).toBe('far');
    const heavy = {
      like: [
        { product: idOf('query'), weight: 1 },
        { product: idOf('far'), weight: 50 },
      ],
    };
    // Because of its other image.
    expect((await handles({ query: heavy }))[0]).toBe('near');
  });

  test('counts facets over the sellable matches', async () => {
    const { facets } = await search({ query: like('query') });
    const counts = Object.fromEntries(
      facets.map(({ name, buckets }) => [name, buckets.map(({ value, count }) => `${value} ${count}`)]),
    );
    expect(counts).toEqual({
      category: ['tops 3', 'tops/shirts 2', 'shoes 1', 'tops/knits 1'],
      brand: ['alder 1'],
      color: ['green 1', 'red 1'],
      size: ['S 1', 'M 2', 'L 1'],
      price: ['0.00..49.99 3', '50.00..99.99 1', '150.00..199.99 1'],
    });
  });

  test('Product.similar is the same search', async () => {
    const { data } = await gateway.ask(
      '{ product(handle: "query") { similar(first: 2) { nodes { handle } } } }',
    );
    expect(data).toEqual({ product: { similar: { nodes: [{ handle: 'near' }, { handle: 'knit' }] } } });
  });

  test('pages go on where the last one ended', async () => {
    const first = await search({ query: like('query'), first: 1 });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const next = await search({ query: like('query'), first: 2, after: first.pageInfo.endCursor });
    expect(next.edges.map((edge) => edge.node.handle)).toEqual(['knit', 'uncounted']);
    expect(next.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test('a change is found once it is followed', async () => {
    await setStock(gateway.db, 'sold-out-m', 3);
    await gateway.catchUp();
    expect(await handles({ query: like('query') })).toContain('sold-out');
    await setStock(gateway.db, 'sold-out-m', 0);
    await gateway.catchUp();
    expect(await handles({ query: like('query') })).not.toContain('sold-out');
  });

  test('the number of statements does not grow with the page', async () => {
    const document = `query ($query: VisualQueryInput!, $first: Int!) { visualSearch(query: $query, first: $first, where: { availability: ANY }) {
      nodes { handle brand { name } category { name } attributes { name } images { thumbhash } featuredImage { width }
        availability { level } priceRange { min { amount } } skus { code price { amount } image { width } product { title }
          availability { quantity locations { quantity location { name } } } } } } }`;
    const page = (first: number) =>
      statementsDuring(async () => {
        const { errors } = await gateway.ask(document, { query: like('query'), first });
        expect(errors).toEqual([]);
      });
    const statements = await page(6);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.length).toBeLessThan(14);
    expect((await page(1)).sort()).toEqual(statements.sort());
  });

  test('a search in every product of a list is too much; one in a few is not', async () => {
    const nested = (first: number): string =>
      `{ products(first: ${first}) { nodes { similar(first: 4) { nodes { id } } } } }`;
    expect((await gateway.ask(nested(3))).errors).toEqual([]);
    expect((await gateway.ask(nested(100))).errors[0]?.code).toBe('COST_EXCEEDED');
  });

  test('what a search shows of a product is what it was proven with, whatever is searched beside it', async () => {
    const beside = `query ($a: VisualQueryInput!, $b: VisualQueryInput!) {
      sellable: visualSearch(query: $a) { edges { node { handle availability { sellable } skus { availability { asOf } } } skus { availability { asOf } } } search { asOf } }
      any: visualSearch(query: $b, where: { availability: ANY }) { edges { node { handle skus { availability { asOf } } } } search { asOf } } }`;
    const snapshots = z.object({
      search: z.object({ asOf: z.string() }),
      edges: z.array(
        z.object({
          node: z.object({ skus: z.array(z.object({ availability: z.object({ asOf: z.string() }) })) }),
        }),
      ),
    });
    const { sellable, any } = await gateway.read(z.object({ sellable: snapshots, any: snapshots }), beside, {
      a: like('query'),
      b: like('far'),
    });
    for (const { search, edges } of [sellable, any]) {
      expect(edges.flatMap(({ node }) => node.skus.map((sku) => sku.availability.asOf))).toEqual(
        expect.arrayContaining([search.asOf]),
      );
      expect(new Set(edges.flatMap(({ node }) => node.skus.map((sku) => sku.availability.asOf)))).toEqual(
        new Set([search.asOf]),
      );
    }
  });

  test('upper and lower case are the same in any script, to index and Postgres alike', async () => {
    const where = { attributes: [{ name: 'material', values: ['ΚΑΣΜΗΡΟΣ'] }] };
    await gateway.db.query(
      "INSERT INTO product_attributes SELECT id, 'material', 'κασμηρος' FROM products WHERE handle = 'far'",
    );
    await gateway.catchUp();
    // Postgres decides by its locale, and the index never leaves out what Postgres would accept.
    const { data } = await gateway.ask(
      'query ($where: ProductFilter) { products(where: $where) { nodes { handle } } }',
      { where },
    );
    expect(data).toEqual({
      products: { nodes: (await handles({ query: like('query'), where })).map((handle) => ({ handle })) },
    });
    expect(
      await handles({
        query: like('query'),
        where: { attributes: [{ name: 'material', values: ['κασμηροΣ', 'κασμηρος'] }] },
      }),
    ).toEqual(['far']);
  });

  test.each([
    ['a handle', '{ product(handle: "a\\u0000b") { id } }'],
    ['a code', '{ sku(code: "a\\u0000b") { id } }'],
    ['codes', '{ skus(codes: ["a\\u0000b"]) { id } }'],
    ['a style', '{ visualSearch(query: { like: [{ style: "a\\u0000b" }] }) { nodes { id } } }'],
    ['a brand', '{ products(where: { brands: ["a\\u0000b"] }) { nodes { id } } }'],
    [
      'an option',
      '{ products(where: { options: [{ name: "a\\u0000b", values: ["x"] }] }) { nodes { id } } }',
    ],
    ['a text', '{ products(text: "a\\u0000b") { nodes { id } } }'],
    ['a channel', 'query @inContext(channel: "a\\u0000b") { channel { handle } }'],
  ])('refuses %s that Postgres cannot hold', async (_, document) => {
    expect((await gateway.ask(document)).errors).toEqual([
      { code: 'BAD_USER_INPUT', message: expect.stringMatching(/NUL|plain characters/) },
    ]);
  });

  test('an option that JavaScript objects have of their own is an option like any other', async () => {
    const { data } = await gateway.ask(
      '{ product(handle: "near") { skus(where: { options: [{ name: "constructor", values: ["x"] }] }) { code } } }',
    );
    expect(data).toEqual({ product: { skus: [] } });
  });

  test('a product whose images are not encoded yet has nothing like it, and harms no one beside it', async () => {
    await seedProduct(gateway.db, { handle: 'plain', skus: [{ code: 'plain' }] });
    const { data, errors } = await gateway.ask(
      '{ product(handle: "plain") { similar { nodes { id } search { candidates } facets { valueCount } } } }',
    );
    expect(errors).toEqual([]);
    const facets = Array<unknown>(5).fill({ valueCount: 0 });
    expect(data).toEqual({ product: { similar: { nodes: [], search: { candidates: 0 }, facets } } });
  });

  test.each([
    ['nothing to look like', { query: { like: [] } }, 'BAD_USER_INPUT', /like is empty/],
    [
      'two kinds in one reference',
      { query: { like: [{ product: 'x', style: 'y' }] } },
      'BAD_USER_INPUT',
      /exactly one/,
    ],
    [
      'an unknown product',
      { query: { like: [{ product: toGlobalId('Product', 99_999) }] } },
      'NOT_FOUND',
      /No product/,
    ],
    [
      'an id of another type',
      { query: { like: [{ product: toGlobalId('Sku', 1) }] } },
      'NOT_FOUND',
      /No product/,
    ],
    ['an unknown style', { query: { like: [{ style: 'baroque' }] } }, 'NOT_FOUND', /no style "baroque"/],
    [
      'an image with two sources',
      { query: { like: [{ image: { id: 'x', base64: 'eA==' } }] } },
      'BAD_USER_INPUT',
      /exactly one of id, url/,
    ],
    [
      'an unknown upload',
      { query: { like: [{ image: { id: toGlobalId('Upload', 'ab'.repeat(32)) } }] } },
      'IMAGE_NOT_FOUND',
      /POST \/images/,
    ],
    [
      'a URL of a host that is not allowed',
      { query: { like: [{ image: { url: 'https://169.254.169.254/x' } }] } },
      'BAD_USER_INPUT',
      /VITRINE_IMAGE_HOSTS/,
    ],
    [
      'a URL of another port of a host that is allowed',
      { query: { like: [{ image: { url: 'https://images.example:8443/x' } }] } },
      'BAD_USER_INPUT',
      /images\.example:8443.*VITRINE_IMAGE_HOSTS/,
    ],
    [
      'a URL that is not https',
      { query: { like: [{ image: { url: 'http://localhost/x' } }] } },
      'BAD_USER_INPUT',
      /not fetched/,
    ],
    [
      'bad base64',
      { query: { like: [{ image: { base64: 'data:image/png;base64,A*AA' } }] } },
      'BAD_USER_INPUT',
      /characters that base64 does not have/,
    ],
    [
      'a box without an image',
      { query: { like: [{ style: 'x', box: { x: 0, y: 0, width: 1, height: 1 } }] } },
      'BAD_USER_INPUT',
      /box needs an image/,
    ],
    ['a weight of 0', { query: { like: [{ style: 'x', weight: 0 }] } }, 'BAD_USER_INPUT', /above 0/],
    ['first of 0', { query: { like: [{ style: 'x' }] }, first: 0 }, 'BAD_USER_INPUT', /from 1 to 100/],
    [
      'first of 10,000',
      { query: { like: [{ style: 'x' }] }, first: 10_000 },
      /BAD_USER_INPUT|COST_EXCEEDED/,
      /smaller pages|from 1 to 100/,
    ],
    [
      'a price range upside down',
      { query: { like: [{ style: 'x' }] }, where: { price: { min: '9', max: '1' } } },
      'BAD_USER_INPUT',
      /price range is invalid/,
    ],
    [
      'a price that is no number',
      { query: { like: [{ style: 'x' }] }, where: { price: { min: 'cheap' } } },
      'BAD_USER_INPUT',
      /Decimal/,
    ],
    [
      'a quantity of 0',
      { query: { like: [{ style: 'x' }] }, where: { quantity: 0 } },
      'BAD_USER_INPUT',
      /quantity/,
    ],
  ])('refuses %s', async (_, variables, code, message) => {
    const { errors } = await gateway.ask(SEARCH, variables);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.code).toMatch(code);
    expect(errors[0]?.message).toMatch(message);
  });

  test('refuses weights that cancel out, and a weight that is no number', async () => {
    const both = { ...like('query'), unlike: like('query').like };
    expect((await gateway.ask(SEARCH, { query: both })).errors[0]?.message).toMatch(/cancel out/);
    const { errors } = await gateway.ask(
      '{ visualSearch(query: { like: [{ style: "x", weight: 1e999 }] }) { nodes { id } } }',
    );
    expect(errors[0]).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  // Failed on 2026-11-29: weights below a thousandth were told to cancel out.
  test.each([1e-3, 1e-320])('finds with a single weight of %p what it finds with 1', async (weight) => {
    const [reference] = like('query').like;
    const weighted = { like: [{ ...reference, weight }] };
    const found = async (query: object): Promise<unknown> =>
      (await search({ query })).edges.map(({ node, score }) => [node, score]);
    expect(await found(weighted)).toEqual(await found(like('query')));
  });

  test('refuses a cursor of another search, and one that is none', async () => {
    const { pageInfo } = await search({ query: like('query'), first: 1 });
    const after = pageInfo.endCursor;
    const forged = (key: number): string => {
      const [fingerprint, score] = z
        .array(z.unknown())
        .parse(JSON.parse(Buffer.from(after ?? '', 'base64url').toString()));
      return Buffer.from(JSON.stringify([fingerprint, score, key, 1])).toString('base64url');
    };
    const others = [
      { query: like('query'), after: forged(3_000_000_000) },
      { query: like('near'), after },
      { query: like('query'), where: { quantity: 2 }, after },
      { query: like('query'), after: `${after?.slice(0, -2)}xx` },
      { query: like('query'), after: 'nonsense' },
    ];
    for (const variables of others) {
      expect((await gateway.ask(SEARCH, variables)).errors[0]?.code).toBe('INVALID_CURSOR');
    }
  });

  test('refuses an unknown channel, and says which there are', async () => {
    const { errors } = await gateway.ask('query @inContext(channel: "mars") { channel { handle } }');
    expect(errors).toEqual([
      { code: 'UNKNOWN_CHANNEL', message: 'There is no channel "mars": use one of "eu", "us".' },
    ]);
  });
});

// Failed on 2026-11-29: a filter that nothing passes, and that the index does not know, made a search look at everything.
test('a page looks at 1,000 products, and the next one continues', async () => {
  const many = 1_100;
  const budgets = new MemoryBudgets({ anonymousRate: 1e6, keyRate: 1e6, burstSeconds: 1, now: () => 0 });
  const seed = async (db: Database): Promise<void> => {
    await seedMarkets(db);
    ids = { query: await seedProduct(db, { handle: 'query', vectors: [at(0)] }) };
    await db.query(
      `WITH product AS (
        INSERT INTO products (handle, title, category_id)
        SELECT 'p' || n, 'P', (SELECT min(id) FROM categories) FROM generate_series(1, $1) n RETURNING id
      ), image AS (
        INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
        SELECT id, 0, sha256(id::text::bytea), 'seed', 4, 5, '\\x00', '#808080' FROM product RETURNING sha256
      ), embedding AS (
        INSERT INTO embeddings (encoder_id, dimension, sha256, vector)
        SELECT encoders.id, dimension, sha256, $2 FROM encoders, image
      ), sku AS (
        INSERT INTO skus (product_id, code) SELECT id, 'p' || id FROM product RETURNING id
      ), price AS (
        INSERT INTO prices (price_list_id, sku_id, amount)
        SELECT price_lists.id, sku.id, 100 FROM sku, price_lists WHERE handle = 'eu'
      )
      INSERT INTO stock_levels (sku_id, location_id, on_hand)
      SELECT sku.id, stock_locations.id, 1 FROM sku, stock_locations WHERE handle = 'berlin'`,
      [many, Buffer.from(Float32Array.from(at(0)).buffer)],
    );
  };
  const gateway = await startTestGateway(seed, { budgets });
  try {
    const search = { query: like('query'), first: 10, where: { quantity: 2 } };
    const payer = {
      kind: 'client',
      id: networkOf('127.0.0.1'),
      pointsPerSecond: null,
      shopper: null,
      site: null,
    } as const;
    const before = budgets.available(payer);
    const first = (await gateway.read(page, SEARCH, search)).visualSearch;
    expect(first).toMatchObject({
      edges: [],
      search: { candidates: 1_000 },
      pageInfo: { hasNextPage: true },
    });
    // Failed on 2026-11-29: what it looked at was not paid for.
    expect(before - budgets.available(payer)).toBeGreaterThan(1_000);
    const after = first.pageInfo.endCursor;
    const second = (await gateway.read(page, SEARCH, { ...search, after })).visualSearch;
    expect(second).toMatchObject({
      edges: [],
      search: { candidates: many - 1_000 },
      pageInfo: { hasNextPage: false },
    });
  } finally {
    await gateway.close();
  }
});

describe('with an index that is as stale as can be', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(
      async (db) => {
        await seedMarkets(db);
        ids = { query: await seedProduct(db, { handle: 'query', vectors: [at(0)] }) };
        for (let i = 1; i <= 60; i += 1) {
          await seedProduct(db, { handle: `p${i}`, vectors: [at(i)], skus: [{ code: `p${i}` }] });
        }
      },
      { follows: false },
    );
  });
  afterAll(() => gateway.close());

  test('drops what was sold, refills the page, and says so', async () => {
    for (let i = 1; i <= 40; i += 1) await setStock(gateway.db, `p${i}`, 0);
    const { visualSearch } = await gateway.read(page, SEARCH, { query: like('query'), first: 10 });
    expect(visualSearch.edges.map((edge) => edge.node.handle)).toEqual(
      Array.from({ length: 10 }, (_, i) => `p${i + 41}`),
    );
    expect(visualSearch.search.dropped).toBe(40);
    expect(visualSearch.search.refills).toBeGreaterThan(0);
    expect(visualSearch.search.indexLagMs).toBeGreaterThan(0);
    expect(visualSearch.pageInfo.hasNextPage).toBe(true);
  });

  // Seen to fail (2026-11-30) when neither the search nor the queue for connections looks at the signal; one is enough.
  test('looks no further for a client that has left', async () => {
    for (let i = 1; i <= 40; i += 1) await setStock(gateway.db, `p${i}`, 0);
    const query = `query ($query: VisualQueryInput!) { visualSearch(query: $query, first: 10) { nodes { handle } } }`;
    const variables = { query: like('query') };
    const { index } = gateway.services;
    const search = index.search.bind(index);
    const asked = jest.spyOn(index, 'search');
    try {
      await gateway.read(z.unknown(), query, variables);
      const perSearch = asked.mock.calls.length;
      expect(perSearch).toBeGreaterThan(1);

      const leaving = new AbortController();
      const left = new Promise((resolve) => {
        gateway.http.server.once('connection', (socket) => socket.once('close', resolve));
      });
      asked.mockImplementationOnce(async (requests) => {
        leaving.abort();
        await left;
        return search(requests);
      });
      const url = (await gateway.listen()).replace('ws', 'http');
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query, variables });
      await expect(fetch(url, { method: 'POST', headers, body, signal: leaving.signal })).rejects.toThrow();
      // By the end of this one, the other would have looked further.
      await gateway.read(z.unknown(), query, variables);
      expect(asked).toHaveBeenCalledTimes(2 * perSearch + 1);
    } finally {
      asked.mockRestore();
    }
  });
});
