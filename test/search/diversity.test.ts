import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { generator, unit } from '../vector-index/contract.js';

/** Several windows of 120. */
const PRODUCTS = 300;
const FIRST = 30;

let gateway: TestGateway;
/** By handle. */
let vectors: Map<string, Float32Array>;
let query: string;
let anchor: Float32Array;
beforeAll(async () => {
  vectors = new Map();
  const random = generator(31);
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    anchor = stored(unit(random, 4));
    query = toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [[...anchor]] }));
    for (let i = 0; i < PRODUCTS; i += 1) {
      const handle = `p${i}`;
      // Every third product is a colorway of the one before.
      const before = vectors.get(`p${i - 1}`);
      const vector = i % 3 === 2 && before !== undefined ? before : stored(unit(random, 4));
      vectors.set(handle, vector);
      await seedProduct(db, { handle, vectors: [[...vector]], skus: [{ code: handle }] });
    }
  });
});
afterAll(() => gateway.close());

/** Rounded exactly as it is stored and queried, so that equal scores are equal. */
function stored(vector: Float32Array): Float32Array {
  let last = vector;
  for (;;) {
    const length = Math.hypot(...last);
    const next = last.map((x) => x / length);
    if (next.every((x, i) => x === last[i])) return next;
    last = next;
  }
}

const answer = z.object({
  visualSearch: z.object({
    nodes: z.array(z.object({ handle: z.string() })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    search: z.object({ candidates: z.number(), dropped: z.number() }),
    facets: z.array(z.object({ name: z.string(), buckets: z.array(z.object({ count: z.number() })) })),
  }),
});
const SEARCH = `query ($query: VisualQueryInput!, $where: ProductFilter, $first: Int, $after: String, $diversity: Float) {
  visualSearch(query: $query, where: $where, first: $first, after: $after, diversity: $diversity) {
    nodes { handle } pageInfo { hasNextPage endCursor } search { candidates dropped } facets { name buckets { count } }
  }
}`;

async function search(diversity: number, options: Record<string, unknown> = {}) {
  const variables = { query: { like: [{ product: query }] }, first: FIRST, diversity, ...options };
  return (await gateway.read(answer, SEARCH, variables)).visualSearch;
}

async function walk(
  diversity: number,
  options: Record<string, unknown> = {},
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof search>> = await search(diversity, { ...options, after });
    seen.push(...page.nodes.map(({ handle }) => handle));
    if (!page.pageInfo.hasNextPage) return seen;
    expect(page.nodes).toHaveLength(Number(options['first'] ?? FIRST));
    after = page.pageInfo.endCursor;
    await between();
  }
}

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const vectorOf = (handle: string): Float32Array => vectors.get(handle) ?? new Float32Array(4);

/** Whether three of the 23 results before it are near-copies of a product. */
const crowds = (handle: string, before: readonly string[]): boolean =>
  before.slice(-23).filter((other) => cosine(vectorOf(handle), vectorOf(other)) >= 0.96).length >= 3;

