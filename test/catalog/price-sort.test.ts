import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { nameOfStatement } from '../support/statements.js';

const SKUS = 600;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, { handle: 'wall' });
    await db.query(`
      INSERT INTO skus (product_id, code) SELECT id, 'MANY-' || n FROM products, generate_series(1, ${SKUS}) n;
      INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, skus.id, 1000
        FROM price_lists, skus WHERE price_lists.handle = 'eu' AND code LIKE 'MANY-%';
      INSERT INTO stock_levels (sku_id, location_id, on_hand)
        SELECT skus.id, stock_locations.id, CASE WHEN substr(code, 6)::int <= ${SKUS / 2} THEN 0 ELSE 5 END
        FROM skus, stock_locations WHERE stock_locations.handle = 'berlin' AND code LIKE 'MANY-%'`);
    await db.query('ANALYZE');
  });
});
afterAll(() => gateway.close());

const sent = z.object({ text: z.string(), values: z.array(z.unknown()) });
const plan = z
  .tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: z.record(z.string(), z.unknown()) })]) })])
  .transform(([row]) => z.number().parse(row['QUERY PLAN'][0].Plan['Shared Hit Blocks']));

// Failed on 2026-11-29: each SKU in stock looked at all that are sold out at the same price.
test.each(['PRICE_ASC', 'PRICE_DESC'])(
  '%s looks at the SKUs of a product once, however many of them are sold out',
  async (sort) => {
    const spy = jest.spyOn(Client.prototype, 'query');
    const { data } = await gateway.ask(`{ products(first: 10, sort: ${sort}) { nodes { handle } } }`);
    const statements = spy.mock.calls.flatMap(([statement]) => sent.safeParse(statement).data ?? []);
    spy.mockRestore();
    expect(data).toEqual({ products: { nodes: [{ handle: 'wall' }] } });
    const own = statements.find(({ text }) => nameOfStatement(text) === 'product.price');
    const { rows } = await gateway.db.query(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${own?.text ?? ''}`,
      own?.values,
    );
    expect(plan.parse(rows)).toBeLessThan(40 * SKUS);
  },
);
