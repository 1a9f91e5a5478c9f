import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { HoldStatus } from '../../src/holds/hold.types.js';
import { sweepExpiredHolds } from '../../src/holds/sweep-holds.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { setClock } from '../support/clock.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload, passHoldTime, type HoldAnswer } from '../support/holds.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { until, waiting } from '../support/waiting.js';

const BERLIN = { latitude: 52.5, longitude: 13.4 };
const PARIS = { latitude: 48.9, longitude: 2.4 };
/** Duration of a hold that does not set one. */
const HOLD_MS = 600_000;

let gateway: TestGateway;
/** The secret of a key with every scope; the limits on guests are in guests.test.ts. */
let key: string;
/** Global ids by code. */
let skus: Record<string, string>;
let locations: Record<string, string>;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, {
      handle: 'shirt',
      vectors: [[1, 0, 0, 0]],
      skus: [
        {
          code: 'S',
          options: { size: 'S' },
          prices: { eu: 1_990, us: 2_500 },
          stock: { berlin: 5, paris: 3 },
        },
        { code: 'M', options: { size: 'M' }, prices: { eu: 2_490 }, stock: { berlin: 1, paris: 4 } },
        { code: 'UNCOUNTED', prices: { eu: 500 }, stock: { berlin: null } },
        { code: 'UNPRICED', prices: {}, stock: { berlin: 9 } },
        { code: 'US', prices: { us: 900 }, stock: { newyork: 2 } },
      ],
    });
  });
  const ids = async (table: string, column: string, type: string): Promise<Record<string, string>> => {
    const { rows } = await gateway.db.query<{ id: number; name: string }>(
      `SELECT id, ${column} AS name FROM ${table}`,
    );
    return Object.fromEntries(rows.map(({ id, name }) => [name, toGlobalId(type, id)]));
  };
  key = await seedApiKey(gateway.db, { name: 'shop' });
  skus = await ids('skus', 'code', 'Sku');
  locations = await ids('stock_locations', 'handle', 'StockLocation');
});
beforeEach(async () => {
  await gateway.db.query(`DELETE FROM holds; UPDATE stock_levels SET held = 0, guest_held = 0`);
  await setStock(gateway.db, 'S', 5);
  await setStock(gateway.db, 'S', 3, 'paris');
  await setStock(gateway.db, 'M', 1);
  await setStock(gateway.db, 'M', 4, 'paris');
});
afterAll(async () => {
  await expectNoDrift(gateway.db);
  await gateway.close();
});

const line = (code: string, quantity = 1): { sku: string | undefined; quantity: number } => ({
  sku: skus[code],
  quantity,
});

async function send(
  operation: 'holdCreate' | 'holdExtend' | 'holdReplace' | 'holdConfirm' | 'holdRelease',
  input: object,
  { channel = 'eu', secret = key }: { channel?: string; secret?: string } = {},
): Promise<HoldAnswer> {
  const type = `${operation[0]?.toUpperCase() ?? ''}${operation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) @inContext(channel: "${channel}") { payload: ${operation}(input: $input) ${HOLD_FIELDS} }`;
  return (await gateway.read(holdPayload, document, { input }, secret)).payload;
}

const create = (lines: object[], more: object = {}, as?: Parameters<typeof send>[2]): Promise<HoldAnswer> =>
  send('holdCreate', { lines, ...more }, as);

async function idOf(answer: Promise<HoldAnswer>): Promise<string> {
  const { hold, userErrors } = await answer;
  expect(userErrors).toEqual([]);
  if (hold === null) throw new Error('nothing was held');
  return hold.id;
}

async function quantityOf(code: string): Promise<number | null | undefined> {
  const { sku } = await gateway.read(
    z.object({ sku: z.object({ availability: z.object({ quantity: z.number().nullable() }) }).nullable() }),
    `query ($code: String!) { sku(code: $code) { availability { quantity } } }`,
    { code },
  );
  return sku?.availability.quantity;
}

