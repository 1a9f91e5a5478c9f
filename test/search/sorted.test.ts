import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { checkProductFilter } from '../../src/catalog/product-filter.js';
import { sortedRanking } from '../../src/search/order/sorted.js';
import type { Ranking } from '../../src/search/prove-page.js';
import { VisualSearchSort } from '../../src/search/visual-search-sort.types.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const at = (degrees: number): number[] => {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle), 0, 0];
};

const handleOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

let gateway: TestGateway;
let like: { product: string }[];
const keys: number[] = [];
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    like = [{ product: toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [at(0)] })) }];
    for (const [title, angle, eu] of [
      ['Navy dress', 80, 5_000],
      ['Long navy dress', 85, 4_000],
      ['White dress', 90, 1_000],
      ['Navy coat', 10, 2_000],
    ] as const)
      keys.push(
        await seedProduct(db, {
          handle: handleOf(title),
          title,
          vectors: [at(angle)],
          skus: [{ code: title, prices: { eu } }],
        }),
      );
  });
});
afterAll(() => gateway.close());

const answer = z.object({
  visualSearch: z.object({
    nodes: z.array(z.object({ handle: z.string() })),
    totalCount: z.object({ count: z.number() }),
  }),
});
const SEARCH = `query ($query: VisualQueryInput!, $minScore: Float, $sort: VisualSearchSort) {
  visualSearch(query: $query, minScore: $minScore, sort: $sort) { nodes { handle } totalCount { count } } }`;

async function search(query: object, minScore?: number): Promise<string[]> {
  const variables = { query, minScore, sort: 'PRICE_ASC' };
  const { nodes, totalCount } = (await gateway.read(answer, SEARCH, variables)).visualSearch;
  expect(totalCount.count).toBe(nodes.length);
  return nodes.map(({ handle }) => handle);
}

// Failed on 2026-11-29: the cheapest product with any of the words came first.
describe('sorted by price, a search by words', () => {
  test('has the products with all of them, and counts those', async () => {
    expect(await search({ like: [], text: 'navy dress' })).toEqual(['long-navy-dress', 'navy-dress']);
  });

  test('beside an image, has what reaches minScore too', async () => {
    expect(await search({ like, text: 'navy dress' }, 0.9)).toEqual([
      'navy-coat',
      'long-navy-dress',
      'navy-dress',
    ]);
  });
});

test('a ranking that ends a page early is asked for the rest', async () => {
  const { loaders } = gateway.services;
  const channel = await loaders.channels.find(null);
  const found = keys.map((productId, rank) => ({ productId, imageId: 0, score: 1 - rank / 10 }));
  const pages = [found.slice(0, 1), [], found.slice(1)];
  const ranking: Ranking = {
    propose(_, __, after) {
      const rank = after?.rank ?? 0;
      const matches = pages[rank] ?? [];
      const exhausted = rank === pages.length - 1;
      const reached = { score: 0, productId: 0, rank: rank + 1 };
      return Promise.resolve({ matches, exhausted, strategy: 'EXACT', ...(!exhausted && { reached }) });
    },
  };
  const sort = VisualSearchSort.PRICE_DESC;
  const sorted = sortedRanking(gateway.db, ranking, {
    sort,
    channel,
    condition: checkProductFilter(null, channel.currencyCode),
  });
  const { matches, exhausted } = await sorted.propose(
    { clauses: [], ranges: [], excludeProducts: [] },
    10,
    null,
  );
  expect(matches.map(({ productId }) => keys.indexOf(productId))).toEqual([0, 1, 3, 2]);
  expect(exhausted).toBe(true);
});
