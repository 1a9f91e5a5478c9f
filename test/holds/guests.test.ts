import { isDeepStrictEqual } from 'node:util';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { pruneHolds } from '../../src/holds/prune-holds.store.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { expectNoDrift, HOLD_FIELDS, holdPayload, type HoldAnswer } from '../support/holds.js';
import { until } from '../support/waiting.js';

/**
 * Limits on holds of callers without the scope holds:create. Before there were limits, 17 calls held all of every SKU
 * for 30 minutes, and a confirmation sold them. The guards under concurrency are in guests-at-once.test.ts.
 */
const LIMITS = { share: 0.2, units: 10, activeUnits: 12, lines: 5, holds: 3, seconds: 900 };
/**
 * By code: the quantities on hand in Berlin and Paris, and how much of it all guests together may hold. One client may
 * hold half of that, rounded up.
 */
const STOCK = {
  MANY: { berlin: 30, paris: 20, guests: 10 },
  FEW: { berlin: 2, paris: 1, guests: 1 },
  LAST: { berlin: 1, paris: 0, guests: 1 },
} as const;

const AT_ONCE = 30;
/** On a busy machine, some wait for a connection longer than they may; they do what the error says. */
const ATTEMPTS = 5;

let gateway: TestGateway;
let skus: Record<string, string>;
let paris: string;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, {
        handle: 'shirt',
        skus: [
          ...Object.keys(STOCK).map((code) => ({
            code,
            prices: { eu: 1_000, us: 1_200 },
            stock: { berlin: 0, paris: 0 },
          })),
          { code: 'UNCOUNTED', stock: { berlin: null } },
        ],
      });
    },
    { guestLimits: LIMITS },
  );
  const { rows } = await gateway.db.query<{ id: number; code: string }>('SELECT id, code FROM skus');
  skus = Object.fromEntries(rows.map(({ id, code }) => [code, toGlobalId('Sku', id)]));
  const { rows: places } = await gateway.db.query<{ id: number }>(
    `SELECT id FROM stock_locations WHERE handle = 'paris'`,
  );
  paris = toGlobalId('StockLocation', places[0]?.id ?? 0);
});
beforeEach(async () => {
  await gateway.db.query(`DELETE FROM holds; UPDATE stock_levels SET held = 0, guest_held = 0`);
  for (const [code, stock] of Object.entries(STOCK)) {
    await setStock(gateway.db, code, stock.berlin);
    await setStock(gateway.db, code, stock.paris, 'paris');
  }
});
afterAll(async () => {
  await expectNoDrift(gateway.db);
  await gateway.close();
});

interface As {
  readonly address?: string;
  readonly secret?: string;
  readonly channel?: string;
  readonly headers?: Record<string, string>;
  readonly on?: TestGateway;
}