describe('a hold', () => {
  test('keeps stock from everybody else, at the price of the moment, and says when it ends', async () => {
    const before = Date.now();
    const { hold, userErrors } = await create([line('S', 2), line('M')]);
    const after = Date.now();
    expect(userErrors).toEqual([]);
    expect(hold).toMatchObject({
      status: HoldStatus.ACTIVE,
      total: { amount: '64.70', currencyCode: 'EUR' },
      lines: [
        { sku: { code: 'S' }, quantity: 2, unitPrice: { amount: '19.90' }, location: { handle: 'berlin' } },
        { sku: { code: 'M' }, quantity: 1, unitPrice: { amount: '24.90' }, location: { handle: 'paris' } },
      ],
    });
    const end = Date.parse(hold?.expiresAt ?? '');
    expect(end).toBeGreaterThanOrEqual(before + HOLD_MS);
    expect(end).toBeLessThanOrEqual(after + HOLD_MS);
    expect([await quantityOf('S'), await quantityOf('M')]).toEqual([6, 4]);
  });

  test('can be read again by its id, as a hold and as a node', async () => {
    const id = await idOf(create([line('S')]));
    const document = `query ($id: ID!) { hold(id: $id) { id status } node(id: $id) { id ... on Hold { status } } }`;
    const { data } = await gateway.ask(document, { id }, key);
    const hold = { id, status: 'ACTIVE' };
    expect(data).toEqual({ hold, node: hold });
    const other = toGlobalId('Hold', '00000000-0000-4000-8000-000000000000');
    expect((await gateway.ask(document, { id: other })).data).toEqual({ hold: null, node: null });
  });

  test.each([
    ['the nearest location that has all of it', { near: PARIS }, ['paris 3']],
    ['the nearest one, whichever has most', { near: BERLIN }, ['berlin 3']],
    ['without a place the one that has most', {}, ['berlin 3']],
  ])('is taken from %s', async (_what, more, expected) => {
    const { hold } = await create([line('S', 3)], more);
    expect(hold?.lines.map(({ location, quantity }) => `${location.handle} ${quantity}`)).toEqual(expected);
  });

  test('is split only where no location has all of it, over as few as can be', async () => {
    const { hold } = await create([line('S', 7)], { near: PARIS });
    expect(hold?.lines.map(({ location, quantity }) => `${location.handle} ${quantity}`)).toEqual([
      'berlin 5',
      'paris 2',
    ]);
  });

  test('of one location has what that location has', async () => {
    const { hold } = await create([line('S', 3)], { location: locations['paris'] });
    expect(hold?.lines.map(({ location }) => location.handle)).toEqual(['paris']);
    const { userErrors } = await create([line('S')], { location: locations['paris'] });
    expect(userErrors).toEqual([
      {
        code: 'INSUFFICIENT_STOCK',
        field: ['lines', '0', 'quantity'],
        message: 'It is sold out: remove the line.',
        sellable: 0,
      },
    ]);
  });

  test('of stock that nobody counts is always there, and leaves it uncounted', async () => {
    const id = await idOf(create([line('UNCOUNTED', 1_000)]));
    await idOf(send('holdConfirm', { hold: id }));
    expect(await quantityOf('UNCOUNTED')).toBeNull();
  });

  test('is all or nothing, and says of each line what can be sold', async () => {
    const { hold, userErrors } = await create([line('S', 8), line('M', 6), line('US')]);
    expect(hold).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({ code: 'NOT_FOUND', field: ['lines', '2', 'sku'] }),
    ]);
    const short = await create([line('S', 8), line('M', 6)]);
    expect(short.userErrors).toEqual([
      {
        code: 'INSUFFICIENT_STOCK',
        field: ['lines', '1', 'quantity'],
        message: 'Only 5 can be sold: ask for at most 5.',
        sellable: 5,
      },
    ]);
    expect([await quantityOf('S'), await quantityOf('M')]).toEqual([8, 5]);
  });

  test('does not tell the quantity where the channel hides it', async () => {
    const { userErrors } = await create([line('US', 3)], {}, { channel: 'us' });
    expect(userErrors).toEqual([
      expect.objectContaining({
        code: 'INSUFFICIENT_STOCK',
        message: 'Not enough units are available: ask for fewer.',
        sellable: null,
      }),
    ]);
  });
});

