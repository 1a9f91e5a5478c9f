import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { randomOf } from '../support/random.js';
import { statementsDuring } from '../support/statements.js';

const SEARCH = /* GraphQL */ `
  query Search($query: VisualQueryInput!, $where: ProductFilter, $first: Int = 100, $after: String) {
    visualSearch(query: $query, where: $where, first: $first, after: $after) {
      edges {
        cursor
        score
        node {
          handle
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
const answer = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({ cursor: z.string(), score: z.number(), node: z.object({ handle: z.string() }) }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    search: z.object({ dropped: z.number() }),
  }),
});

/** A garment whose likeness to the query decreases with the angle (degrees). */
const at = (angle: number): number[] => [
  Math.cos((angle * Math.PI) / 180),
  Math.sin((angle * Math.PI) / 180),
  0,
  0,
];

const COLORS = ['navy', 'burgundy', 'sage', 'mustard', 'charcoal'];
const GARMENTS = ['dress', 'jacket', 'sweater'];
const PRODUCTS = 90;
const name = (i: number): string => `${COLORS[i % 5] ?? ''}-${GARMENTS[i % 3] ?? ''}-${i}`;

const LIST = `query ($text: String!, $after: String) {
  products(text: $text, sort: RELEVANCE, first: 2, after: $after) { nodes { handle } pageInfo { endCursor } }
}`;
const listed = z.object({
  products: z.object({
    nodes: z.array(z.object({ handle: z.string() })),
    pageInfo: z.object({ endCursor: z.string().nullable() }),
  }),
});

let gateway: TestGateway;
let query: string;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    query = toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [at(0)] }));
    for (let i = 0; i < PRODUCTS; i += 1) {
      await seedProduct(db, {
        handle: name(i),
        title: `Alma ${GARMENTS[i % 3] ?? ''}, ${COLORS[i % 5] ?? ''}`,
        brand: i % 2 === 0 ? 'alder' : 'birch',
        vectors: [at(1 + i / 2)],
        skus: [{ code: `sku-${i}`, options: { size: i % 4 === 0 ? 'S' : 'M' } }],
      });
    }
  });
});
afterAll(() => gateway.close());

const like = (text?: string) => ({ like: [{ product: query }], ...(text === undefined ? {} : { text }) });

async function search(variables: Record<string, unknown>): Promise<z.infer<typeof answer>['visualSearch']> {
  return (await gateway.read(answer, SEARCH, variables)).visualSearch;
}
const handles = ({ edges }: z.infer<typeof answer>['visualSearch']): string[] =>
  edges.map(({ node }) => node.handle);

describe('words and likeness together', () => {
  test('what has both comes first, and everything else follows', async () => {
    const found = await search({ query: like('in navy') });
    expect(handles(found)).toHaveLength(PRODUCTS);
    expect(handles(found).slice(0, 3)).toEqual(['navy-dress-0', 'navy-sweater-5', 'navy-jacket-10']);
    expect(found.edges[0]?.score).toBeCloseTo(Math.cos(Math.PI / 180), 5);
  });

  test('more of the words count more', async () => {
    expect(handles(await search({ query: { like: [], text: 'sweater in mustard' } })).slice(0, 6)).toEqual(
      [8, 23, 38, 53, 68, 83].map(name),
    );
  });

  // On 2026-11-30, the only gray T-shirt came sixteenth beside the picture of one.
  test('what has all the words comes before what looks more alike and has some', async () => {
    expect(handles(await search({ query: like('mustard sweater') })).slice(0, 6)).toEqual(
      [8, 23, 38, 53, 68, 83].map(name),
    );
  });

  test.each([
    ['burgndy', 'burgundy'],
    ['burgundyy', 'burgundy'],
    ['Mustrad', 'mustard'],
    ['chacoal sweter', 'charcoal'],
    ['navvy', 'navy'],
  ])('%s is mended', async (text, color) => {
    const found = handles(await search({ query: { like: [], text } }));
    expect(found[0]).toContain(color);
    const listed = await gateway.read(
      z.object({ products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) }),
      'query ($text: String!) { products(text: $text, sort: RELEVANCE, first: 5) { nodes { handle } } }',
      { text },
    );
    expect(listed.products.nodes[0]?.handle).toContain(color);
  });

  test('the first five words that no product has are mended, on the first page and on the next', async () => {
    const list = async (text: string, after: string | null = null) =>
      (await gateway.read(listed, LIST, { text, after })).products;
    const five = 'chacoal sweter chrcoal swater charcol';
    const page = await list(`alma ${five}`);
    expect(page.nodes[0]?.handle).toMatch(/^charcoal-sweater/);
    expect((await list(`alma ${five}`, page.pageInfo.endCursor)).nodes[0]?.handle).toMatch(
      /^charcoal-sweater/,
    );
    // Both words are remembered by now, and still only five words are mended.
    expect((await list('sweeter chaarcoal')).nodes[0]?.handle).toMatch(/^charcoal-sweater/);
    for (const text of [`${five} sweeter`, `sweeter chaarcoal ${five}`]) {
      expect((await list(text)).nodes).toEqual([]);
    }
  });

  test('a word that was just looked up is not looked up again, mended or not', async () => {
    const ask = () =>
      gateway.ask('query ($text: String!) { products(text: $text, first: 1) { nodes { handle } } }', {
        text: 'burgunndy qqqqzzzz',
      });
    expect(await statementsDuring(ask)).toContain('text.near');
    expect(await statementsDuring(ask)).not.toContain('text.near');
  });

  test('words that match nothing leave the visual order', async () => {
    const plain = handles(await search({ query: like() }));
    expect(handles(await search({ query: like('zzzzqqqq') }))).toEqual(plain);
    expect(handles(await search({ query: like('the of in') }))).toEqual(plain);
    expect(handles(await search({ query: { like: [], text: 'zzzzqqqq' } }))).toEqual([]);
  });

  test('words alone need no image; without either there is an error', async () => {
    const found = await search({ query: { like: [], text: 'burgundy' } });
    expect(found.edges).toHaveLength(PRODUCTS / 5);
    expect(found.edges.every(({ score }) => score === 0)).toBe(true);
    for (const nothing of [{ like: [] }, { like: [], text: '  ' }]) {
      expect((await gateway.ask(SEARCH, { query: nothing })).errors).toEqual([
        { code: 'BAD_USER_INPUT', message: expect.stringMatching(/^like is empty: .* or give text/) },
      ]);
    }
  });

  test('with a filter and something to be unlike', async () => {
    const far = await gateway.db.query<{ id: number }>(
      `SELECT id FROM products WHERE handle = '${name(80)}'`,
    );
    const found = handles(
      await search({
        query: {
          ...like('navy'),
          unlike: [{ product: toGlobalId('Product', far.rows[0]?.id ?? 0), weight: 0.2 }],
        },
        where: { brands: ['alder'], options: [{ name: 'size', values: ['S'] }] },
      }),
    );
    expect(found[0]).toBe('navy-dress-0');
    expect([...found].sort()).toEqual(
      Array.from({ length: PRODUCTS }, (_, i) => i)
        .filter((i) => i % 4 === 0 && i !== 80)
        .map(name)
        .sort(),
    );
  });
});

describe('bad input', () => {
  test.each(['x'.repeat(10_000), 'a\0b'])('%.20j is refused with a remedy', async (text) => {
    const error = [
      { code: 'BAD_USER_INPUT', message: expect.stringMatching(/at most 200 plain characters/) },
    ];
    expect((await gateway.ask(SEARCH, { query: like(text) })).errors).toEqual(error);
    expect((await gateway.ask(SEARCH, { query: { like: [], text } })).errors).toEqual(error);
  });

  test.each([
    "navy'; DROP TABLE products; --",
    'navy & | ! ( ) <-> :* \\',
    "'navy':A | !'dress'",
    '$1 %s ${navy}',
    '"navy',
    'a '.repeat(99),
    '👗 navy ﷽',
  ])('%j is words like any other', async (text) => {
    expect((await search({ query: like(text) })).edges).toHaveLength(PRODUCTS);
    expect(
      (await gateway.ask('query ($text: String!) { products(text: $text) { nodes { id } } }', { text }))
        .errors,
    ).toEqual([]);
  });

  test('a cursor belongs to its words', async () => {
    const { pageInfo } = await search({ query: like('navy'), first: 5 });
    expect((await gateway.ask(SEARCH, { query: like('sage'), after: pageInfo.endCursor })).errors).toEqual([
      { code: 'INVALID_CURSOR', message: expect.any(String) },
    ]);
  });
});

// Failed when the order depended on what is in stock, with `filter` instead of `lasting` (2026-11-24).
test.each([1, 2, 3])(
  'pages go on without gap or duplicate while products sell and come back, seed %i',
  async (seed) => {
    const next = randomOf(seed);
    const inStock = new Set(Array.from({ length: PRODUCTS }, (_, i) => i));
    const always = new Set(inStock);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await search({ query: like('navy dress'), first: 7, after });
      seen.push(...handles(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
      for (let change = 0; change < 8; change += 1) {
        const i = Math.floor(next() * PRODUCTS);
        if (inStock.delete(i)) always.delete(i);
        else inStock.add(i);
        await setStock(gateway.db, `sku-${i}`, inStock.has(i) ? 5 : 0);
      }
      await gateway.catchUp();
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect([...always].map(name).filter((handle) => !seen.includes(handle))).toEqual([]);
    for (let i = 0; i < PRODUCTS; i += 1) await setStock(gateway.db, `sku-${i}`, 5);
    await gateway.catchUp();
  },
);

// Failed on 2026-11-29: the page and its counts each ranked for themselves. The best matches, which are more, are proven too.
test('a page, its facets, and its total are ranked once', async () => {
  const statements = await statementsDuring(async () => {
    const { data, errors } = await gateway.ask(
      `query ($query: VisualQueryInput!) { visualSearch(query: $query, first: 5) {
        edges { score } totalCount { count precision } facets { name buckets { count } } } }`,
      { query: { like: [], text: 'navy' } },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ visualSearch: { totalCount: { count: 18, precision: 'EXACT' } } });
  });
  const count = (name: string): number => statements.filter((each) => each === name).length;
  expect([count('text.rank'), count('search.prove'), count('facets.countThese')]).toEqual([1, 1, 1]);
});
