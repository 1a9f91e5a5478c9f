import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { colorEncoder, makeBoard, picture, writeBoard } from './support.js';

/** Mostly red, green, or blue, with a number: `red-3` is less red than `red-1`. */
const FAMILIES = { red: [1, 0, 0, 0], green: [0, 1, 0, 0], blue: [0, 0, 1, 0], back: [-1, 0, 0, 0] } as const;
const OF_EACH = 12;

let gateway: TestGateway;
let products: Record<string, string>;
let key: string;
beforeAll(async () => {
  products = {};
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      for (const [family, axis] of Object.entries(FAMILIES)) {
        for (let i = 1; i <= OF_EACH; i += 1) {
          const handle = `${family}-${i}`;
          const vectors = [axis.map((value, c) => value + (c === 3 ? i / 40 : 0))];
          products[handle] = toGlobalId(
            'Product',
            await seedProduct(db, { handle, vectors, skus: [{ code: handle }] }),
          );
        }
      }
    },
    { encoder: colorEncoder },
  );
  key = await seedApiKey(gateway.db, { scopes: READER });
});
afterAll(() => gateway.close());

const id = (handle: string): string => products[handle] ?? '';
const pin = (...handles: string[]) => handles.map((handle) => ({ product: id(handle) }));
const unpin = (...handles: string[]) => handles.map((handle) => ({ product: id(handle), positive: false }));

