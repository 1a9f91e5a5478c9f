import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { MAX_ENTRIES } from '../../src/mutation/entries.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { STOCK_ADJUST, STOCK_SET, writeStock, type StockAnswer } from './support.js';

let gateway: TestGateway;
let secret: string;

beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, {
      handle: 'shirt',
      skus: [
        { code: 'S', stock: {} },
        { code: 'M', stock: {} },
        { code: 'L', stock: {} },
        { code: 'us', prices: { us: 100 }, stock: {} },
      ],
    });
    await db.query(`
      INSERT INTO skus (product_id, code) SELECT products.id, 'many-' || n FROM products, generate_series(1, 250) AS n`);
    secret = await seedApiKey(db, { name: 'warehouse' });
  });
});
afterAll(() => gateway.close());

beforeEach(() =>
  gateway.db.query(`
    DELETE FROM stock_levels;
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
    SELECT sku.id, location.id, level.on_hand
    FROM (VALUES ('S', 'berlin', 5), ('M', 'berlin', 7), ('L', 'berlin', NULL)) AS level (code, handle, on_hand)
    JOIN skus sku USING (code) JOIN stock_locations location USING (handle)`),
);

const write = (document: string, input: object): Promise<StockAnswer> =>
  writeStock(gateway, document, input, secret);
const set = (...entries: object[]): Promise<StockAnswer> => write(STOCK_SET, { entries });
const adjust = (...entries: object[]): Promise<StockAnswer> => write(STOCK_ADJUST, { entries });

/** Quantities on hand, by SKU and location. */
async function onHand(): Promise<Record<string, number | null>> {
  const { rows } = await gateway.db.query<{ level: string; on_hand: number | null }>(
    `SELECT code || ' ' || handle AS level, on_hand
     FROM stock_levels JOIN skus ON skus.id = sku_id JOIN stock_locations ON stock_locations.id = location_id`,
  );
  return Object.fromEntries(rows.map((row) => [row.level, row.on_hand]));
}
const SEEDED = { 'S berlin': 5, 'M berlin': 7, 'L berlin': null };

const berlin = (sku: string, quantity: object): object => ({ sku, location: 'berlin', ...quantity });

describe('who may', () => {
  test.each([
    [
      'nobody without a key',
      async () => undefined,
      'UNAUTHENTICATED',
      /npx vitrine keys create.*Authorization/,
    ],
    [
      'no key without the scope',
      () => seedApiKey(gateway.db, { scopes: READER }),
      'FORBIDDEN',
      /stock:write/,
    ],
  ])('%s', async (_who, key, code, message) => {
    const { data, errors } = await gateway.ask(
      STOCK_SET,
      { input: { entries: [berlin('S', { onHand: 1 })] } },
      await key(),
    );
    expect(data).toEqual({ write: null });
    expect(errors).toEqual([{ code, message: expect.stringMatching(message) }]);
    expect(await onHand()).toEqual(SEEDED);
  });
});

