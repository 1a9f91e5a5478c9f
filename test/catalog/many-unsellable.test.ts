import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const LIST = `query ($after: String) {
  products(first: 2, after: $after) { nodes { handle } pageInfo { hasNextPage endCursor } }
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
    const seed = (handle: string) => seedProduct(db, { handle, skus: [{ code: handle }] });
    // The thousandth and the oldest of a row without offers, and others around it.
    for (const handle of ['old-1', 'old-2', 'old-3', 'thousandth', 'new']) await seed(handle);
    await db.query(`
      INSERT INTO products (handle, title, category_id, created_at)
        SELECT 'empty-' || n, 'Empty', category.id, '2026-01-01'::timestamptz - n * interval '1 minute'
        FROM generate_series(1, 2500) n, categories category WHERE category.handle = 'shoes';
      UPDATE products SET created_at = CASE handle WHEN 'new' THEN '2026-01-02'::timestamptz
          WHEN 'thousandth' THEN '2026-01-01'::timestamptz - 998.5 * interval '1 minute'
          ELSE '2025-01-01'::timestamptz - right(handle, 1)::int * interval '1 minute' END
        WHERE handle NOT LIKE 'empty-%'`);
  });
});
afterAll(() => gateway.close());

// Before, one page read on until it was full (2026-11-28): 500 ms after 3,500 products without offers.
test('a page looks at a thousand products, and the next one goes on from there', async () => {
  const pages: string[][] = [];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: z.infer<typeof page>['products'] = (await gateway.read(page, LIST, { after }))
      .products;
    pages.push(nodes.map(({ handle }) => handle));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(pages).toEqual([['new', 'thousandth'], [], ['old-1', 'old-2'], ['old-3']]);
});
