import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openWrittenCatalog, type WrittenCatalog } from './support.js';

let catalog: WrittenCatalog;
beforeAll(async () => {
  catalog = await openWrittenCatalog();
});
afterAll(() => catalog.gateway.close());
beforeEach(() => catalog.reset());

describe('products that are upserted at once', () => {
  // Failed without lockProducts (2026-11-24): products had the SKUs of several calls.
  test('are as one of the calls says, whole', async () => {
    const handles = Array.from({ length: 20 }, (_, index) => `both-${index}`);
    // Their own rows do not change after this; such a change would serialize the calls.
    await catalog.upsert(handles.map((handle) => ({ handle, title: 'Both' })));
    const call = (version: string): Promise<{ userErrors: unknown[] }> => {
      const mixed = [...handles].sort(() => Math.random() - 0.5).slice(0, 15);
      return catalog.upsert(
        mixed.map((handle) => ({
          handle,
          images: [{ url: `https://shop.example/${version}.jpg` }],
          skus: [{ code: `${handle}-${version}` }, { code: `${handle}-${version}-too` }],
        })),
      );
    };
    for (let round = 0; round < 5; round += 1) {
      const calls = Array.from({ length: 6 }, (_, index) => call(`v${round}-${index}`));
      const answers = await Promise.all(calls);
      expect(answers.flatMap(({ userErrors: errors }) => errors)).toEqual([]);
      const torn =
        await catalog.rows(`SELECT handle, array_agg(DISTINCT code ORDER BY code) AS codes, array_agg(DISTINCT link) AS links
        FROM products product JOIN skus ON skus.product_id = product.id
        LEFT JOIN image_jobs job ON job.product_id = product.id
        WHERE handle LIKE 'both-%' GROUP BY 1
        HAVING count(DISTINCT code) <> 2 OR array_agg(DISTINCT link)
          <> ARRAY['https://shop.example/' || substr(min(code), length(handle) + 2) || '.jpg']`);
      expect(torn).toEqual([]);
    }
  });

  // Failed without product.lockNew (2026-11-24): the second call removed what the first had set.
  test('keep what the other call says of a product that is new', async () => {
    for (let round = 0; round < 10; round += 1) {
      const handle = `new-${round}`;
      await Promise.all([
        catalog.upsert([{ handle, title: 'New', description: 'Warm.' }]),
        catalog.upsert([{ handle, title: 'New', brand: 'Acme' }]),
      ]);
      expect(
        await catalog.rows(
          `SELECT description, brand_id IS NOT NULL AS branded FROM products WHERE handle = '${handle}'`,
        ),
      ).toEqual([{ description: 'Warm.', branded: true }]);
    }
  });

  // Failed when upsertSkus moved SKUs of another product (2026-11-24): all three calls succeeded.
  test('do not take SKUs from one another', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        ['one', 'two', 'three'].map((handle) =>
          catalog.upsert([
            { handle: `${handle}-${round}`, title: handle, skus: [{ code: `contested-${round}` }] },
          ]),
        ),
      );
      expect(answers.filter(({ userErrors: errors }) => errors.length === 0)).toHaveLength(1);
      expect(
        await catalog.rows(`SELECT count(*)::int AS written FROM products WHERE handle LIKE '%-${round}'`),
      ).toEqual([{ written: 1 }]);
    }
  });
});