const connection = z.object({
  edges: z.array(z.object({ score: z.number(), node: z.object({ handle: z.string() }) })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
const FIELDS = `edges { score node { handle } } pageInfo { hasNextPage endCursor }`;
const IDEAS = `query ($id: ID!, $first: Int = 24, $after: String, $where: ProductFilter, $diversity: Float = 0.3) {
  board(id: $id) { ideas(first: $first, after: $after, where: $where, diversity: $diversity) { ${FIELDS} } }
}`;

const IDEAS_ANSWER = z.object({ board: z.object({ ideas: connection }) });

async function ideas(board: string, options: Record<string, unknown> = {}, secret = key) {
  return (await gateway.read(IDEAS_ANSWER, IDEAS, { id: board, ...options }, secret)).board.ideas;
}

async function search(query: object, options: Record<string, unknown> = {}) {
  const document = `query ($query: VisualQueryInput!, $first: Int = 24, $diversity: Float = 0) {
    visualSearch(query: $query, first: $first, diversity: $diversity) { ${FIELDS} }
  }`;
  const answer = z.object({ visualSearch: connection });
  return (await gateway.read(answer, document, { query, ...options }, key)).visualSearch;
}

async function refusal(query: object): Promise<{ code: string; message: string }> {
  const document = `query ($query: VisualQueryInput!) { visualSearch(query: $query) { ${FIELDS} } }`;
  const { errors } = await gateway.ask(document, { query }, key);
  return errors[0] ?? { code: 'none', message: '' };
}

const handlesOf = ({ edges }: z.infer<typeof connection>): string[] => edges.map(({ node }) => node.handle);
const families = (handles: readonly string[]): string[] =>
  [...new Set(handles.map((handle) => handle.split('-')[0] ?? ''))].sort();

/** All ideas, page by page; `between` runs before each page except the first. */
async function walk(
  board: string,
  options: Record<string, unknown>,
  between: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 1; ; page += 1) {
    const found = await ideas(board, { ...options, after });
    seen.push(...handlesOf(found));
    if (!found.pageInfo.hasNextPage) return seen;
    after = found.pageInfo.endCursor;
    await between(page);
  }
}

describe('ideas', () => {
  test('are like the pins, and never what is pinned', async () => {
    const board = await makeBoard(gateway, pin('red-1', 'red-3'), key);
    const found = handlesOf(await ideas(board, { first: 5, diversity: 0 }));
    expect(families(found)).toEqual(['red']);
    expect(found).not.toContain('red-1');
    expect(found).not.toContain('red-3');
  });

  test('of pins that lie apart are like one or another of them, not like their mean', async () => {
    // The mean of these is zero, and the mean of any two families is similar to neither.
    const board = await makeBoard(gateway, pin('red-1', 'back-1', 'green-1'), key);
    const found = await ideas(board, { first: 10, diversity: 0 });
    expect(families(handlesOf(found))).toEqual(['back', 'green', 'red']);
    for (const { score } of found.edges) expect(score).toBeGreaterThan(0.9);
  });

  test('of many pins that pull apart are useful, whatever their mean', async () => {
    const [board] = await Promise.all([makeBoard(gateway, [], key)]);
    // Two dozen shades of each of two opposite directions.
    const { rows } = await gateway.db.query<{ handle: string }>(`SELECT handle FROM products`);
    expect(rows.length).toBe(4 * OF_EACH);
    const pinned = Array.from({ length: 6 }, (_, i) => [`red-${i + 1}`, `back-${i + 1}`]).flat();
    for (const product of pin(...pinned)) await writeBoard(gateway, 'pinAdd', { board, ...product }, key);
    for (let n = 0; n < 36; n += 1) {
      const image = {
        base64: (await picture(6 * (n % 18), n % 2 ? 250 : 5, n % 2 ? 5 : 250)).toString('base64'),
      };
      await writeBoard(gateway, 'pinAdd', { board, image }, key);
    }
    const found = await ideas(board, { first: 30 });
    expect(found.edges).toHaveLength(30);
    expect(families(handlesOf(found))).toEqual(['back', 'blue', 'green', 'red']);
  });

  test('are nothing that a negative pin is as like', async () => {
    const board = await makeBoard(gateway, [...pin('red-1'), ...unpin('green-1', 'blue-1')], key);
    expect(families(await walk(board, { first: 7 }))).toEqual(['red']);
    await writeBoard(gateway, 'pinAdd', { board, product: id('red-12'), positive: false }, key);
    const left = await walk(board, { first: 7 });
    expect(left).toContain('red-2');
    expect(left).not.toContain('red-11');
  });

  test('leave out products that show a pinned image', async () => {
    const { rows } = await gateway.db.query<{ id: number }>(
      `SELECT image.id FROM product_images image JOIN products product ON product.id = image.product_id
       WHERE product.handle = 'green-1'`,
    );
    const bytes = await picture(0, 255, 0);
    const sha256 = await gateway.services.uploads.put(bytes);
    await gateway.db.query(`UPDATE product_images SET sha256 = decode($1, 'hex') WHERE id = $2`, [
      sha256,
      rows[0]?.id,
    ]);
    const board = await makeBoard(gateway, [{ image: { base64: bytes.toString('base64') } }], key);
    // The image of the product has a different vector now.
    await gateway.catchUp();
    const found = await walk(board, { first: 50 });
    expect(found).toContain('green-2');
    expect(found).not.toContain('green-1');
  });

  test('go on from pins that are sold out, and from those that are left when one leaves the catalog', async () => {
    const seed = { handle: 'leaving', vectors: [[0, 0, -1, 0]], skus: [{ code: 'leaving' }] };
    const leaving = toGlobalId('Product', await seedProduct(gateway.db, seed));
    const board = await makeBoard(gateway, [...pin('red-1'), { product: leaving }], key);
    await setStock(gateway.db, 'red-1', 0);
    await gateway.catchUp();
    const { edges, pageInfo } = await ideas(board, { first: 4, diversity: 0 });
    expect(families(handlesOf({ edges, pageInfo }))).toEqual(['red']);
    await gateway.db.query(`DELETE FROM products WHERE handle = 'leaving'`);
    await gateway.catchUp();
    const { errors } = await gateway.ask(IDEAS, { id: board, diversity: 0, after: pageInfo.endCursor }, key);
    expect(errors).toMatchObject([{ code: 'INVALID_CURSOR' }]);
    expect(families(handlesOf(await ideas(board, { first: 4, diversity: 0 })))).toEqual(['red']);
    await setStock(gateway.db, 'red-1', 5);
    await gateway.catchUp();
  });

  test('do without an upload that is lost; another encoder sees it anew while it is there', async () => {
    const [red, green] = [await picture(250, 2, 2), await picture(2, 250, 2)];
    const board = await makeBoard(
      gateway,
      [red, green].map((bytes) => ({ image: { base64: bytes.toString('base64') } })),
      key,
    );
    const [kept, lost] = await Promise.all([red, green].map((bytes) => gateway.services.uploads.put(bytes)));
    await gateway.db.query(`DELETE FROM embeddings WHERE encode(sha256, 'hex') IN ($1, $2)`, [kept, lost]);
    const beside = await startTestGateway(() => Promise.resolve(), {
      encoder: colorEncoder,
      beside: gateway,
    });
    try {
      await beside.services.uploads.put(red);
      const found = (await beside.read(IDEAS_ANSWER, IDEAS, { id: board, first: 5, diversity: 0 }, key))
        .board;
      expect(families(handlesOf(found.ideas))).toEqual(['red']);
    } finally {
      await beside.close();
    }
    const { rows } = await gateway.db.query(`SELECT FROM embeddings WHERE encode(sha256, 'hex') = $1`, [
      kept,
    ]);
    expect(rows).toHaveLength(1);
  });

  test('are none while there is nothing to look like', async () => {
    const empty = await makeBoard(gateway, [], key);
    expect(await ideas(empty)).toMatchObject({ edges: [], pageInfo: { hasNextPage: false } });
    const negative = await makeBoard(gateway, unpin('red-1'), key);
    expect((await ideas(negative)).edges).toEqual([]);
  });

  test('can be bought, page by page to their end, while stock is sold', async () => {
    const board = await makeBoard(gateway, pin('red-1', 'green-2'), key);
    for (const diversity of [0, 0.3, 1]) {
      const whole = await walk(board, { first: 50, diversity, where: { availability: 'ANY' } });
      const sold = new Set<string>();
      const seen = await walk(board, { first: 5, diversity }, async (page) => {
        for (const handle of [`red-${page + 2}`, `green-${page + 3}`, `blue-${page}`]) {
          await setStock(gateway.db, handle, 0);
          sold.add(handle);
        }
      });
      expect(new Set(seen).size).toBe(seen.length);
      const stayed = whole.filter((handle) => !sold.has(handle));
      expect(seen.filter((handle) => !sold.has(handle))).toEqual(stayed);
      for (const handle of sold) await setStock(gateway.db, handle, 5);
      await gateway.catchUp();
    }
  });

  test('go on only as long as the pins are the same', async () => {
    const board = await makeBoard(gateway, pin('red-1'), key);
    const { endCursor } = (await ideas(board, { first: 3 })).pageInfo;
    await writeBoard(gateway, 'pinAdd', { board, product: id('blue-1') }, key);
    const { errors } = await gateway.ask(IDEAS, { id: board, first: 3, after: endCursor }, key);
    expect(errors).toMatchObject([{ code: 'INVALID_CURSOR' }]);
  });

  test.each([-0.1, 1.1])('refuse a diversity of %d', async (diversity) => {
    const board = await makeBoard(gateway, pin('red-1'), key);
    const { errors } = await gateway.ask(IDEAS, { id: board, diversity }, key);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(/from 0/) }]);
  });
});

