import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, type ProductSeed } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

/** The first number is common to all garments, the second and third are types, and the fourth is the style. */
const PRODUCTS: readonly (Pick<ProductSeed, 'attributes'> & { handle: string; vector: readonly number[] })[] =
  [
    { handle: 'jacket', vector: [3, 1, 0, 0] },
    { handle: 'plain-jacket', vector: [3, 1, 0, 0.1] },
    { handle: 'old-jacket', vector: [3, 1, 0, 0.8] },
    { handle: 'old-shoe', vector: [3, 0, 1, 0.8], attributes: [['style', 'Vintage']] },
    { handle: 'older-shoe', vector: [3, 0, 1, 1], attributes: [['style', 'vintage']] },
    { handle: 'plain-shoe', vector: [3, 0, 1, 0] },
    { handle: 'new-shoe', vector: [3, 0, 1, -0.8], attributes: [['style', 'modern']] },
  ];

let gateway: TestGateway;
let jacket: string;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    for (const { handle, vector, ...seed } of PRODUCTS) {
      const id = await seedProduct(db, { handle, vectors: [vector], skus: [{ code: handle }], ...seed });
      if (handle === 'jacket') jacket = toGlobalId('Product', id);
    }
  });
});
afterAll(() => gateway.close());

async function search(like: readonly object[], after: string | null = null) {
  const document = `query ($query: VisualQueryInput!, $after: String) {
    visualSearch(query: $query, after: $after, first: 3) { nodes { handle } pageInfo { endCursor } }
  }`;
  return gateway.ask(document, { query: { like }, after });
}

async function handles(like: readonly object[]): Promise<string[]> {
  const { data, errors } = await search(like);
  expect(errors).toEqual([]);
  const shape = z.object({ visualSearch: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) });
  return shape.parse(data).visualSearch.nodes.map(({ handle }) => handle);
}

test('this jacket, but more vintage: still jackets, the vintage one first', async () => {
  expect((await handles([{ product: jacket }]))[0]).toBe('plain-jacket');
  const more = await handles([{ product: jacket }, { style: 'VINTAGE', weight: 0.2 }]);
  expect(more.slice(0, 2)).toEqual(['old-jacket', 'plain-jacket']);
});

test('a style without exemplars is refused, and those that there are are named', async () => {
  const { errors } = await search([{ product: jacket }, { style: 'baroque' }]);
  expect(errors).toMatchObject([
    { code: 'NOT_FOUND', message: expect.stringMatching(/use one of vintage, modern\./) },
  ]);
});

test('a style whose products are not encoded yet is refused, and so is one less itself', async () => {
  await seedProduct(gateway.db, { handle: 'unseen', attributes: [['style', 'unseen']] });
  expect((await search([{ style: 'Unseen' }])).errors).toMatchObject([
    { code: 'NOT_FOUND', message: expect.stringMatching(/has an encoded image yet/) },
  ]);
  await gateway.db.query(`DELETE FROM products WHERE handle = 'unseen'`);
  const document = `query ($query: VisualQueryInput!) { visualSearch(query: $query) { nodes { handle } } }`;
  const query = { like: [{ style: 'vintage', weight: 2 }], unlike: [{ style: 'vintage', weight: 2 }] };
  expect((await gateway.ask(document, { query })).errors).toMatchObject([
    { code: 'BAD_USER_INPUT', message: expect.stringMatching(/cancel out.*change a weight/) },
  ]);
});

test('a style is what its exemplars are at this moment', async () => {
  const before = await search([{ style: 'modern' }]);
  await gateway.db.query(`INSERT INTO product_attributes
    SELECT id, 'style', 'modern' FROM products WHERE handle IN ('jacket', 'plain-jacket')`);
  const after = z.object({ visualSearch: z.object({ pageInfo: z.object({ endCursor: z.string() }) }) });
  const { endCursor } = after.parse(before.data).visualSearch.pageInfo;
  expect((await search([{ style: 'modern' }], endCursor)).errors).toMatchObject([{ code: 'INVALID_CURSOR' }]);
  await gateway.db.query(`DELETE FROM product_attributes WHERE value = 'modern'`);
  expect((await search([{ style: 'modern' }])).errors).toMatchObject([
    { code: 'NOT_FOUND', message: expect.stringMatching(/use one of vintage\./) },
  ]);
});
