import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';
import { toGlobalId } from 'graphql-relay';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { nameOfStatement } from '../support/statements.js';

const STORES = 200;
const SKUS = 100;
/** Each SKU has a unit in so many of them. */
const STOCKED = 10;
/** More than there are, so that all SKUs are looked at. */
const QUANTITY = STOCKED + 1;
/** How often a statement may read the locations of the channel, whatever the number of SKUs. */
const READS = 3;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    for (const [position, handle] of ['wall', 'like-it'].entries())
      await seedProduct(db, { handle, vectors: [[1, position, 0, 0]] });
    await db.query(`
      INSERT INTO stock_locations (handle, name, country_code) SELECT 'store-' || n, 'Store', 'DE'
        FROM generate_series(1, ${STORES}) n;
      INSERT INTO channel_locations (channel_id, location_id) SELECT channels.id, stock_locations.id
        FROM channels, stock_locations WHERE channels.handle = 'eu' AND stock_locations.handle LIKE 'store-%';
      INSERT INTO skus (product_id, code) SELECT id, handle || n FROM products, generate_series(1, ${SKUS}) n;
      INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, skus.id, 1000
        FROM price_lists, skus WHERE price_lists.handle = 'eu'
        ON CONFLICT DO NOTHING;
      INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT skus.id, stock_locations.id, 1
        FROM skus, stock_locations WHERE stock_locations.handle IN (SELECT 'store-' || n FROM generate_series(1, ${STOCKED}) n)`);
    await db.query('ANALYZE');
  });
  await gateway.catchUp();
});
afterAll(() => gateway.close());

const sent = z.object({ text: z.string(), values: z.array(z.unknown()) });
const node = z.object({
  'Relation Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  get Plans() {
    return z.array(node).optional();
  },
});
type Node = z.infer<typeof node>;
const answer = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })]);

const rowsOf = (relation: string, plan: Node): number =>
  (plan['Relation Name'] === relation ? plan['Actual Rows'] * plan['Actual Loops'] : 0) +
  (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(relation, part), 0);

// Failed on 2026-11-29: the locations of the channel were read and hashed for each SKU, in a shop with 200 stores.
test.each([
  [
    'a search with a quantity and facets',
    ['search.prove', 'facets.countThese'],
    `query ($id: ID!) { visualSearch(query: { like: [{ product: $id }] }, where: { quantity: ${QUANTITY} }, first: 5) {
      nodes { id } facets(by: [{ kind: PRICE }]) { name } } }`,
  ],
  ['a list', ['product.newest'], `{ products(first: 5, where: { quantity: ${QUANTITY} }) { nodes { id } } }`],
])(
  '%s reads the locations of the channel a few times, however many SKUs there are',
  async (_what, names, document) => {
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM products WHERE handle = 'wall'`);
    const spy = jest.spyOn(Client.prototype, 'query');
    const { errors } = await gateway.ask(document, { id: toGlobalId('Product', rows[0]?.id ?? 0) });
    const statements = spy.mock.calls.flatMap(([statement]) => sent.safeParse(statement).data ?? []);
    spy.mockRestore();
    expect(errors).toEqual([]);
    for (const name of names) {
      const own = statements.find(({ text }) => nameOfStatement(text) === name);
      const { rows: plans } = await gateway.db.query(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${own?.text ?? ''}`,
        own?.values,
      );
      const [
        {
          'QUERY PLAN': [{ Plan: plan }],
        },
      ] = answer.parse(plans);
      expect(rowsOf('stock_levels', plan)).toBeGreaterThan(SKUS);
      expect(rowsOf('channel_locations', plan)).toBeLessThanOrEqual(READS * STORES);
    }
  },
);
