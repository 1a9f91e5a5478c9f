import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let product: string;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      const id = await seedProduct(db, {
        handle: 'shirt',
        vectors: [[1, 0, 0, 0]],
        skus: [{ code: 'SHIRT' }],
      });
      product = toGlobalId('Product', id);
    },
    { follows: false },
  );
});
afterAll(() => gateway.close());

async function lag(): Promise<number> {
  const { visualSearch } = await gateway.read(
    z.object({ visualSearch: z.object({ search: z.object({ indexLagMs: z.number() }) }) }),
    `query ($product: ID!) {
      visualSearch(query: { like: [{ product: $product }] }) { search { indexLagMs } }
    }`,
    { product },
  );
  return visualSearch.search.indexLagMs;
}

test('a search says how old the oldest change is that its index does not have', async () => {
  expect(await lag()).toBe(0);
  await setStock(gateway.db, 'SHIRT', 0);
  await gateway.db.query(`UPDATE product_changes SET changed_at = now() - interval '1 minute'`);
  await setStock(gateway.db, 'SHIRT', 5);
  expect(Math.floor((await lag()) / 60_000)).toBe(1);
  await gateway.catchUp();
  expect(await lag()).toBe(0);
});

test('a change that was not committed when the index was loaded counts, and later ones that were do not', async () => {
  const slow = await gateway.db.connect();
  try {
    await slow.query(
      `BEGIN; INSERT INTO product_changes (product_id, changed_at) VALUES (1, now() - interval '1 hour')`,
    );
    await setStock(gateway.db, 'SHIRT', 0);
    await gateway.catchUp();
    expect(await lag()).toBe(0);
    await slow.query('COMMIT');
    expect(Math.floor((await lag()) / 3_600_000)).toBe(1);
  } finally {
    slow.release();
  }
});

test('an age that no 32-bit number holds is the largest that one does', async () => {
  await gateway.db.query(
    `INSERT INTO product_changes (product_id, changed_at) VALUES (1, now() - interval '1 year')`,
  );
  await gateway.db.query("DELETE FROM product_changes WHERE changed_at > now() - interval '1 day'");
  expect(await lag()).toBe(2 ** 31 - 1);
});
