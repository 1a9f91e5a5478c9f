import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { toGlobalId } from 'graphql-relay';
import { API_KEY_CACHE_MS } from '../../src/access/api-key.store.js';
import { revokeKey } from '../../src/access/manage-keys.store.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { setClock } from '../support/clock.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { SHOP, shopperToken } from '../support/shoppers.js';
import { openClient, subscribe, type Told } from '../support/subscriptions.js';

/**
 * What a socket may do is checked again for each event. Before, a key that was revoked went on receiving events for as
 * long as its socket was open.
 */
const WATCH = `subscription { availabilityChanged(skus: ["${toGlobalId('Sku', 1)}"]) { availability { quantity } } }`;

let gateway: TestGateway;
let url: string;
const clients: Client[] = [];
let stock = 5;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'shirt', skus: [{ code: 'S', stock: { berlin: stock } }] });
    },
    { shoppers: SHOP },
  );
  url = await gateway.listen();
});
afterEach(async () => {
  jest.useRealTimers();
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(() => gateway.close());

function connect(params: Record<string, unknown>, headers: Record<string, string> = {}) {
  const client = openClient(url, params, headers);
  clients.push(client);
  return subscribe(client, WATCH);
}

/** The next event, after a change. */
async function nextOf(subscription: ReturnType<typeof connect>): Promise<Told | null> {
  await setStock(gateway.db, 'S', (stock += 1));
  return subscription.next();
}

const failedFor = (code: string, why: RegExp): object => ({
  errors: [{ code, message: expect.stringMatching(why) }],
});

test.each<[string, (name: string) => Promise<unknown>]>([
  ['was revoked', (name) => revokeKey(gateway.db, name)],
  [
    'has expired',
    (name) => gateway.db.query('UPDATE api_keys SET expires_at = now() WHERE name = $1', [name]),
  ],
])('a socket whose key %s gets no more events: its subscriptions end', async (what, end) => {
  const name = what.replace(' ', '-');
  const watch = connect({ Authorization: `Bearer ${await seedApiKey(gateway.db, { name })}` });
  expect(await watch.next()).toMatchObject({ errors: [] });
  expect(await nextOf(watch)).toMatchObject({ errors: [] });
  await end(name);
  await sleep(API_KEY_CACHE_MS);
  expect(await nextOf(watch)).toMatchObject(
    failedFor('UNAUTHENTICATED', /unknown, has expired, or was revoked/),
  );
  expect(await watch.next()).toBeNull();
});

test('a subscription whose key loses its channel ends', async () => {
  await gateway.db.query(
    `INSERT INTO channels (handle, name, price_list_id) SELECT 'outlet', 'Outlet', price_list_id FROM channels WHERE handle = 'eu';
     INSERT INTO channel_locations SELECT outlet.id, location_id FROM channel_locations, channels outlet, channels eu
       WHERE outlet.handle = 'outlet' AND eu.handle = 'eu' AND channel_id = eu.id`,
  );
  const secret = await seedApiKey(gateway.db, { channels: ['outlet', 'us'] });
  const watch = connect({ authorization: `Bearer ${secret}` });
  expect(await watch.next()).toMatchObject({ errors: [] });
  await gateway.db.query(
    `DELETE FROM api_key_channels USING channels WHERE channels.id = channel_id AND handle = 'outlet'`,
  );
  await sleep(API_KEY_CACHE_MS);
  expect(await nextOf(watch)).toMatchObject(
    failedFor('FORBIDDEN', /is for the channel "us", not for "outlet"/),
  );
  expect(await watch.next()).toBeNull();
});

test('a subscription whose shopper token expires ends', async () => {
  const watch = connect({ 'vitrine-shopper': await shopperToken('ada', '5m') });
  expect(await watch.next()).toMatchObject({ errors: [] });
  setClock(Date.now() + 6 * 60_000);
  expect(await nextOf(watch)).toMatchObject(failedFor('UNAUTHENTICATED', /it has expired/));
  expect(await watch.next()).toBeNull();
});

test('a socket is refused for an invalid token, and for an origin that its key does not allow', async () => {
  expect(await connect({ 'Vitrine-Shopper': 'nonsense' }).next()).toMatchObject(
    failedFor('4401', /not a valid token/),
  );
  const secret = await seedApiKey(gateway.db, { origins: ['https://shop.example'] });
  const from = (origin: string) => connect({ authorization: `Bearer ${secret}` }, { origin });
  expect(await from('https://evil.example').next()).toMatchObject(failedFor('4403', /may not be used from/));
  expect(await from('https://shop.example').next()).toMatchObject({ errors: [] });
});

test('a socket with two keys is refused', async () => {
  const [one, other] = [await seedApiKey(gateway.db), await seedApiKey(gateway.db)];
  const params = { authorization: `Bearer ${one}`, Authorization: `Bearer ${other}` };
  expect(await connect(params).next()).toMatchObject(failedFor('4401', /once/));
});
