import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const LIST = `query ($sort: ProductSort!, $after: String) {
  products(first: 2, sort: $sort, after: $after, where: { availability: SELLABLE }) {
    nodes { handle } pageInfo { hasNextPage endCursor }
  }
}`;
const page = z.object({
  products: z.object({
    nodes: z.array(z.object({ handle: z.string() })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, { handle: 'cheap', skus: [{ code: 'cheap', prices: { eu: 500 } }] });
    await seedProduct(db, { handle: 'dear', skus: [{ code: 'dear', prices: { eu: 2_000 } }] });
    await seedProduct(db, { handle: 'dearer', skus: [{ code: 'dearer', prices: { eu: 3_000 } }] });
    await db.query(`
      INSERT INTO products (handle, title, category_id)
        SELECT 'sold-out-' || n, 'Sold out', category.id FROM generate_series(1, 2500) n, categories category
        WHERE category.handle = 'shoes';
      INSERT INTO skus (product_id, code) SELECT id, handle FROM products WHERE handle LIKE 'sold-out-%';
      INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, skus.id, 1000
        FROM price_lists, skus WHERE price_lists.handle = 'eu' AND code LIKE 'sold-out-%'`);
  });
});
afterAll(() => gateway.close());

// Before, one page read on until it was full (2026-11-30): 8 s for 40,000 products of which none had as much stock as asked
// for, so that twenty clients with one request each kept all others from the database.
test.each([
  ['PRICE_ASC', [['cheap'], [], ['dear', 'dearer']]],
  ['PRICE_DESC', [['dearer', 'dear'], [], ['cheap']]],
])(
  'sorted by %s, a page looks at a thousand prices, and the next one goes on from there',
  async (sort, expected) => {
    const pages: string[][] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo }: z.infer<typeof page>['products'] = (
        await gateway.read(page, LIST, { sort, after })
      ).products;
      pages.push(nodes.map(({ handle }) => handle));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(pages).toEqual(expected);
  },
);