const answer = z.object({
  data: z.object({ payload: holdPayload.shape.payload.nullable() }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

const boardMade = z.object({
  data: z.object({ boardCreate: z.object({ board: z.object({ id: z.string() }) }) }),
});

async function ask(
  operation: string,
  input: object,
  { address = '203.0.113.1', secret, channel = 'eu', headers = {}, on = gateway }: As = {},
): Promise<z.infer<typeof answer>> {
  const type = `${operation[0]?.toUpperCase() ?? ''}${operation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) @inContext(channel: "${channel}") { payload: ${operation}(input: $input) ${HOLD_FIELDS} }`;
  const response = await on.http.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: address,
    headers: { ...headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
    payload: { query, variables: { input } },
  });
  return answer.parse(response.json());
}

async function create(lines: Record<string, number>, more: object = {}, as?: As): Promise<HoldAnswer> {
  const input = {
    lines: Object.entries(lines).map(([code, quantity]) => ({ sku: skus[code], quantity })),
    ...more,
  };
  for (let attempt = 1; ; attempt += 1) {
    const { data, errors } = await ask('holdCreate', input, as);
    if (data?.payload != null) return data.payload;
    const mayTryAgain =
      'idempotencyKey' in input &&
      errors.every(({ extensions: { code } }) => code === 'DATABASE_UNAVAILABLE');
    if (!mayTryAgain || attempt === ATTEMPTS) throw new Error(JSON.stringify(errors));
  }
}

async function held(lines: Record<string, number>, more?: object, as?: As): Promise<string> {
  const { hold, userErrors } = await create(lines, more, as);
  expect(userErrors).toEqual([]);
  return hold?.id ?? '';
}

const stranger = (n: number): { address: string } => ({ address: `198.51.100.${n}` });

const codesOf = ({ userErrors }: HoldAnswer): string[] => userErrors.map(({ code }) => code);

/** Units by code. */
async function count(column: 'held' | 'on_hand'): Promise<Record<string, number>> {
  const { rows } = await gateway.db.query<{ code: string; units: number }>(
    `SELECT code, sum(${column})::int AS units FROM stock_levels JOIN skus ON skus.id = sku_id
     WHERE code <> 'UNCOUNTED' GROUP BY code`,
  );
  return Object.fromEntries(rows.map(({ code, units }) => [code, units]));
}

describe('strangers, however many', () => {
  test('hold at most their share of each SKU, and sell nothing', async () => {
    const before = await count('on_hand');
    const holds: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      for (const code of Object.keys(STOCK)) {
        for (const quantity of [3, 1]) {
          const { hold, userErrors } = await create({ [code]: quantity }, {}, stranger(n));
          if (hold !== null) holds.push(hold.id);
          else expect(userErrors[0]?.code).toMatch(/^(HOLD_LIMIT|INSUFFICIENT_STOCK)$/);
        }
      }
    }
    const guests = Object.fromEntries(Object.entries(STOCK).map(([code, stock]) => [code, stock.guests]));
    expect(await count('held')).toEqual(guests);
    expect(holds.length).toBeGreaterThan(3);
    for (const hold of holds) {
      const { data, errors } = await ask('holdConfirm', { hold });
      expect(data?.payload ?? null).toBeNull();
      expect(errors).toEqual([
        {
          message: expect.stringContaining('npx vitrine keys create NAME --scope holds:confirm'),
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ]);
    }
    expect(await count('on_hand')).toEqual(before);

    const secret = await seedApiKey(gateway.db);
    await held({ MANY: 40, FEW: 2 }, {}, { secret });
    const { userErrors } = await create({ LAST: 1 }, {}, { secret });
    expect(userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK', sellable: 0 }]);
  });

  test('leave most of each location too, also where they name it', async () => {
    for (const n of [1, 2]) await held({ MANY: 2 }, { location: paris }, stranger(n));
    expect((await create({ MANY: 1 }, { location: paris })).userErrors).toEqual([
      {
        code: 'HOLD_LIMIT',
        field: ['lines', '0', 'quantity'],
        message: expect.stringMatching(/^Other guests are holding all units.*the scope holds:create\.$/),
        sellable: null,
      },
    ]);
    for (const n of [1, 2]) await held({ MANY: 3 }, {}, stranger(n));
    expect(codesOf(await create({ MANY: 1 }))).toEqual(['HOLD_LIMIT']);
  });

  test('in several channels hold no more of a location that serves both', async () => {
    for (const n of [1, 2]) await held({ MANY: 2 }, { location: paris }, stranger(n));
    expect(codesOf(await create({ MANY: 1 }, {}, { channel: 'us' }))).toEqual(['HOLD_LIMIT']);
  });

  test('are told how much they may hold, unless the channel hides stock', async () => {
    const [open] = (await create({ MANY: 10, FEW: 2, LAST: 2 }, {}, {})).userErrors;
    expect(open).toMatchObject({ code: 'HOLD_LIMIT', field: ['lines'] });
    expect((await create({ FEW: 2, LAST: 2 })).userErrors).toEqual([
      expect.objectContaining({
        code: 'HOLD_LIMIT',
        field: ['lines', '0', 'quantity'],
        message: expect.stringMatching(/^Only 1 can be held without an API key: ask for at most 1/),
      }),
      expect.objectContaining({ code: 'INSUFFICIENT_STOCK', field: ['lines', '1', 'quantity'], sellable: 1 }),
    ]);
    await held({ MANY: 2 }, { location: paris }, stranger(1));
    await held({ MANY: 1 }, { location: paris }, stranger(2));
    const [hidden] = (await create({ MANY: 2 }, {}, { channel: 'us' })).userErrors;
    expect(hidden).toMatchObject({
      code: 'HOLD_LIMIT',
      message: expect.stringMatching(/^Fewer can be held/),
    });
  });

  // Failed on 2026-11-30: another address replaced what the first one held, and took none of its own share.
  test('hold no more by replacing from other addresses', async () => {
    await setStock(gateway.db, 'MANY', 1_000);
    const holds = [];
    for (let n = 0; n < LIMITS.holds; n += 1) holds.push(await held({ MANY: 1 }, {}, stranger(1)));
    const replaced = [];
    for (const hold of holds) {
      const input = { hold, lines: [{ sku: skus['MANY'], quantity: 10 }] };
      const { data } = await ask('holdReplace', input, stranger(2));
      replaced.push(data?.payload?.userErrors.map(({ code }) => code));
    }
    expect(replaced).toEqual([[], ['HOLD_LIMIT'], ['HOLD_LIMIT']]);
    expect((await count('held'))['MANY']).toBe(LIMITS.activeUnits);
  });

  test('have room again when holds end, and what keys hold is not theirs', async () => {
    const secret = await seedApiKey(gateway.db, { scopes: ['holds:create'] });
    await held({ MANY: 25 }, {}, { secret });
    expect(codesOf(await create({ MANY: 6 }))).toEqual(['HOLD_LIMIT']);
    await held({ MANY: 2 }, {}, stranger(1));
    const id = await held({ MANY: 3 }, {}, stranger(2));
    expect(codesOf(await create({ MANY: 1 }))).toEqual(['HOLD_LIMIT']);
    expect((await ask('holdRelease', { hold: id })).data?.payload?.userErrors).toEqual([]);
    await held({ MANY: 3 }, { seconds: 1 }, stranger(2));
    await gateway.db.query(`UPDATE holds SET expires_at = now() WHERE client IS NOT NULL`);
    await gateway.db.query(`UPDATE hold_lines SET expires_at = now() WHERE guest`);
    await held({ MANY: 3 }, {}, stranger(2));
    await held({ MANY: 2 });
  });

  test('hold of what nobody counts as much as of a hold’s units', async () => {
    await held({ UNCOUNTED: 10 });
    expect((await create({ UNCOUNTED: 11 })).userErrors).toEqual([
      expect.objectContaining({
        code: 'HOLD_LIMIT',
        field: ['lines'],
        message: expect.stringMatching(/at most 10/),
      }),
    ]);
  });
});

describe('one stranger', () => {
  test('holds a few lines, and not for long', async () => {
    const many = { lines: Array.from({ length: 6 }, (_, i) => ({ sku: toGlobalId('Sku', 1_000 + i) })) };
    expect((await ask('holdCreate', many)).data?.payload?.userErrors).toMatchObject([
      {
        code: 'HOLD_LIMIT',
        field: ['lines'],
        message: expect.stringMatching(/at most 5 SKUs.*holds:create/),
      },
    ]);
    expect((await create({ MANY: 1 }, { seconds: 1_800 })).userErrors).toMatchObject([
      {
        code: 'HOLD_LIMIT',
        field: ['seconds'],
        message: expect.stringMatching(/for 1 to 900 seconds.*holds:create/),
      },
    ]);
    await gateway.db.query(`UPDATE channels SET hold_seconds = 3600 WHERE handle = 'us'`);
    const told = 'query @inContext(channel: "us") { channel { holdSeconds maxHoldSeconds } }';
    // A gateway keeps a channel for two seconds.
    const longest = { channel: { holdSeconds: LIMITS.seconds, maxHoldSeconds: LIMITS.seconds } };
    await until('the gateway reads the channel again', async () =>
      isDeepStrictEqual((await gateway.ask(told)).data, longest),
    );
    const key = await seedApiKey(gateway.db, { scopes: ['catalog:read', 'holds:create'] });
    expect((await gateway.ask(told, {}, key)).data).toEqual({
      channel: { holdSeconds: 3_600, maxHoldSeconds: 3_600 },
    });
    const { hold } = await create({ MANY: 1 }, {}, { channel: 'us' });
    expect(Date.parse(hold?.expiresAt ?? '') - Date.now()).toBeLessThan(901_000);
  });

  test('holds at most half of the share of each SKU, which leaves the rest to others', async () => {
    const { userErrors: tooMany } = await create({ MANY: 6 }, {}, stranger(1));
    expect(tooMany).toEqual([
      {
        code: 'HOLD_LIMIT',
        field: ['lines', '0', 'quantity'],
        message: expect.stringMatching(
          /^One address can hold at most half .*ask for at most 5, or send an API key/,
        ),
        sellable: null,
      },
    ]);
    const id = await held({ MANY: 2, FEW: 1 }, {}, stranger(1));
    expect((await create({ MANY: 4 }, {}, stranger(1))).userErrors).toMatchObject([
      { code: 'HOLD_LIMIT', message: expect.stringMatching(/leaves 3 for yours: ask for at most 3/) },
    ]);
    await held({ MANY: 3 }, {}, stranger(1));
    const { userErrors: none } = await create({ MANY: 1 }, {}, stranger(1));
    expect(none).toMatchObject([
      { code: 'HOLD_LIMIT', message: expect.stringMatching(/half .*and yours holds that: release a hold/) },
    ]);
    await held({ MANY: 5 }, {}, stranger(2));
    // Then it has as much as a stranger gets again, but no more than there is for all.
    await ask('holdRelease', { hold: id }, stranger(1));
    await held({ MANY: 2 }, {}, stranger(1));
    expect(codesOf(await create({ MANY: 1 }, {}, stranger(3)))).toEqual(['HOLD_LIMIT']);
  });

  test('holds at most half of the share of a location that it names', async () => {
    expect(codesOf(await create({ MANY: 3 }, { location: paris }, stranger(1)))).toEqual(['HOLD_LIMIT']);
    await held({ MANY: 2 }, { location: paris }, stranger(1));
    expect((await create({ MANY: 1 }, {}, { ...stranger(1), channel: 'us' })).userErrors).toMatchObject([
      { code: 'HOLD_LIMIT', message: expect.stringMatching(/^One address can hold at most half/) },
    ]);
    await held({ MANY: 2 }, { location: paris }, stranger(2));
  });

  test('holds a few units in all its holds, also of what nobody counts', async () => {
    await held({ UNCOUNTED: 10 });
    expect((await create({ UNCOUNTED: 2, MANY: 1 })).userErrors).toEqual([
      {
        code: 'HOLD_LIMIT',
        field: ['lines'],
        message: expect.stringMatching(
          /at most 12 units in all its holds.*and has 10: ask for fewer, release a hold/,
        ),
        sellable: null,
      },
    ]);
    const id = await held({ UNCOUNTED: 1, MANY: 1 });
    expect(codesOf(await create({ MANY: 1 }))).toEqual(['HOLD_LIMIT']);
    await held({ MANY: 1 }, {}, stranger(1));
    await ask('holdRelease', { hold: id });
    await held({ MANY: 1 });
  });

  // Failed without the lock on the client in hold_create (2026-11-28): one address held 21 units, and 7 of the SKU.
  test.each([
    ['the units of one address', 'UNCOUNTED', LIMITS.activeUnits],
    ['half of the share of an SKU', 'MANY', 5],
  ])(`with ${AT_ONCE} calls at once holds exactly %s`, async (_what, code, units) => {
    const on = await startTestGateway(() => Promise.resolve(), {
      beside: gateway,
      guestLimits: { ...LIMITS, holds: AT_ONCE },
    });
    try {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () =>
          create({ [code]: 1 }, { idempotencyKey: randomUUID() }, { on, ...stranger(1) }),
        ),
      );
      expect(answers.filter(({ hold }) => hold !== null)).toHaveLength(units);
      expect(new Set(answers.flatMap(codesOf))).toEqual(new Set(['HOLD_LIMIT']));
    } finally {
      await on.close();
    }
  });

  test.each([
    ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
    ['the same, written as IPv6', '192.0.2.1', '::ffff:192.0.2.1'],
    ['another address of its IPv6 network', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
    // Failed on 2026-11-30: a customer who has a /48 was 65,536 clients.
    ['another IPv6 network of its customer', '2001:db8:1:2::1', '2001:db8:1:3::1'],
  ])('has a few holds at a time: from %s', async (_what, first, second) => {
    const holds = [];
    for (let i = 0; i < LIMITS.holds; i += 1) holds.push(await held({ MANY: 1 }, {}, { address: first }));
    const over = await create({ MANY: 1 }, {}, { address: second });
    expect(over.userErrors).toEqual([
      {
        code: 'HOLD_LIMIT',
        field: null,
        message: expect.stringMatching(/release one, wait until one expires, or send an API key/),
        sellable: null,
      },
    ]);
    await held({ MANY: 1 }, {}, { address: '2001:db8:2:2::1' });
    await held({ MANY: 1 }, {}, { address: first, secret: await seedApiKey(gateway.db) });
    await ask('holdRelease', { hold: holds[0] }, { address: first });
    await held({ MANY: 1 }, {}, { address: second });
  });

  test('that sends a call again is answered as before, also with no hold left', async () => {
    const more = { idempotencyKey: 'guest' };
    const id = await held({ MANY: 1 }, more);
    for (let i = 1; i < LIMITS.holds; i += 1) await held({ MANY: 1 });
    expect(codesOf(await create({ MANY: 1 }))).toEqual(['HOLD_LIMIT']);
    expect(await held({ MANY: 1 }, more)).toBe(id);
  });

  test('is known by no address: a hold keeps a keyed hash while it is active, and then nothing', async () => {
    const address = '198.51.100.77';
    const ids = [await held({ MANY: 1 }, {}, { address }), await held({ MANY: 1 }, {}, { address })];
    const { rows } = await gateway.db.query<{ row: string; bytes: number }>(
      `SELECT holds::text AS row, octet_length(client) AS bytes FROM holds`,
    );
    expect(rows.map(({ bytes }) => bytes)).toEqual([32, 32]);
    expect(JSON.stringify(rows)).not.toContain(address);
    await ask('holdRelease', { hold: ids[0] });
    await ask('holdConfirm', { hold: ids[1] }, { secret: await seedApiKey(gateway.db) });
    await gateway.db.query(`UPDATE holds SET expires_at = now() WHERE id = (SELECT id FROM holds LIMIT 1)`);
    const { rows: ended } = await gateway.db.query(`SELECT status, client FROM holds ORDER BY status`);
    expect(ended).toEqual([
      { status: 'CONFIRMED', client: null },
      { status: 'RELEASED', client: null },
    ]);
  });
});

// Failed on 2026-11-30: what one address held and let go of stayed for 30 days, 200 GB of it.
describe('what strangers held and nobody bought', () => {
  test('is kept while it is not too much; what was bought, and what keys held, stays', async () => {
    const secret = await seedApiKey(gateway.db);
    const keys = await held({ MANY: 1 }, {}, { secret });
    const bought = await held({ MANY: 1 });
    await ask('holdRelease', { hold: keys }, { secret });
    await ask('holdConfirm', { hold: bought }, { secret });
    const ended: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const id = await held({ MANY: 1 });
      await ask('holdRelease', { hold: id });
      ended.push(id);
    }
    const active = await held({ MANY: 1 });
    const kept = async (most: number): Promise<string[]> => {
      await pruneHolds(gateway.db, new AbortController().signal, most);
      const { rows } = await gateway.db.query<{ id: string }>('SELECT id FROM holds');
      return rows.map(({ id }) => toGlobalId('Hold', id)).sort();
    };
    expect(await kept(3)).toEqual([keys, bought, active, ...ended].sort());
    expect(await kept(2)).toEqual([keys, bought, active, ...ended.slice(1)].sort());
    expect(await kept(0)).toEqual([keys, bought, active].sort());
  });
});

describe('strangers with the same idempotency key', () => {
  const more = (idempotencyKey: string): object => ({ idempotencyKey });

  test('hold for themselves, and each one gets its own answer again', async () => {
    const [first, second] = [
      await held({ MANY: 1 }, more('cart-1'), stranger(1)),
      await held({ MANY: 1 }, more('cart-1'), stranger(2)),
    ];
    expect(second).not.toBe(first);
    expect(await held({ MANY: 1 }, more('cart-1'), stranger(1))).toBe(first);
    expect(await held({ MANY: 1 }, more('cart-1'), stranger(2))).toBe(second);
    expect(await count('held')).toMatchObject({ MANY: 2 });
  });

  test('have no conflicts with one another', async () => {
    await held({ MANY: 1 }, more('cart-2'), stranger(1));
    expect(codesOf(await create({ MANY: 2 }, more('cart-2'), stranger(1)))).toEqual(['IDEMPOTENCY_CONFLICT']);
    await held({ MANY: 2 }, more('cart-2'), stranger(2));
  });

  test('are one caller within an IPv6 network', async () => {
    const id = await held({ MANY: 1 }, more('cart-3'), { address: '2001:db8:1:2::1' });
    expect(await held({ MANY: 1 }, more('cart-3'), { address: '2001:db8:1:2:ffff::9' })).toBe(id);
    expect(await held({ MANY: 1 }, more('cart-3'), { address: '2001:db8:1:3::1' })).not.toBe(id);
  });

  test('release holds, each one its own or another whose id it has', async () => {
    const [first, second] = [
      await held({ MANY: 1 }, {}, stranger(1)),
      await held({ MANY: 1 }, {}, stranger(2)),
    ];
    const release = async (hold: string, n: number): Promise<string | string[] | undefined> => {
      const { data } = await ask('holdRelease', { hold, ...more('release') }, stranger(n));
      const payload = data?.payload;
      return payload == null || payload.userErrors.length === 0 ? payload?.hold?.status : codesOf(payload);
    };
    expect(await release(first, 1)).toBe('RELEASED');
    expect(await release(first, 1)).toBe('RELEASED');
    expect(await release(first, 2)).toEqual(['HOLD_NOT_ACTIVE']);
    expect(await release(second, 3)).toBe('RELEASED');
  });

  test('make boards for themselves', async () => {
    const make = async (n: number): Promise<string> => {
      const response = await gateway.http.inject({
        method: 'POST',
        url: '/graphql',
        remoteAddress: stranger(n).address,
        payload: {
          query: `mutation { boardCreate(input: { title: "Mine", idempotencyKey: "board" }) { board { id } } }`,
        },
      });
      return boardMade.parse(response.json()).data.boardCreate.board.id;
    };
    const first = await make(1);
    expect(await make(2)).not.toBe(first);
    expect(await make(1)).toBe(first);
  });

  test('are known by no address', async () => {
    await held({ MANY: 1 }, more('cart-4'), stranger(9));
    const { rows } = await gateway.db.query<{ row: string; bytes: number; isOfHold: boolean }>(
      `SELECT kept::text AS row, octet_length(shopper) AS bytes,
         EXISTS (SELECT FROM holds WHERE client = kept.shopper) AS "isOfHold"
       FROM idempotency_keys kept WHERE key = 'cart-4'`,
    );
    expect(rows).toMatchObject([{ bytes: 32, isOfHold: false }]);
    expect(JSON.stringify(rows)).not.toContain(stranger(9).address);
  });
});

describe('behind a proxy', () => {
  const forwarded = (client: string): Record<string, string> => ({ 'x-forwarded-for': client });
  const use = async (clients: readonly string[], on: TestGateway, address: string): Promise<string[]> => {
    const codes = [];
    for (const client of clients) {
      codes.push(...codesOf(await create({ MANY: 1 }, {}, { on, address, headers: forwarded(client) })));
    }
    return codes;
  };
  const FOUR = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];

  test('that is not trusted, the client is the proxy, whatever it says', async () => {
    expect(await use(FOUR, gateway, '10.1.2.3')).toEqual(['HOLD_LIMIT']);
  });

  test('that is trusted, the client is the one it names, and what a client adds is not believed', async () => {
    const on = await startTestGateway(() => Promise.resolve(), {
      beside: gateway,
      guestLimits: { ...LIMITS, share: 1 },
      trustedProxies: ['10.0.0.0/8'],
    });
    try {
      expect(await use(FOUR, on, '10.1.2.3')).toEqual([]);
      const lies = ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'].map((lie) => `${lie}, 192.0.2.9`);
      expect(await use(lies, on, '10.1.2.3')).toEqual(['HOLD_LIMIT']);
      // With the port of the connection, which differs every time.
      const ports = ['192.0.2.8:1', '192.0.2.8:2', '192.0.2.8:3', '192.0.2.8:4'];
      expect(await use(ports, on, '10.1.2.3')).toEqual(['HOLD_LIMIT']);
      expect(await use(FOUR, on, '192.0.2.7')).toEqual(['HOLD_LIMIT']);
    } finally {
      await on.close();
    }
  });
});