describe('stockSet', () => {
  test('sets what is on hand and what is kept back, and answers both in the order of the entries', async () => {
    const { levels, userErrors } = await set(
      berlin('M', { onHand: 0 }),
      { sku: 'S', location: 'newyork', onHand: 3, safetyStock: 1 },
      berlin('S', { safetyStock: 9 }),
      berlin('us', { safetyStock: 2 }),
      berlin('L', { safetyStock: 1 }),
    );
    expect(userErrors).toEqual([]);
    const at = (code: string, handle: string, ...[on, safetyStock, sellable]: (number | null)[]): object => ({
      code,
      location: { handle },
      onHand: on,
      held: 0,
      safetyStock,
      sellable,
    });
    expect(levels).toEqual([
      at('M', 'berlin', 0, 0, 0),
      at('S', 'newyork', 3, 1, 2),
      at('S', 'berlin', 5, 9, 0),
      at('us', 'berlin', 0, 2, 0),
      at('L', 'berlin', null, 1, null),
    ]);
    expect(await onHand()).toEqual({ ...SEEDED, 'M berlin': 0, 'S newyork': 3, 'us berlin': 0 });
  });

  test('shows the SKU as it is after the write, in each of several writes of one request', async () => {
    const SKUS = 'levels { sku { code availability { quantity } } }';
    const { data } = await gateway.ask(
      `mutation {
        one: stockSet(input: { entries: [{ sku: "S", location: "berlin", onHand: 1 }] }) { ${SKUS} }
        two: stockAdjust(input: { entries: [{ sku: "S", location: "berlin", delta: 2 }] }) { ${SKUS} }
        other: stockSet(input: { entries: [{ sku: "us", location: "newyork", onHand: 2 }] }) { ${SKUS} }
      }`,
      {},
      secret,
    );
    const shows = (quantity: number): object => ({
      levels: [{ sku: { code: 'S', availability: { quantity } } }],
    });
    expect(data).toEqual({ one: shows(1), two: shows(3), other: { levels: [{ sku: null }] } });
  });

  test('shows it in the channel of the mutation', async () => {
    const { data } = await gateway.ask(
      `mutation @inContext(channel: "us") {
        stockSet(input: { entries: [{ sku: "us", location: "newyork", onHand: 2 }] }) {
          levels { onHand sku { availability { sellable quantity } } }
        }
      }`,
      {},
      secret,
    );
    expect(data).toEqual({
      stockSet: { levels: [{ onHand: 2, sku: { availability: { sellable: true, quantity: null } } }] },
    });
  });

  test('tells of what is held', async () => {
    const sku = z.object({ sku: z.object({ id: z.string() }) });
    const { id } = (await gateway.read(sku, '{ sku(code: "S") { id } }')).sku;
    await gateway.read(
      z.object({ holdCreate: z.object({ userErrors: z.tuple([]) }) }),
      'mutation ($sku: ID!) { holdCreate(input: { lines: [{ sku: $sku, quantity: 2 }] }) { userErrors { code } } }',
      { sku: id },
      secret,
    );
    const { levels } = await set(berlin('S', { onHand: 10 }));
    expect(levels).toMatchObject([{ onHand: 10, held: 2, sellable: 8 }]);
    await gateway.db.query('UPDATE hold_lines SET expires_at = now()');
    expect((await set(berlin('S', { onHand: 1 }))).levels).toMatchObject([
      { onHand: 1, held: 0, sellable: 1 },
    ]);
    await gateway.db.query('UPDATE holds SET expires_at = now()');
    await gateway.db.query('SELECT holds_sweep(10)');
  });

  test('does nothing where the quantity last seen is no longer there', async () => {
    expect(
      await set(berlin('S', { onHand: 4, ifOnHand: 5 }), berlin('us', { onHand: 1, ifOnHand: 0 })),
    ).toMatchObject({
      userErrors: [],
    });
    const { levels, userErrors } = await set(
      berlin('S', { onHand: 3, ifOnHand: 5 }),
      berlin('M', { onHand: 3, ifOnHand: 7 }),
      berlin('L', { onHand: 3, ifOnHand: 0 }),
    );
    expect(levels).toEqual([]);
    expect(userErrors).toEqual([
      {
        code: 'STALE_QUANTITY',
        field: ['entries', '0', 'ifOnHand'],
        message: '4 are on hand now, not 5: read the quantity again and retry.',
      },
      {
        code: 'STALE_QUANTITY',
        field: ['entries', '2', 'ifOnHand'],
        message: 'The stock is not counted now, not 0: read the quantity again and retry.',
      },
    ]);
    expect(await onHand()).toEqual({ ...SEEDED, 'S berlin': 4, 'us berlin': 1 });
  });
});

describe('stockAdjust', () => {
  test('adds and takes away, also where nothing was', async () => {
    const { levels, userErrors } = await adjust(
      berlin('S', { delta: -5 }),
      berlin('M', { delta: 3 }),
      berlin('us', { delta: 4 }),
      { sku: 'M', location: 'paris', delta: 0 },
    );
    expect(userErrors).toEqual([]);
    expect(levels.map((level) => level.onHand)).toEqual([0, 10, 4, 0]);
    expect(await onHand()).toMatchObject({ 'S berlin': 0, 'M berlin': 10, 'us berlin': 4, 'M paris': 0 });
  });

  test('refuses what would be below 0 or too much, and what nobody counts', async () => {
    await set(berlin('M', { onHand: 2_147_483_647 }));
    const { levels, userErrors } = await adjust(
      berlin('S', { delta: -6 }),
      berlin('M', { delta: 1 }),
      berlin('L', { delta: 1 }),
      berlin('us', { delta: -1 }),
    );
    expect(levels).toEqual([]);
    expect(userErrors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['BAD_USER_INPUT', 'entries.0.delta'],
      ['BAD_USER_INPUT', 'entries.1.delta'],
      ['BAD_USER_INPUT', 'entries.2.delta'],
      ['BAD_USER_INPUT', 'entries.3.delta'],
    ]);
    expect(userErrors.map(({ message }) => message)).toEqual([
      'Only 5 are on hand: 6 cannot be removed.',
      expect.stringContaining('exceed 2147483647'),
      expect.stringContaining('stockSet'),
      'Only 0 are on hand: 1 cannot be removed.',
    ]);
    expect(await onHand()).toEqual({ ...SEEDED, 'M berlin': 2_147_483_647 });
  });
});