/** Maximal marginal relevance as the literature defines it, of what does not crowd the results, as long as there is some. */
function model(ranking: readonly string[], diversity: number): string[] {
  const left = [...ranking];
  const chosen: string[] = [];
  while (left.length > 0) {
    const free = left.filter((handle) => !crowds(handle, chosen));
    const some = free.length > 0 ? free : left;
    const values = some.map((handle) => {
      const likeness = chosen.map((other) => cosine(vectorOf(handle), vectorOf(other)));
      return (
        (1 - diversity) * Math.fround(cosine(anchor, vectorOf(handle))) -
        diversity * Math.max(...likeness, ...(chosen.length ? [] : [0]))
      );
    });
    const best = values.reduce((top, value, i) => (value > (values[top] ?? 0) ? i : top), 0);
    const next = some[best] ?? '';
    chosen.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return chosen;
}

describe('diversity', () => {
  test('of 0 is the plain ranking', async () => {
    const { nodes } = await search(0);
    const expected = [...vectors.keys()].sort(
      (a, b) => cosine(anchor, vectorOf(b)) - cosine(anchor, vectorOf(a)),
    );
    expect(nodes.map(({ handle }) => cosine(anchor, vectorOf(handle)))).toEqual(
      expected.slice(0, FIRST).map((handle) => expect.closeTo(cosine(anchor, vectorOf(handle)), 5)),
    );
  });

  test.each([0.2, 0.5, 1])('of %d is maximal marginal relevance, window by window', async (diversity) => {
    const plain = await walk(0, { first: 100 });
    expect(plain).toHaveLength(PRODUCTS);
    const expected = [0, 120, 240].flatMap((from) => model(plain.slice(from, from + 120), diversity));
    expect(await walk(diversity, { first: 100 })).toEqual(expected);
  });

  test('keeps colorways apart', async () => {
    const alike = async (diversity: number): Promise<number> => {
      const handles = (await search(diversity)).nodes.map(({ handle }) => handle);
      return handles.filter((a, i) =>
        handles.some((b, j) => j < i && cosine(vectorOf(a), vectorOf(b)) > 0.9999),
      ).length;
    };
    expect(await alike(0)).toBeGreaterThan(5);
    expect(await alike(0.8)).toBeLessThan((await alike(0)) / 2);
  });

  test('pages hold still while products sell and come back', async () => {
    const random = generator(32);
    const shuffled = async (share: number): Promise<void> => {
      await gateway.db.query(
        `UPDATE stock_levels SET on_hand = CASE WHEN sku_id = ANY($1::integer[]) THEN 0 ELSE 5 END`,
        [Array.from({ length: PRODUCTS }, (_, i) => i + 1).filter(() => random() < share)],
      );
    };
    const whole = await walk(0.4, { first: 100, where: { availability: 'ANY' } });
    for (const first of [11, 40]) {
      const sold = new Set<string>();
      const note = async (): Promise<void> => {
        await shuffled(0.3);
        const { rows } = await gateway.db.query<{ code: string }>(
          `SELECT code FROM skus JOIN stock_levels ON sku_id = id WHERE on_hand = 0`,
        );
        for (const { code } of rows) sold.add(code);
        await gateway.catchUp();
      };
      await note();
      const seen = await walk(0.4, { first }, note);
      expect(new Set(seen).size).toBe(seen.length);
      // Never out of order, and it misses nothing that was there all the time.
      const places = seen.map((handle) => whole.indexOf(handle));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(whole.filter((handle) => !sold.has(handle) && !seen.includes(handle))).toEqual([]);
      await shuffled(0);
      await gateway.catchUp();
    }
  });

  test('finds the few that are left far down, and drops none that the index knows to be sold', async () => {
    const plain = await walk(0, { first: 100 });
    const left = [50, 200, 299].map((i) => plain[i] ?? '');
    await gateway.db.query(
      `UPDATE stock_levels SET on_hand = 0 FROM skus WHERE skus.id = sku_id AND code <> ALL($1)`,
      [left],
    );
    await gateway.catchUp();
    const { nodes, search: report, facets } = await search(0.3);
    expect(nodes.map(({ handle }) => handle)).toEqual(left);
    expect(report.dropped).toBe(0);
    expect(facets.find(({ name }) => name === 'category')?.buckets).toEqual([{ count: 3 }, { count: 3 }]);
    await gateway.db.query(`UPDATE stock_levels SET on_hand = 5`);
    await gateway.catchUp();
  });

  test('however low keeps the near-copies of a seller from crowding a page, and loses none', async () => {
    const random = generator(33);
    const copies = Array.from({ length: 40 }, (_, i) => `copy${i}`);
    for (const handle of copies) {
      const noise = unit(random, 4);
      const vector = stored(anchor.map((x, i) => x + 0.05 * (noise[i] ?? 0)));
      vectors.set(handle, vector);
      await seedProduct(gateway.db, { handle, vectors: [[...vector]], skus: [{ code: handle }] });
    }
    await gateway.catchUp();
    const isCopy = (handle: string): boolean => copies.includes(handle);
    const taken = async (diversity: number): Promise<number> =>
      (await search(diversity, { first: 24 })).nodes.filter(({ handle }) => isCopy(handle)).length;
    expect(await taken(0)).toBeGreaterThan(20);
    expect(await taken(0.01)).toBeLessThanOrEqual(3);
    const seen = await walk(0.01, { first: 24 });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(PRODUCTS + copies.length);
    await gateway.db.query(`DELETE FROM products WHERE handle = ANY($1)`, [copies]);
    for (const handle of copies) vectors.delete(handle);
    await gateway.catchUp();
  });

  test('has cursors of its own', async () => {
    const { endCursor } = (await search(0.3)).pageInfo;
    for (const diversity of [0, 0.4]) {
      const variables = { query: { like: [{ product: query }] }, first: FIRST, diversity, after: endCursor };
      expect((await gateway.ask(SEARCH, variables)).errors).toMatchObject([{ code: 'INVALID_CURSOR' }]);
    }
  });

  test('goes on where its product left the catalog', async () => {
    const whole = await walk(0.3, { first: 100 });
    const page = await search(0.3, { first: 10 });
    const last = page.nodes.at(-1)?.handle;
    await gateway.db.query(`DELETE FROM products WHERE handle = $1`, [last]);
    await gateway.catchUp();
    const next = await search(0.3, { first: 20, after: page.pageInfo.endCursor });
    const seen = page.nodes.map(({ handle }) => handle);
    for (const { handle } of next.nodes) expect(seen).not.toContain(handle);
    expect(next.nodes).toHaveLength(20);
    expect(whole).toEqual(expect.arrayContaining(next.nodes.map(({ handle }) => handle)));
  });
});