describe('a checkout', () => {
  const read = async (id: string, secret?: string): Promise<unknown> =>
    (await gateway.ask('query ($id: ID!) { hold(id: $id) { status } }', { id }, secret)).data;

  test('reads and confirms the hold of a stranger, with a key that may do nothing else', async () => {
    const checkout = await seedApiKey(gateway.db, { name: 'checkout', scopes: ['holds:confirm'] });
    const id = await held({ MANY: 2, LAST: 1 });
    expect(await read(id, checkout)).toEqual({ hold: { status: 'ACTIVE' } });
    const { data } = await ask('holdConfirm', { hold: id }, { secret: checkout });
    expect(data?.payload).toMatchObject({ hold: { id, status: 'CONFIRMED' }, userErrors: [] });
    const { rows } = await gateway.db.query(`SELECT actor FROM stock_ledger ORDER BY id DESC LIMIT 1`);
    expect(rows).toEqual([{ actor: 'checkout' }]);
    // Its own holds count as those of a guest.
    expect(codesOf(await create({ MANY: 11 }, {}, { secret: checkout }))).toEqual(['HOLD_LIMIT']);
  });

  test.each([
    [
      'without the scope',
      { scopes: ['catalog:write', 'holds:create'] as const },
      /lacks the scope holds:confirm.*--scope/,
    ],
    ['of another channel', { channels: ['us'] as const }, /is for the channel "us", not for "eu"/],
  ])('with a key %s confirms nothing', async (_what, key, message) => {
    const secret = await seedApiKey(gateway.db, key);
    const id = await held({ MANY: 1 });
    const { errors } = await ask('holdConfirm', { hold: id }, { secret });
    expect(errors).toEqual([{ message: expect.stringMatching(message), extensions: { code: 'FORBIDDEN' } }]);
    expect(await read(id)).toEqual({ hold: { status: 'ACTIVE' } });
  });

  test('with a key of the channel confirms its holds, and holds without limits there, and nothing elsewhere', async () => {
    const secret = await seedApiKey(gateway.db, { channels: ['us'] });
    const id = await held({ MANY: 1 }, {}, { channel: 'us' });
    const { data } = await ask('holdConfirm', { hold: id }, { secret, channel: 'us' });
    expect(data?.payload?.userErrors).toEqual([]);
    await held({ MANY: 12 }, {}, { secret, channel: 'us' });
    const { errors } = await ask('holdCreate', { lines: [] }, { secret });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  // Failed on 2026-11-29: with a key, anybody's hold lasted for the channel's 3,600 seconds.
  test('keeps the hold of a guest for as long as a guest may', async () => {
    const secret = await seedApiKey(gateway.db, { scopes: ['holds:create'] });
    const own = await held({ MANY: 1 }, { seconds: 60 }, { secret });
    const theirs = await held({ MANY: 1 }, { seconds: 60 });
    const extend = async (hold: string, seconds: number) =>
      (await ask('holdExtend', { hold, seconds }, { secret })).data?.payload?.userErrors;
    expect(await extend(theirs, LIMITS.seconds + 60)).toMatchObject([{ code: 'HOLD_LIMIT' }]);
    expect(await extend(theirs, LIMITS.seconds - 60)).toEqual([]);
    expect(await extend(own, LIMITS.seconds + 60)).toEqual([]);
  });

  test('confirms what a storefront held with a key that has no scope', async () => {
    const storefront = await seedApiKey(gateway.db, { scopes: READER });
    expect(codesOf(await create({ MANY: 11 }, {}, { secret: storefront }))).toEqual(['HOLD_LIMIT']);
    const id = await held({ MANY: 1 }, {}, { secret: storefront });
    const checkout = await seedApiKey(gateway.db, { scopes: ['holds:confirm'] });
    expect((await ask('holdConfirm', { hold: id }, { secret: checkout })).data?.payload?.hold?.status).toBe(
      'CONFIRMED',
    );
  });

  test('does not reach a hold of a key, and strangers do not read or release it', async () => {
    const id = await held({ MANY: 1 }, {}, { secret: await seedApiKey(gateway.db) });
    const checkout = await seedApiKey(gateway.db, { scopes: ['holds:confirm'] });
    for (const [operation, secret] of [
      ['holdConfirm', checkout],
      ['holdRelease', undefined],
    ] as const) {
      const { data } = await ask(operation, { hold: id }, secret === undefined ? {} : { secret });
      expect(data?.payload?.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    expect(await read(id)).toEqual({ hold: null });
  });
});