describe('a board as something to look like', () => {
  test('answers what its ideas are', async () => {
    const board = await makeBoard(gateway, [...pin('red-1', 'back-1'), ...unpin('green-1')], key);
    expect(handlesOf(await search({ like: [{ board }] }))).toEqual(
      handlesOf(await ideas(board, { diversity: 0 })),
    );
  });

  test('goes with other things to look like, each of its centers with all of them', async () => {
    const board = await makeBoard(gateway, pin('red-1', 'back-1'), key);
    const query = { like: [{ product: id('green-1') }, { board, weight: 0.5 }] };
    const found = handlesOf(await search(query, { first: 30 }));
    expect(found.slice(0, 8).every((handle) => handle.startsWith('green'))).toBe(true);
    expect(families(found.slice(OF_EACH - 1))).toEqual(expect.arrayContaining(['back', 'red']));
  });

  test('is something to be unlike', async () => {
    const board = await makeBoard(gateway, pin('green-1', 'green-2'), key);
    const query = { like: [{ product: id('red-1') }], unlike: [{ board }] };
    const found = handlesOf(await search(query, { first: 40 }));
    expect(families(found.slice(0, 2 * OF_EACH - 1))).toEqual(['blue', 'red']);
  });

  test('several share what a search can be asked by', async () => {
    const boards = await Promise.all([
      makeBoard(gateway, pin('red-1', 'red-2', 'back-1', 'back-2', 'back-3'), key),
      makeBoard(gateway, [...pin('green-1', 'blue-1'), ...unpin('red-12')], key),
    ]);
    const found = await search({ like: boards.map((board) => ({ board })) });
    expect(found.edges).toHaveLength(24);
  });

  test('is refused when it is empty, another’s, or not there, with the remedy', async () => {
    const empty = await makeBoard(gateway, [], key);
    expect(await refusal({ like: [{ board: empty }] })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/"Autumn".*pinAdd/),
    });
    const other = await makeBoard(gateway, pin('red-1'), await seedApiKey(gateway.db, { scopes: READER }));
    for (const board of [other, toGlobalId('Board', 'nonsense'), id('red-1'), ''])
      expect(await refusal({ like: [{ board }] })).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/API key/),
      });
    expect(await refusal({ like: [{ board: empty, product: id('red-1') }] })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/exactly one of image, product, board, and style/),
    });
  });

  test('is refused when the weights cancel it out', async () => {
    const board = await makeBoard(gateway, pin('red-1'), key);
    const query = { like: [{ board, weight: 2 }], unlike: [{ product: id('red-1'), weight: 2 }] };
    expect(await refusal(query)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/cancel out/),
    });
  });
});