describe('ending a hold', () => {
  test('confirmed, its stock leaves and the ledger says why', async () => {
    const id = await idOf(create([line('S', 7)]));
    const { hold } = await send('holdConfirm', { hold: id });
    expect(hold).toMatchObject({ id, status: 'CONFIRMED' });
    expect(await quantityOf('S')).toBe(1);
    const { rows } = await gateway.db.query(
      `SELECT delta, balance, actor, reason, reference ~ '^hold [0-9a-f-]{36}$' AS refers FROM stock_ledger ORDER BY id DESC LIMIT 2`,
    );
    const sale = { actor: 'shop', reason: 'sale', refers: true };
    expect(rows).toEqual([
      { delta: -2, balance: 1, ...sale },
      { delta: -5, balance: 0, ...sale },
    ]);
  });

  test('released, its stock is free again', async () => {
    const id = await idOf(create([line('S', 7)]));
    expect((await send('holdRelease', { hold: id })).hold).toMatchObject({ status: 'RELEASED' });
    expect(await quantityOf('S')).toBe(8);
  });

  test.each([
    ['holdConfirm', 'holdRelease', 'confirmed'],
    ['holdRelease', 'holdConfirm', 'released'],
    ['holdConfirm', 'holdConfirm', 'confirmed'],
  ] as const)('%s and then %s is refused', async (first, second, became) => {
    const id = await idOf(create([line('S')]));
    await idOf(send(first, { hold: id }));
    const { hold, userErrors } = await send(second, { hold: id });
    expect(hold).toMatchObject({ id, status: became.toUpperCase() });
    expect(userErrors).toEqual([
      { code: 'HOLD_NOT_ACTIVE', field: ['hold'], message: `The hold is already ${became}.`, sellable: null },
    ]);
  });

  test('where less is on hand than was held, nothing is sold', async () => {
    const id = await idOf(create([line('S', 5)]));
    await setStock(gateway.db, 'S', 2);
    const { userErrors } = await send('holdConfirm', { hold: id });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'INSUFFICIENT_STOCK', sellable: 2 })]);
    await idOf(send('holdRelease', { hold: id }));
  });

  test('an SKU in an active hold cannot be deleted', async () => {
    await idOf(create([line('S')]));
    await expect(gateway.db.query(`DELETE FROM products`)).rejects.toThrow(/in an active hold/);
  });
});

