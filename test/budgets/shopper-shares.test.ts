import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { NestedBudgets } from '../../src/budgets/nested-budgets.js';
import { type Payer, payerName } from '../../src/graph/server-context.js';
import { REFUSED_CREDENTIALS_COST } from '../../src/server/limits.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { AMPLE, startTestGateway, type TestGateway } from '../support/gateway.js';
import { HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { SHOP, shopperHeaders } from '../support/shoppers.js';

/** Of the key; nothing is restored. */
const CAPACITY = 500_000;
const SHARE = CAPACITY / 10;
/** More than 5,000 points, of which none are given back: its fields fail. */
const DEAR = `{ ${Array.from({ length: 25 }, (_, n) => `p${n}: products(first: 100, after: "none") { nodes { id } }`).join(' ')} }`;
const DEAR_POINTS = 5_000;

let gateway: TestGateway;
/** The key of a server that renders pages, and one that may name nobody. */
let server: string;
let reader: string;
beforeAll(async () => {
  const budgets = new MemoryBudgets({
    ...AMPLE,
    anonymousRate: CAPACITY,
    keyRate: CAPACITY,
    now: () => 0,
  });
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'shirt', skus: [{ code: 'S', stock: { berlin: 5 } }] });
    },
    { budgets, shoppers: SHOP },
  );
});
beforeEach(async () => {
  server = await seedApiKey(gateway.db, { scopes: ['catalog:read', 'shoppers:forward'] });
  reader = await seedApiKey(gateway.db, { scopes: ['catalog:read'] });
});
afterAll(() => gateway.close());

const at = (address: string): Record<string, string> => ({ 'vitrine-shopper-address': address });

/** Sends requests until one is throttled; returns how many were not. */
async function exhaust(secret: string, headers: Record<string, string>): Promise<number> {
  for (let served = 0; ; served += 1) {
    const { errors } = await gateway.ask(DEAR, {}, secret, headers);
    if (errors.some(({ code }) => code === 'THROTTLED')) return served;
    expect(errors[0]).toMatchObject({ code: 'INVALID_CURSOR' });
  }
}

async function codeOf(secret: string | undefined, headers: Record<string, string>): Promise<string | null> {
  const { errors } = await gateway.ask('{ channel { handle } }', {}, secret, headers);
  return errors[0]?.code ?? null;
}

// Failed on 2026-11-29: whoever searched enough in a shop that asks with one key stopped all others.
describe('one shopper of a key uses up a tenth of its budget, and no other', () => {
  test.each<[string, () => Promise<Record<string, string>>, () => Promise<Record<string, string>>]>([
    ['with an address', async () => at('203.0.113.1'), async () => at('203.0.113.2')],
    ['in an IPv6 network', async () => at('2001:db8:1:2::1'), async () => at('2001:db8:1:3::1')],
    ['with a token', () => shopperHeaders('ada'), () => shopperHeaders('ben')],
  ])('%s', async (_who, one, other) => {
    const served = await exhaust(server, await one());
    expect(served).toBeGreaterThan(0);
    expect(served * DEAR_POINTS).toBeLessThanOrEqual(SHARE);
    expect(await codeOf(server, await one())).toBeNull();
    expect(await exhaust(server, await other())).toBe(served);
    // Those of the key, which are the rest.
    expect(await exhaust(server, {})).toBeGreaterThan(served * 6);
  });

  test('whose network counts as one', async () => {
    await exhaust(server, at('2001:db8:1:2::1'));
    expect(await exhaust(server, at('2001:db8:1:2:ffff::9'))).toBe(0);
  });

  test('and all together no more than the key has', async () => {
    const served: number[] = [];
    for (let n = 1; n <= 20; n += 1) served.push(await exhaust(server, at(`203.0.113.${n}`)));
    expect(served.at(-1)).toBe(0);
    expect(await exhaust(server, {})).toBe(0);
    expect(await codeOf(reader, {})).toBeNull();
  });

  // Failed on 2026-11-29: with an invented address for each request, one key held up all other callers.
  test('and they take turns as one client', () => {
    const key: Payer = { kind: 'key', id: '1', pointsPerSecond: null, shopper: null, site: null };
    expect(payerName({ ...key, shopper: 'ada' })).toBe(payerName({ ...key, shopper: 'ben' }));
  });

  test('whose debts beyond that are not the key’s', () => {
    const budgets = new NestedBudgets(new MemoryBudgets({ ...AMPLE, keyRate: CAPACITY, now: () => 0 }));
    const key: Payer = { kind: 'key', id: '1', pointsPerSecond: null, shopper: null, site: null };
    for (let searches = 0; searches < 40; searches += 1)
      budgets.giveBack({ ...key, shopper: 'ada' }, -40_000);
    expect(budgets.available({ ...key, shopper: 'ada' })).toBe(-SHARE);
    expect(budgets.available(key)).toBe(CAPACITY - 2 * SHARE);
    expect(budgets.available({ ...key, shopper: 'ben' })).toBe(SHARE);
  });
});

test('guests are told apart by the address that the key names for them', async () => {
  const { rows } = await gateway.db.query<{ id: number }>('SELECT id FROM skus');
  const hold = async (address: string): Promise<unknown> => {
    const document = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;
    const input = { lines: [{ sku: toGlobalId('Sku', rows[0]?.id ?? 0), quantity: 1 }] };
    const { data } = await gateway.ask(document, { input }, server, at(address));
    return z
      .object({ payload: holdPayload.shape.payload })
      .parse(data)
      .payload.userErrors.map(({ code }) => code);
  };
  await gateway.db.query(`UPDATE stock_levels SET on_hand = 50`);
  for (const address of ['203.0.113.1', '203.0.113.1', '203.0.113.2'])
    expect(await hold(address)).toEqual([]);
  const clients = await gateway.db.query('SELECT DISTINCT client FROM holds');
  expect(clients.rows).toHaveLength(2);
});

test('an address is refused from whoever may not name it, and if it is none', async () => {
  expect(await codeOf(undefined, at('203.0.113.1'))).toBe('UNAUTHENTICATED');
  expect(await codeOf(reader, at('203.0.113.1'))).toBe('FORBIDDEN');
  expect(await codeOf(reader, {})).toBeNull();
  for (const none of ['', 'ada', '203.0.113.1, 203.0.113.2'])
    expect(await codeOf(server, at(none))).toBe('BAD_USER_INPUT');
  expect(await codeOf(server, at('[2001:db8::1]:443'))).toBeNull();
});

const costOf = z.object({ extensions: z.object({ cost: z.object({ available: z.number() }) }) });

// Failed on 2026-11-30: with a key that is known, such refusals were free.
test.each([
  ['a token that is none', { 'vitrine-shopper': 'forged' }],
  ['an address that is none', at('ada')],
])('the holder of a key pays for %s', async (_what, headers) => {
  const available = async (): Promise<number> => {
    const authorization = `Bearer ${server}`;
    const payload = { query: '{ __typename }' };
    const answer = await gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      payload,
      headers: { authorization },
    });
    return costOf.parse(answer.json()).extensions.cost.available;
  };
  await available();
  const before = await available();
  const request = before - (await available());
  await codeOf(server, headers);
  expect(before - (await available())).toBe(2 * request + REFUSED_CREDENTIALS_COST);
});
