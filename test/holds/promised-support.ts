import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload, type HoldAnswer } from '../support/holds.js';

export const SPRING = '2027-03-01T00:00:00.000Z';

export let gateway: TestGateway;
export let key: string;
let skus: Record<string, string>;

/** Opens a gateway for the tests of one file, which start with the same stock. To be called once, outside of the tests. */
export function openPromised(): void {
  beforeAll(async () => {
    gateway = await startTestGateway(async (db) => {
      await seedMarkets(db);
      await db.query(
        `INSERT INTO channels (handle, name, price_list_id) SELECT 'nowhere', 'Nowhere', id FROM price_lists WHERE handle = 'eu'`,
      );
      await seedProduct(db, {
        handle: 'coat',
        vectors: [[1, 0, 0, 0]],
        skus: [
          // In stock, and beyond that backordered without limit.
          { code: 'BACK', options: { size: 'M' }, stock: { berlin: 2 }, whenOut: 'backorder' },
          // Not released; ten are promised.
          { code: 'PRE', options: { size: 'L' }, stock: { berlin: 0 }, whenOut: 'preorder' },
          { code: 'NO', options: { size: 'S' }, stock: { berlin: 1 } },
        ],
      });
      await seedProduct(db, {
        handle: 'boots',
        vectors: [[0, 1, 0, 0]],
        skus: [{ code: 'SOON', stock: {}, whenOut: 'preorder' }],
      });
    });
    key = await seedApiKey(gateway.db, { name: 'shop' });
    const { rows } = await gateway.db.query<{ id: number; code: string }>('SELECT id, code FROM skus');
    skus = Object.fromEntries(rows.map(({ id, code }) => [code, toGlobalId('Sku', id)]));
  });
  beforeEach(async () => {
    await gateway.db.query(`
      DELETE FROM holds;
      UPDATE stock_levels SET held = 0, guest_held = 0;
      UPDATE skus SET promised_held = 0, promised_guest_held = 0;
      UPDATE skus SET promised = 10, restock_at = '${SPRING}', when_out = 'preorder' WHERE code = 'PRE';
      UPDATE skus SET promised = NULL, when_out = 'preorder' WHERE code = 'SOON';
      UPDATE skus SET promised = NULL, when_out = 'backorder' WHERE code = 'BACK';
      DELETE FROM stock_levels WHERE location_id <> (SELECT id FROM stock_locations WHERE handle = 'berlin')`);
    await setStock(gateway.db, 'BACK', 2);
    await setStock(gateway.db, 'PRE', 0);
    await setStock(gateway.db, 'NO', 1);
  });
  afterAll(async () => {
    await expectNoDrift(gateway.db);
    await gateway.close();
  });
}

export const line = (code: string, quantity = 1, backorder: boolean | null = true): object => ({
  sku: skus[code],
  quantity,
  backorder,
});

export async function send(
  mutation: string,
  input: object,
  secret: string | undefined = key,
): Promise<HoldAnswer> {
  const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) ${HOLD_FIELDS} }`;
  return (await gateway.read(holdPayload, document, { input }, secret)).payload;
}

export const create = (...lines: object[]): Promise<HoldAnswer> => send('holdCreate', { lines });

export async function idOf(answer: Promise<HoldAnswer>): Promise<string> {
  const { hold, userErrors } = await answer;
  expect(userErrors).toEqual([]);
  return hold?.id ?? '';
}

const shown = z.object({
  sku: z.object({
    availability: z.object({
      sellable: z.boolean(),
      orderable: z.boolean(),
      level: z.string(),
      quantity: z.number().nullable(),
      promised: z.number().nullable(),
      restockAt: z.string().nullable(),
    }),
  }),
});
export const availability = async (code: string): Promise<z.infer<typeof shown>['sku']['availability']> =>
  (
    await gateway.read(
      shown,
      `query ($code: String!) { sku(code: $code) { availability { sellable orderable level quantity promised restockAt } } }`,
      { code },
    )
  ).sku.availability;