describe('a replaced hold', () => {
  test('has other lines, with the same id and end, and gives back what it no longer has', async () => {
    const created = await create([line('S', 2), line('M')], { seconds: 300 });
    const free = await quantityOf('S');
    const replaced = await send('holdReplace', { hold: created.hold?.id, lines: [line('M', 2)] });
    expect(replaced.userErrors).toEqual([]);
    expect(replaced.hold).toMatchObject({ id: created.hold?.id, expiresAt: created.hold?.expiresAt });
    expect(replaced.hold?.lines.map(({ quantity }) => quantity)).toEqual([2]);
    expect(await quantityOf('S')).toBe(Number(free) + 2);
    await idOf(send('holdRelease', { hold: created.hold?.id }));
  });

  // Failed when the new lines were held before the stock of the old ones was given back.
  test('can have fewer of what only it has', async () => {
    const all = Number(await quantityOf('S'));
    const id = await idOf(create([line('S', all)]));
    expect((await send('holdReplace', { hold: id, lines: [line('S', all - 1)] })).userErrors).toEqual([]);
    expect(await quantityOf('S')).toBe(1);
    await idOf(send('holdRelease', { hold: id }));
    expect(await quantityOf('S')).toBe(all);
  });

  test('stays as it was when the new lines cannot be held', async () => {
    const created = await create([line('S', 2)]);
    const free = await quantityOf('S');
    const { hold, userErrors } = await send('holdReplace', {
      hold: created.hold?.id,
      lines: [line('M', 1), line('S', 1_000)],
    });
    expect(userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', field: ['lines', '1', 'quantity'] }]);
    expect(hold).toBeNull();
    expect(await quantityOf('S')).toBe(free);
    const id = await idOf(send('holdRelease', { hold: created.hold?.id }));
    expect(id).toBe(created.hold?.id);
    expect(await quantityOf('S')).toBe(Number(free) + 2);
    expect((await send('holdReplace', { hold: id, lines: [line('S')] })).userErrors).toMatchObject([
      { code: 'HOLD_NOT_ACTIVE' },
    ]);
  });

  // Failed with a release and a new hold instead: the others got the stock in between.
  test('keeps its stock from others who ask all the time', async () => {
    const all = Number(await quantityOf('S'));
    const id = await idOf(create([line('S', all)]));
    let isOver = false;
    let tries = 0;
    const others = Promise.all(
      [1, 2, 3].map(async () => {
        const held: string[] = [];
        while (!isOver) {
          const { hold } = await create([line('S')]);
          tries += 1;
          if (hold !== null) held.push(hold.id);
        }
        return held;
      }),
    );
    for (let round = 0; round < 20; round += 1)
      expect((await send('holdReplace', { hold: id, lines: [line('S', all)] })).userErrors).toEqual([]);
    isOver = true;
    expect((await others).flat()).toEqual([]);
    expect(tries).toBeGreaterThan(0);
    await idOf(send('holdRelease', { hold: id }));
  });

  // Failed on 2026-11-30: it was answered as a success, and kept, while others could have its stock.
  test('has expired when it ends while it waits for stock', async () => {
    const id = await idOf(create([line('S')]));
    const input = { hold: id, lines: [line('S', 2)], idempotencyKey: 'replace late' };
    const blocker = await gateway.db.connect();
    await blocker.query('BEGIN; SELECT FROM stock_levels FOR UPDATE');
    try {
      const { rows } = await gateway.db.query<{ ms: number }>(
        `WITH hold AS (
           UPDATE holds SET expires_at = clock_timestamp() + interval '2 s' WHERE status = 'ACTIVE' RETURNING id, expires_at
         ) UPDATE hold_lines SET expires_at = hold.expires_at FROM hold WHERE hold_id = hold.id
         RETURNING extract(epoch FROM hold.expires_at)::float * 1000 AS ms`,
      );
      const replaced = send('holdReplace', input);
      await until('the hold has ended', async () => {
        const { rows: now } = await gateway.db.query<{ ms: number }>(
          'SELECT extract(epoch FROM clock_timestamp())::float * 1000 AS ms',
        );
        return Number(now[0]?.ms) > Number(rows[0]?.ms);
      });
      await blocker.query('COMMIT');
      const expired = { hold: { status: HoldStatus.EXPIRED }, userErrors: [{ code: 'HOLD_EXPIRED' }] };
      expect(await replaced).toMatchObject(expired);
      expect((await send('holdReplace', input)).userErrors).not.toEqual([]);
    } finally {
      blocker.release(true);
    }
    await expectNoDrift(gateway.db);
  });

  test('is answered as before when the call is sent again', async () => {
    const id = await idOf(create([line('S')]));
    const input = { hold: id, lines: [line('S', 2)], idempotencyKey: 'replace' };
    const first = await send('holdReplace', input);
    await send('holdReplace', { hold: id, lines: [line('M')] });
    expect(await send('holdReplace', input)).toEqual(first);
    await idOf(send('holdRelease', { hold: id }));
  });
});

describe('extending a hold', () => {
  const endOf = ({ hold }: HoldAnswer): number => new Date(hold?.expiresAt ?? '').getTime();
  const secondsLeft = (answer: HoldAnswer): number => (endOf(answer) - Date.now()) / 1_000;

  test('keeps its stock for longer from now on, and never for less', async () => {
    const created = await create([line('S', 8)], { seconds: 60 });
    const id = created.hold?.id;
    const extended = await send('holdExtend', { hold: id, seconds: 900 });
    expect(extended.userErrors).toEqual([]);
    expect(secondsLeft(extended)).toBeGreaterThan(800);
    expect(secondsLeft(extended)).toBeLessThanOrEqual(900);
    expect(endOf(await send('holdExtend', { hold: id, seconds: 60 }))).toBe(endOf(extended));
    expect(endOf(await send('holdExtend', { hold: id }))).toBe(endOf(extended));
    const { rows } = await gateway.db.query(
      `SELECT DISTINCT line.expires_at = hold.expires_at AS same FROM hold_lines line JOIN holds hold ON hold.id = hold_id`,
    );
    expect(rows).toEqual([{ same: true }]);
    await idOf(send('holdConfirm', { hold: id }));
  });

  test('in all for at most as long as it could have been created for', async () => {
    const created = await create([line('S')], { seconds: 600 });
    await gateway.db.query(`UPDATE holds SET created_at = created_at - interval '3000 seconds'`);
    const { hold, userErrors } = await send('holdExtend', { hold: created.hold?.id, seconds: 900 });
    expect(hold).toMatchObject({
      id: created.hold?.id,
      status: 'ACTIVE',
      expiresAt: created.hold?.expiresAt,
    });
    const latest = /^The hold can last until (\S+): ask for at most (\d+) seconds/;
    expect(userErrors).toEqual([
      { code: 'HOLD_LIMIT', field: ['hold'], message: expect.stringMatching(latest), sellable: null },
    ]);
    const [, , seconds] = latest.exec(userErrors[0]?.message ?? '') ?? [];
    await idOf(send('holdExtend', { hold: created.hold?.id, seconds: Math.min(600, Number(seconds)) }));
  });

  // Failed on 2026-11-29: 55 minutes into an hour, the shop's button for ten more minutes was refused.
  test('without a time, for the usual one or for what is left of the longest', async () => {
    const created = await create([line('S')], { seconds: 60 });
    const id = await idOf(Promise.resolve(created));
    await gateway.db.query(`UPDATE holds SET created_at = created_at - interval '3300 seconds'`);
    const extended = await send('holdExtend', { hold: id });
    expect(extended.userErrors).toEqual([]);
    expect(secondsLeft(extended)).toBeGreaterThan(280);
    expect(secondsLeft(extended)).toBeLessThanOrEqual(300);
    const again = await send('holdExtend', { hold: id });
    expect(again.userErrors).toMatchObject([{ code: 'HOLD_LIMIT' }]);
    expect(endOf(again)).toBe(endOf(extended));
  });

  // Failed on 2026-11-29: a clock that was ahead answered without an extension, and one behind with HOLD_LIMIT.
  test.each([
    ['ahead of', 10],
    ['behind', -10],
  ])(
    'by the clock of Postgres alone, with that of the gateway ten minutes %s it',
    async (_where, minutes) => {
      const id = await idOf(create([line('S')], { seconds: 60 }));
      await gateway.db.query(`UPDATE holds SET created_at = created_at - interval '3300 seconds'`);
      const now = Date.now();
      setClock(now + minutes * 60_000);
      try {
        const refused = await send('holdExtend', { hold: id, seconds: 900 });
        const [, seconds] = /at most (\d+) seconds/.exec(refused.userErrors[0]?.message ?? '') ?? [];
        expect(Number(seconds)).toBeGreaterThan(280);
        expect(Number(seconds)).toBeLessThanOrEqual(300);
        const extended = await send('holdExtend', { hold: id });
        expect(extended.userErrors).toEqual([]);
        expect(endOf(extended) - now).toBeGreaterThan(280_000);
        expect(endOf(extended) - now).toBeLessThanOrEqual(300_000);
      } finally {
        jest.useRealTimers();
      }
    },
  );

  test.each([
    [0, 'BAD_USER_INPUT'],
    [3_601, 'BAD_USER_INPUT'],
  ])('by %d seconds is refused', async (seconds, code) => {
    const id = await idOf(create([line('S')]));
    const { userErrors } = await send('holdExtend', { hold: id, seconds });
    expect(userErrors).toEqual([expect.objectContaining({ code, field: ['seconds'] })]);
  });

  test('is refused once it has ended', async () => {
    const id = await idOf(create([line('S', 8)]));
    await passHoldTime(gateway.db);
    expect(await send('holdExtend', { hold: id })).toMatchObject({
      hold: { status: 'EXPIRED' },
      userErrors: [{ code: 'HOLD_EXPIRED', field: ['hold'] }],
    });
    const other = await idOf(create([line('S', 8)]));
    await idOf(send('holdRelease', { hold: other }));
    expect((await send('holdExtend', { hold: other })).userErrors).toMatchObject([
      { code: 'HOLD_NOT_ACTIVE' },
    ]);
    expect((await send('holdExtend', { hold: toGlobalId('Hold', 'none') })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  test('a call again with its idempotency key is answered as before', async () => {
    const id = await idOf(create([line('S')], { seconds: 60 }));
    const input = { hold: id, seconds: 600, idempotencyKey: 'extend' };
    const first = await send('holdExtend', input);
    await send('holdExtend', { hold: id, seconds: 1_200 });
    expect(await send('holdExtend', input)).toEqual(first);
  });

  // Failed on 2026-11-29 with only the lines' end checked in hold_create: the hold was ended although it was extended.
  test('just before its end, others who wait for its stock do not get it', async () => {
    const id = await idOf(create([line('S', 8)], { seconds: 60 }));
    const client = await gateway.db.connect();
    try {
      // The extension begins before the old end, and takes until after it.
      await client.query(`
        BEGIN;
        UPDATE holds SET expires_at = clock_timestamp() + interval '1 second';
        UPDATE hold_lines SET expires_at = (SELECT expires_at FROM holds);
        COMMIT;
        BEGIN`);
      const { rows } = await client.query(
        `SELECT hold_extend(hold.id, channel_id, made_by, shopper, false, 600, false, 3600, NULL, NULL, NULL) ? 'hold' AS extended
         FROM holds hold`,
      );
      expect(rows).toEqual([{ extended: true }]);
      await sleep(1_100);
      const waits = create([line('S', 1)]);
      await waiting(gateway.db, 1);
      await client.query('COMMIT');
      expect((await waits).userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }]);
    } finally {
      // Closed, because a failure leaves a transaction open that others would continue.
      client.release(true);
    }
    await idOf(send('holdConfirm', { hold: id }));
  });
});

describe('the URL where it is bought', () => {
  const URL_OF = `query ($id: ID!) { hold(id: $id) { checkoutUrl } }`;
  const urlOf = async (id: string): Promise<unknown> => (await gateway.ask(URL_OF, { id }, key)).data;
  afterAll(() => gateway.db.query(`UPDATE channels SET hold_url_template = NULL`));

  test('has its lines or its id, and is gone when the hold has ended', async () => {
    const id = await idOf(create([line('S', 7), line('M')]));
    expect(await urlOf(id)).toEqual({ hold: { checkoutUrl: null } });
    await gateway.db.query(
      `UPDATE channels SET hold_url_template = 'https://shop.example/cart/{lines}?hold={hold}'`,
    );
    await until('the gateway reads the channel again', async () =>
      JSON.stringify(await urlOf(id)).includes('https'),
    );
    expect(await urlOf(id)).toEqual({
      hold: { checkoutUrl: `https://shop.example/cart/S:7,M:1?hold=${encodeURIComponent(id)}` },
    });
    await idOf(send('holdRelease', { hold: id }));
    expect(await urlOf(id)).toEqual({ hold: { checkoutUrl: null } });
  });
});

describe('the end of its time', () => {
  test('frees the stock at that moment, for readers and for buyers, before anybody sweeps it up', async () => {
    const id = await idOf(create([line('S', 8)]));
    expect(await quantityOf('S')).toBe(0);
    expect((await create([line('S')])).userErrors).toHaveLength(1);
    await passHoldTime(gateway.db);
    expect(await quantityOf('S')).toBe(8);
    expect((await send('holdConfirm', { hold: id })).userErrors).toEqual([
      expect.objectContaining({ code: 'HOLD_EXPIRED', field: ['hold'] }),
    ]);
    await idOf(create([line('S', 8)]));
    expect((await gateway.ask(`query ($id: ID!) { hold(id: $id) { status } }`, { id }, key)).data).toEqual({
      hold: { status: 'EXPIRED' },
    });
  });

  test('is swept up in the background, and the index hears of it', async () => {
    await idOf(create([line('S', 8), line('M', 5)]));
    const changes = async (): Promise<number> =>
      (await gateway.db.query(`SELECT FROM product_changes`)).rowCount ?? 0;
    await passHoldTime(gateway.db);
    const before = await changes();
    const sweeper = sweepExpiredHolds(gateway.db, pino({ level: 'silent' }), gateway.services.meter);
    try {
      await until('the hold is swept up', async () => {
        const { rowCount } = await gateway.db.query(`SELECT FROM holds WHERE status = 'EXPIRED'`);
        return rowCount === 1;
      });
      const { rows } = await gateway.db.query(`SELECT DISTINCT held FROM stock_levels`);
      expect(rows).toEqual([{ held: 0 }]);
      expect(await changes()).toBeGreaterThan(before);
    } finally {
      await sweeper.close();
    }
  });
});

describe('whose it is', () => {
  test('a hold of an API key is that key’s alone', async () => {
    const [mine, other] = [await seedApiKey(gateway.db), await seedApiKey(gateway.db)];
    const id = await idOf(create([line('S')], {}, { secret: mine }));
    for (const as of [{ secret: other }, { channel: 'us', secret: mine }]) {
      const { hold, userErrors } = await send('holdConfirm', { hold: id }, as);
      expect(hold).toBeNull();
      expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND', field: ['hold'] })]);
    }
    expect(await idOf(send('holdConfirm', { hold: id }, { secret: mine }))).toBe(id);
  });
});

describe('the same call again', () => {
  test('is answered as before and does nothing more', async () => {
    const input = { lines: [line('S', 2)], idempotencyKey: 'again' };
    const first = await send('holdCreate', input);
    const id = first.hold?.id ?? '';
    const confirm = { hold: id, idempotencyKey: 'confirm again' };
    const confirmed = await send('holdConfirm', confirm);
    expect(await send('holdConfirm', confirm)).toEqual(confirmed);
    expect(await send('holdCreate', input)).toEqual(first);
    expect(await quantityOf('S')).toBe(6);
  });

  test('is answered as before though it could not be made any more', async () => {
    const input = {
      lines: [line('S', 2)],
      location: locations['paris'],
      idempotencyKey: 'before Paris',
    };
    const first = await send('holdCreate', input);
    expect(first.userErrors).toEqual([]);
    const serves = `location_id = (SELECT id FROM stock_locations WHERE handle = 'paris')
      AND channel_id = (SELECT id FROM channels WHERE handle = 'eu')`;
    await gateway.db.query(`DELETE FROM channel_locations WHERE ${serves}`);
    try {
      expect(await send('holdCreate', input)).toEqual(first);
      const error = { code: 'NOT_FOUND' };
      expect((await send('holdCreate', { ...input, idempotencyKey: 'after' })).userErrors).toMatchObject([
        error,
      ]);
      const conflict = { code: 'IDEMPOTENCY_CONFLICT' };
      expect((await send('holdCreate', { ...input, lines: [line('M')] })).userErrors).toMatchObject([
        conflict,
      ]);
    } finally {
      await gateway.db.query(
        `INSERT INTO channel_locations SELECT c.id, l.id FROM channels c, stock_locations l
          WHERE c.handle = 'eu' AND l.handle = 'paris'`,
      );
    }
  });

  test('with another payload, operation or channel is an error', async () => {
    const key = { idempotencyKey: 'one of two' };
    const id = await idOf(create([line('S')], key));
    const conflict = [expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT', field: ['idempotencyKey'] })];
    expect((await create([line('S', 2)], key)).userErrors).toEqual(conflict);
    expect((await create([line('S')], key, { channel: 'us' })).userErrors).toEqual(conflict);
    expect((await send('holdRelease', { hold: id, ...key })).userErrors).toEqual(conflict);
  });

  test('keeps nothing of a call that did nothing', async () => {
    const key = { idempotencyKey: 'tried' };
    expect((await create([line('S', 9)], key)).userErrors).toHaveLength(1);
    await idOf(create([line('S', 8)], key));
  });
});

describe('bad input', () => {
  const many = (count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ sku: toGlobalId('Sku', i + 1), quantity: 1 }));
  test.each<readonly [what: string, input: () => object, field: string[], message: RegExp]>([
    ['no lines', () => ({ lines: [] }), ['lines'], /at least one/],
    ['101 lines', () => ({ lines: many(101) }), ['lines'], /at most 100/],
    ['an SKU twice', () => ({ lines: [line('S'), line('S')] }), ['lines', '1', 'sku'], /already in line 0/],
    ['no units', () => ({ lines: [line('S', 0)] }), ['lines', '0', 'quantity'], /from 1 to/],
    ['units below nothing', () => ({ lines: [line('S', -1)] }), ['lines', '0', 'quantity'], /from 1 to/],
    [
      'too many units',
      () => ({ lines: [line('S', 2_147_483_647)] }),
      ['lines', '0', 'quantity'],
      /from 1 to/,
    ],
    [
      'an id of something else',
      () => ({ lines: [{ sku: locations['berlin'] }] }),
      ['lines', '0', 'sku'],
      /Sku\.id/,
    ],
    [
      'an SKU that is not there',
      () => ({ lines: [{ sku: toGlobalId('Sku', 999_999) }] }),
      ['lines', '0', 'sku'],
      /does not offer/,
    ],
    [
      'an SKU without a price',
      () => ({ lines: [line('UNPRICED')] }),
      ['lines', '0', 'sku'],
      /does not offer/,
    ],
    ['too short a time', () => ({ lines: [line('S')], seconds: 0 }), ['seconds'], /for 1 to 3600 seconds/],
    ['too long a time', () => ({ lines: [line('S')], seconds: 3_601 }), ['seconds'], /for 1 to 3600 seconds/],
    [
      'an id that is no location',
      () => ({ lines: [line('S')], location: 'paris' }),
      ['location'],
      /StockLocation/,
    ],
    ['an empty key', () => ({ lines: [line('S')], idempotencyKey: '' }), ['idempotencyKey'], /empty/],
    [
      'a key of 10 kB',
      () => ({ lines: [line('S')], idempotencyKey: 'x'.repeat(10_240) }),
      ['idempotencyKey'],
      /255/,
    ],
    ['a key with a NUL', () => ({ lines: [line('S')], idempotencyKey: 'a\0b' }), ['idempotencyKey'], /NUL/],
  ])('%s', async (_what, input, field, message) => {
    const { hold, userErrors } = await send('holdCreate', input());
    expect(hold).toBeNull();
    expect(userErrors).toHaveLength(1);
    expect(userErrors[0]).toMatchObject({ field, message: expect.stringMatching(message) });
    expect(await quantityOf('S')).toBe(8);
  });

  test('a place that is not on earth, and a location of another channel', async () => {
    const far = await create([line('S')], { near: { latitude: 91, longitude: 0 } });
    expect(far.userErrors).toEqual([expect.objectContaining({ code: 'BAD_USER_INPUT' })]);
    const foreign = await create([line('S')], { location: locations['newyork'] });
    expect(foreign.userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
  });

  // Failed on 2026-11-29: Postgres could not compute with it.
  test('a place as close to another as numbers allow is one', async () => {
    const { hold, userErrors } = await create([line('S')], { near: { latitude: 5e-324, longitude: 1e-200 } });
    expect(userErrors).toEqual([]);
    expect(hold).not.toBeNull();
  });

  test('half a unit is refused before anything runs', async () => {
    const { errors } = await gateway.ask(
      `mutation { holdCreate(input: { lines: [{ sku: "x", quantity: 1.5 }] }) { hold { id } } }`,
    );
    expect(errors).toHaveLength(1);
  });

  test('a hold id that is none', async () => {
    for (const hold of ['', 'x', toGlobalId('Hold', 'x'), toGlobalId('Sku', 1)]) {
      expect((await send('holdRelease', { hold })).userErrors).toEqual([
        expect.objectContaining({ code: 'NOT_FOUND' }),
      ]);
    }
  });
});
