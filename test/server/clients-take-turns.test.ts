import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { transaction } from '../../src/platform/postgres.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openClient, subscribe } from '../support/subscriptions.js';
import { MAX_SUBSCRIPTIONS } from '../../src/server/limits.js';
import { until, waiting } from '../support/waiting.js';

/** Several times as many as there are connections. */
const FLOOD = 30;

let gateway: TestGateway;
let sku: string;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      const skus = [{ code: 'TEE', prices: { eu: 1_000 }, stock: { berlin: 500 } }];
      await seedProduct(db, { handle: 'tee', skus });
    },
    { trustedProxies: ['127.0.0.1'] },
  );
  const { rows } = await gateway.db.query<{ id: number }>('SELECT id FROM skus');
  sku = toGlobalId('Sku', rows[0]?.id ?? 0);
});
afterAll(() => gateway.close());

const from = (address: string, document: string) =>
  gateway.ask(document, {}, undefined, { 'x-forwarded-for': address });
const flood = (address: (n: number) => string) =>
  Array.from({ length: FLOOD }, (_, n) => from(address(n), '{ categories { handle } }'));
const read = () => from('192.0.2.1', `{ sku(id: "${sku}") { code } }`);
/** Transactions that wait for another one. */
const blocked = async () => {
  const { rowCount } = await gateway.db.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount ?? 0;
};
const hold = (address = '192.0.2.2') =>
  from(
    address,
    `mutation { holdCreate(input: { lines: [{ sku: "${sku}" }] }) { hold { status } userErrors { code } } }`,
  );

test.each([
  // Failed on 2026-11-29: the others got DATABASE_UNAVAILABLE after 5 s.
  ['a client', () => '198.51.100.1'],
  // Failed on 2026-11-30: each of 65,536 networks had a turn of its own.
  ['a customer with many IPv6 networks', (n: number) => `2001:db8:1:${n}::1`],
])('%s whose slow statements pile up delays neither reads nor holds of others', async (_who, address) => {
  await transaction(gateway.db, async (client) => {
    await client.query('LOCK TABLE categories IN ACCESS EXCLUSIVE MODE');
    const piled = flood(address);
    for (let i = 0; i < 3; i += 1) {
      expect(await read()).toEqual({ data: { sku: { code: 'TEE' } }, errors: [] });
      expect(await hold()).toMatchObject({
        data: { holdCreate: { hold: { status: 'ACTIVE' } } },
        errors: [],
      });
    }
    const first = await Promise.race(piled);
    expect(first.errors).toMatchObject([
      { code: 'SERVICE_OVERLOADED', message: expect.stringMatching(/send fewer at once/) },
    ]);
    await client.query('ROLLBACK');
    await Promise.all(piled);
  });
});

// Failed on 2026-11-29: the hold got DATABASE_UNAVAILABLE.
test('when reads of many clients wait for each other, connections are left for holds', async () => {
  await transaction(gateway.db, async (client) => {
    await client.query('LOCK TABLE categories IN ACCESS EXCLUSIVE MODE');
    const piled = [1, 2, 3].flatMap((n) => flood(() => `198.51.100.${n}`));
    await waiting(gateway.db, 8);
    expect(await hold()).toMatchObject({ data: { holdCreate: { userErrors: [] } }, errors: [] });
    await client.query('ROLLBACK');
    await Promise.all(piled);
  });
});

// Failed on 2026-11-29: events of subscriptions took no turns, so all of them were worked on at once.
test('a client whose events pile up delays neither reads nor holds of others', async () => {
  const url = await gateway.listen();
  const client = openClient(url, {}, { 'x-forwarded-for': '198.51.100.9' });
  await transaction(gateway.db, async (lock) => {
    await lock.query('LOCK TABLE categories IN ACCESS EXCLUSIVE MODE');
    const events = Array.from({ length: MAX_SUBSCRIPTIONS }, () =>
      subscribe(
        client,
        'subscription ($skus: [ID!]!) { availabilityChanged(skus: $skus) { product { category { handle } } } }',
        { skus: [sku] },
      ),
    );
    await until('events wait for the lock', async () => (await blocked()) > 0);
    for (let i = 0; i < 3; i += 1) {
      expect(await read()).toEqual({ data: { sku: { code: 'TEE' } }, errors: [] });
      expect(await hold('192.0.2.3')).toMatchObject({ data: { holdCreate: { userErrors: [] } }, errors: [] });
    }
    expect(await blocked()).toBeLessThan(MAX_SUBSCRIPTIONS / 2);
    await lock.query('ROLLBACK');
    for (const event of events) expect(await event.next()).not.toBeNull();
  });
  await client.dispose();
});