describe('bad input', () => {
  test('every wrong entry is named at once, and nothing is written', async () => {
    const { levels, userErrors } = await set(
      berlin('S', { onHand: 1 }),
      berlin('nowhere', { onHand: 1 }),
      { sku: 'M', location: 'atlantis', onHand: -1 },
      berlin('M', {}),
      berlin('L', { onHand: -1, safetyStock: -2, ifOnHand: -3 }),
      berlin('S', { onHand: 2 }),
      berlin('nul\0', { onHand: 2 }),
      berlin('x'.repeat(1_001), { onHand: 2 }),
      berlin('M', { onHand: 1, ifOnHand: 6 }),
    );
    expect(levels).toEqual([]);
    expect(userErrors.map(({ code, field }) => `${field?.slice(1).join(' ') ?? ''} ${code}`)).toEqual([
      '1 sku NOT_FOUND',
      '2 onHand BAD_USER_INPUT',
      '2 location NOT_FOUND',
      '3 BAD_USER_INPUT',
      '4 onHand BAD_USER_INPUT',
      '4 ifOnHand BAD_USER_INPUT',
      '4 safetyStock BAD_USER_INPUT',
      '5 sku BAD_USER_INPUT',
      '6 sku BAD_USER_INPUT',
      '7 sku BAD_USER_INPUT',
      '8 sku BAD_USER_INPUT',
    ]);
    expect(userErrors.at(-1)?.message).toBe('The same as entry 3: remove one of them.');
    expect(await onHand()).toEqual(SEEDED);
  });

  test(`1 to ${MAX_ENTRIES} entries`, async () => {
    const many = Array.from({ length: MAX_ENTRIES }, (_, n) => berlin(`many-${n + 1}`, { onHand: n }));
    const { levels, userErrors } = await set(...many);
    expect(userErrors).toEqual([]);
    expect(levels.map((level) => level.onHand)).toEqual(many.map((_, n) => n));
    for (const [entries, message] of [
      [[...many, berlin('S', { onHand: 0 })], '251 entries are too many: send at most 250 at a time.'],
      [[], 'entries is empty: send at least one.'],
    ] as const) {
      expect((await set(...entries)).userErrors).toEqual([
        { code: 'BAD_USER_INPUT', field: ['entries'], message },
      ]);
    }
    expect(await onHand()).toMatchObject(SEEDED);
  });

  test.each([
    ['a fraction', 1.5],
    ['more than an Int', 2_147_483_648],
    ['a text', '1'],
  ])('%s is no quantity', async (_what, onHand) => {
    const { errors } = await gateway.ask(
      STOCK_SET,
      { input: { entries: [berlin('S', { onHand })] } },
      secret,
    );
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  test('a reason that Postgres cannot hold', async () => {
    for (const reason of ['nul\0', 'x'.repeat(1_001)]) {
      const { userErrors } = await write(STOCK_SET, { reason, entries: [berlin('S', { onHand: 1 })] });
      expect(userErrors).toMatchObject([{ code: 'BAD_USER_INPUT', field: ['reason'] }]);
    }
    expect(await onHand()).toEqual(SEEDED);
  });
});

test('the ledger says who and why, and adds up', async () => {
  const { rows } = await gateway.db.query<{ id: number }>('SELECT max(id) AS id FROM stock_ledger');
  await write(STOCK_SET, {
    reason: 'inventory of May',
    entries: [berlin('S', { onHand: 6 }), berlin('us', { onHand: 1 })],
  });
  await adjust(berlin('S', { delta: -2 }));
  await set(berlin('S', { safetyStock: 1 }), berlin('M', { onHand: 7 }));
  const ledger = await gateway.db.query(
    `SELECT code, delta, balance, actor, reason FROM stock_ledger JOIN skus ON skus.id = sku_id
     WHERE stock_ledger.id > $1 ORDER BY stock_ledger.id`,
    [rows[0]?.id],
  );
  expect(ledger.rows.map((row: Record<string, unknown>) => Object.values(row))).toEqual([
    ['us', 1, 1, 'warehouse', 'inventory of May'],
    ['S', 1, 6, 'warehouse', 'inventory of May'],
    ['S', -2, 4, 'warehouse', 'stockAdjust'],
  ]);
  expect((await gateway.db.query('SELECT FROM stock_ledger_drift')).rowCount).toBe(0);
});
