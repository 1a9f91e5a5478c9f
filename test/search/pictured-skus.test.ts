import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const RED = { color: ['red'] };
const BLUE = { color: ['blue'] };

/** The index stays as it was, so that what is sold below is known to Postgres alone. */
let gateway: TestGateway;
let probe: string;
beforeEach(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      probe = toGlobalId(
        'Product',
        await seedProduct(db, { handle: 'probe', vectors: [[1, 0, 0, 0]], skus: [] }),
      );
      await seedProduct(db, {
        handle: 'coat',
        vectors: [
          [0, 1, 0, 0],
          [1, 0.1, 0, 0],
          [0.5, 0.5, 0, 0],
        ],
        shows: [BLUE, RED, { color: ['Blue'], size: ['S'] }],
        skus: [
          { code: 'COAT-BLUE', options: { color: 'blue', size: 'M' } },
          { code: 'COAT-RED', options: { color: 'red', size: 'M' } },
        ],
      });
      await seedProduct(db, {
        handle: 'cape',
        vectors: [[1, 0.2, 0, 0]],
        shows: [RED],
        skus: [
          { code: 'CAPE-GREEN', options: { color: 'green' } },
          { code: 'CAPE-RED', options: { color: 'red' } },
        ],
      });
      await seedProduct(db, {
        handle: 'hat',
        vectors: [[1, 0.3, 0, 0]],
        skus: [
          { code: 'HAT-GREEN', options: { color: 'green' } },
          { code: 'HAT-RED', options: { color: 'red' } },
        ],
      });
    },
    { follows: false },
  );
});
afterEach(() => gateway.close());

const answer = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        score: z.number(),
        node: z.object({ handle: z.string() }),
        image: z.object({ id: z.string() }),
        skus: z.array(z.object({ code: z.string() })),
      }),
    ),
    search: z.object({ dropped: z.number() }),
  }),
});

async function search(where: Record<string, unknown> = {}) {
  const { visualSearch } = await gateway.read(
    answer,
    `query ($product: ID!, $where: ProductFilter) { visualSearch(query: { like: [{ product: $product }] }, where: $where) {
      edges { score node { handle } image { id } skus { code } } search { dropped } } }`,
    { product: probe, where },
  );
  const { rows } = await gateway.db.query<{ id: number; position: number }>(
    'SELECT id, position FROM product_images',
  );
  const positions = new Map(rows.map(({ id, position }) => [toGlobalId('Image', id), position]));
  return visualSearch.edges.map(({ score, node, image, skus }) => ({
    handle: node.handle,
    picture: positions.get(image.id),
    skus: skus.map(({ code }) => code),
    score,
  }));
}

const found = (edges: Awaited<ReturnType<typeof search>>) => edges.map(({ score: _score, ...edge }) => edge);

describe('the picture of a match', () => {
  test('is the one that matched, and its SKUs come first', async () => {
    expect(found(await search())).toEqual([
      { handle: 'coat', picture: 1, skus: ['COAT-RED', 'COAT-BLUE'] },
      { handle: 'cape', picture: 0, skus: ['CAPE-RED', 'CAPE-GREEN'] },
      { handle: 'hat', picture: 0, skus: ['HAT-GREEN', 'HAT-RED'] },
    ]);
  });

  test('never shows what is sold out: it is another one of the product, or the product is left out', async () => {
    const before = await search();
    for (const code of ['COAT-RED', 'CAPE-RED', 'HAT-RED']) await setStock(gateway.db, code, 0);
    const after = await search();
    expect(found(after)).toEqual([
      { handle: 'coat', picture: 0, skus: ['COAT-BLUE'] },
      // Of the green cape there is no picture.
      { handle: 'hat', picture: 0, skus: ['HAT-GREEN'] },
    ]);
    // Its place and score are those of the picture that matched.
    expect(after[0]?.score).toBe(before[0]?.score);
    // With stock out of the question, the red ones are shown again.
    expect(found(await search({ availability: 'ANY' }))).toEqual(found(before));
  });

  test('shows what passes the filter, in every option that it shows', async () => {
    expect(found(await search({ options: [{ name: 'color', values: ['BLUE'] }] }))).toEqual([
      { handle: 'coat', picture: 0, skus: ['COAT-BLUE'] },
    ]);
    expect(found(await search({ options: [{ name: 'color', values: ['green'] }] }))).toEqual([
      { handle: 'hat', picture: 0, skus: ['HAT-GREEN'] },
    ]);
  });
});

test('once the index has followed, a product stands where the picture of what can be bought does', async () => {
  const { score } = (await search())[0] ?? {};
  expect(score).toBeCloseTo(1 / Math.hypot(1, 0.1));
  await setStock(gateway.db, 'COAT-RED', 0);
  await gateway.catchUp();
  const after = await search();
  expect(after).toMatchObject([
    { handle: 'cape', picture: 0 },
    { handle: 'hat', picture: 0 },
    { handle: 'coat', picture: 0, skus: ['COAT-BLUE'] },
  ]);
  expect(after[2]?.score).toBeCloseTo(0);
  // The picture of a size that nobody sells is never the one that matched.
  expect(await search({ availability: 'ANY' })).toMatchObject([
    { handle: 'coat', picture: 1, score },
    { handle: 'cape' },
    { handle: 'hat' },
  ]);
  await setStock(gateway.db, 'COAT-RED', 3);
  await gateway.catchUp();
  expect((await search())[0]).toMatchObject({ handle: 'coat', picture: 1, score });
});

test('a change of what an image shows reaches the index', async () => {
  await gateway.db.query(`UPDATE product_images SET shows = '{"color": ["green"]}' WHERE id IN
    (SELECT image.id FROM product_images image JOIN products ON products.id = product_id WHERE handle = 'cape')`);
  await gateway.catchUp();
  const green = { options: [{ name: 'color', values: ['green'] }] };
  expect(found(await search(green))).toEqual([
    { handle: 'cape', picture: 0, skus: ['CAPE-GREEN'] },
    { handle: 'hat', picture: 0, skus: ['HAT-GREEN'] },
  ]);
});

test('the image of an SKU is the first that shows it', async () => {
  const { product } = await gateway.read(
    z.object({
      product: z.object({
        images: z.array(z.object({ id: z.string() })),
        skus: z.array(z.object({ code: z.string(), image: z.object({ id: z.string() }).nullable() })),
      }),
    }),
    '{ product(handle: "coat") { images { id } skus { code image { id } } } }',
  );
  const ids = product.images.map(({ id }) => id);
  expect(product.skus.map(({ code, image }) => [code, image && ids.indexOf(image.id)])).toEqual([
    ['COAT-BLUE', 0],
    ['COAT-RED', 1],
  ]);
  const { product: cape } = await gateway.read(
    z.object({ product: z.object({ skus: z.array(z.object({ image: z.object({}).nullable() })) }) }),
    '{ product(handle: "cape") { skus { image { id } } } }',
  );
  expect(cape.skus.map(({ image }) => image === null)).toEqual([true, false]);
});
