import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const ANGLES = [10, 20, 30, 40, 80, 170];
const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
const at = (degrees: number): number[] => [cosine(degrees), Math.sin((degrees * Math.PI) / 180), 0, 0];

let gateway: TestGateway;
let probe: string;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    probe = toGlobalId('Product', await seedProduct(db, { handle: 'probe', vectors: [at(0)] }));
    for (const angle of ANGLES)
      await seedProduct(db, {
        handle: `p${angle}`,
        title: angle === 80 ? 'Linen' : 'Wool',
        vectors: [at(angle)],
        skus: [{ code: `P${angle}` }],
      });
  });
});
afterAll(() => gateway.close());

const connection = z.object({
  edges: z.array(z.object({ score: z.number(), node: z.object({ handle: z.string() }) })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  facets: z.array(
    z.object({ name: z.string(), buckets: z.array(z.object({ value: z.string(), count: z.number() })) }),
  ),
});

const SEARCH = `query ($query: VisualQueryInput!, $minScore: Float, $first: Int = 24, $after: String, $diversity: Float) {
  found: visualSearch(query: $query, minScore: $minScore, first: $first, after: $after, diversity: $diversity) {
    edges { score node { handle } } pageInfo { hasNextPage endCursor } facets { name buckets { value count } } } }`;

async function search(variables: Record<string, unknown>, text?: string) {
  const query = { like: [{ product: probe }], ...(text !== undefined && { text }) };
  const { found } = await gateway.read(z.object({ found: connection }), SEARCH, { query, ...variables });
  return { ...found, handles: found.edges.map(({ node }) => node.handle) };
}

describe('minScore', () => {
  test('ends the list, its pages, and its facets where likeness ends', async () => {
    const { handles, pageInfo, facets } = await search({ minScore: cosine(35) });
    expect(handles).toEqual(['p10', 'p20', 'p30']);
    expect(pageInfo.hasNextPage).toBe(false);
    expect(facets.find(({ name }) => name === 'category')?.buckets[0]?.count).toBe(3);
    const first = await search({ minScore: cosine(35), first: 2 });
    expect([first.handles, first.pageInfo.hasNextPage]).toEqual([['p10', 'p20'], true]);
    const second = await search({ minScore: cosine(35), first: 2, after: first.pageInfo.endCursor });
    expect([second.handles, second.pageInfo.hasNextPage]).toEqual([['p30'], false]);
  });

  test('leaves out nothing when it is null or the lowest score there is', async () => {
    const all = ANGLES.map((angle) => `p${angle}`);
    expect((await search({})).handles).toEqual(all);
    expect((await search({ minScore: -1 })).handles).toEqual(all);
    expect((await search({ minScore: 1 })).handles).toEqual([]);
  });

  test('with diversity, leaves out the same', async () => {
    const { handles, pageInfo } = await search({ minScore: cosine(35), diversity: 0.9 });
    expect([...handles].sort()).toEqual(['p10', 'p20', 'p30']);
    expect(pageInfo.hasNextPage).toBe(false);
  });

  test('with words, keeps what they find', async () => {
    const { handles } = await search({ minScore: cosine(25) }, 'linen');
    expect([...handles].sort()).toEqual(['p10', 'p20', 'p80']);
  });

  test('is for similar products too, and is a likeness in the weights of the query', async () => {
    const { product } = await gateway.read(
      z.object({
        product: z.object({ similar: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) }),
      }),
      'query ($id: ID!, $minScore: Float) { product(id: $id) { similar(minScore: $minScore) { nodes { handle } } } }',
      { id: toGlobalId('Product', 2), minScore: cosine(15) },
    );
    expect(product.similar.nodes.map(({ handle }) => handle)).toEqual(['p20']);
    const shown = (await search({ minScore: 0.5 })).edges.map(({ score }) => score);
    expect(shown.every((score) => score >= 0.5)).toBe(true);
  });

  test.each([1.1, -2])('of %s is refused', async (minScore) => {
    const { errors } = await gateway.ask(SEARCH, { query: { like: [{ product: probe }] }, minScore });
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: `minScore is ${minScore}: it must be from -1 to 1.` },
    ]);
  });
});
