import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { randomOf } from '../support/random.js';
import { makeBoard } from './support.js';

/** Two windows of 120, and some more. */
const PRODUCTS = 260;
const COLORS = ['navy', 'burgundy', 'sage', 'mustard', 'charcoal'];

let gateway: TestGateway;
let board: string;
beforeAll(async () => {
  const pins: { product: string; positive?: boolean }[] = [];
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      for (const [handle, vector] of Object.entries({
        left: [1, 0, 0, 0],
        right: [0, 1, 0, 0],
        far: [0, 0, 1, 0],
      }))
        pins.push({
          product: toGlobalId(
            'Product',
            await seedProduct(db, { handle, vectors: [vector], skus: [{ code: handle }] }),
          ),
          positive: handle !== 'far',
        });
      for (let i = 0; i < PRODUCTS; i += 1) {
        const angle = (i / PRODUCTS) * (Math.PI / 2);
        await seedProduct(db, {
          handle: `p${i}`,
          title: `Alma dress, ${COLORS[i % 5] ?? ''}`,
          vectors: [[Math.cos(angle), Math.sin(angle), i % 7 === 0 ? 1.5 : 0, (i % 3) / 10]],
          skus: [{ code: `p${i}` }],
        });
      }
    },
    { calibration: { weights: [-2, 1, 5], calibrationError: 0.01, products: 100 } },
  );
  board = await makeBoard(gateway, pins);
});
afterAll(() => gateway.close());

const SEARCH = /* GraphQL */ `
  query ($query: VisualQueryInput!, $where: ProductFilter, $first: Int, $after: String, $diversity: Float) {
    visualSearch(query: $query, where: $where, first: $first, after: $after, diversity: $diversity) {
      edges {
        score
        probability
        node {
          handle
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const answer = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        score: z.number(),
        probability: z.number(),
        node: z.object({ handle: z.string(), title: z.string() }),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const like = (text: string | null) => ({ like: [{ board }], ...(text !== null && { text }) });

async function search(text: string | null, diversity: number, options: Record<string, unknown> = {}) {
  const variables = { query: like(text), diversity, first: 100, ...options };
  return (await gateway.read(answer, SEARCH, variables)).visualSearch;
}

async function walk(
  text: string,
  diversity: number,
  options: Record<string, unknown>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof search>> = await search(text, diversity, { ...options, after });
    seen.push(...page.edges.map(({ node }) => node.handle));
    if (!page.pageInfo.hasNextPage) return seen;
    after = page.pageInfo.endCursor;
    await between();
  }
}

describe('a board, words and diversity in one search', () => {
  test('find what looks like one of the pins and has the words', async () => {
    for (const diversity of [0, 0.2]) {
      const { edges } = await search('navy', diversity, { first: 12 });
      expect(edges).toHaveLength(12);
      expect(edges.filter(({ node }) => node.title.endsWith('navy')).length).toBeGreaterThan(8);
    }
  });

  test.each([0, 0.4])(
    'hold still while products sell and come back, with a diversity of %d',
    async (diversity) => {
      const random = randomOf(41);
      const whole = await walk('navy', diversity, { where: { availability: 'ANY' } });
      expect(new Set(whole).size).toBe(whole.length);
      const sold = new Set<string>();
      const sell = async (): Promise<void> => {
        const some = Array.from({ length: PRODUCTS }, (_, i) => `p${i}`).filter(() => random() < 0.3);
        for (const code of some) sold.add(code);
        await gateway.db.query(
          `UPDATE stock_levels SET on_hand = CASE WHEN code = ANY($1) THEN 0 ELSE 5 END FROM skus WHERE skus.id = sku_id`,
          [some],
        );
        await gateway.catchUp();
      };
      await sell();
      const seen = await walk('navy', diversity, { first: 17 }, sell);
      const places = seen.map((handle) => whole.indexOf(handle));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(new Set(seen).size).toBe(seen.length);
      expect(whole.filter((handle) => !sold.has(handle) && !seen.includes(handle))).toEqual([]);
      await gateway.db.query(`UPDATE stock_levels SET on_hand = 5`);
      await gateway.catchUp();
    },
  );

  test('have cursors of their own', async () => {
    const { endCursor } = (await search('navy', 0.4, { first: 5 })).pageInfo;
    for (const [text, diversity] of [
      ['navy', 0],
      ['navy', 0.3],
      ['sage', 0.4],
      [null, 0.4],
    ] as const) {
      const variables = { query: like(text), diversity, first: 5, after: endCursor };
      expect((await gateway.ask(SEARCH, variables)).errors).toMatchObject([{ code: 'INVALID_CURSOR' }]);
    }
  });

  test('tell likeness and probability as the plain search does, whatever the order', async () => {
    const plain = new Map((await search(null, 0)).edges.map((edge) => [edge.node.handle, edge]));
    for (const [text, diversity] of [
      [null, 0.5],
      ['sage', 0],
      ['sage', 0.5],
    ] as const) {
      const { edges } = await search(text, diversity);
      const both = edges.flatMap((edge) => {
        const other = plain.get(edge.node.handle);
        return other === undefined ? [] : [{ edge, other }];
      });
      expect(both.length).toBeGreaterThan(20);
      for (const { edge, other } of both) {
        expect(edge.score).toBeCloseTo(other.score, 6);
        expect(edge.probability).toBeCloseTo(other.probability, 6);
      }
    }
  });
});
