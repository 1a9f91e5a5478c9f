import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import type { Client } from 'graphql-ws';
import { Client as PgClient } from 'pg';
import { z } from 'zod';
import type { Database } from '../../src/platform/postgres.js';
import {
  currentSkuPosition,
  pruneSkuChanges,
  readSkuChanges,
  type SkuPosition,
} from '../../src/inventory/sku-change.store.js';
import { MAX_SUBSCRIPTIONS } from '../../src/server/limits.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { holdSql } from '../support/holds.js';
import { openClient, subscribe, type TestSubscription } from '../support/subscriptions.js';
import { until } from '../support/waiting.js';

const WATCH = `subscription ($skus: [ID!]!) { availabilityChanged(skus: $skus) {
  code price { amount } availability { quantity promised } } }`;
/** Of one client, in as many subscriptions as a connection may have: eight times what a round reads. */
const MANY = 2_000;
/** What two rounds read: the one that finds the change, and one before it. */
const SOON = 701;
/** With them, there is more stock than one statement names SKUs. */
const STORES = 4;

let gateway: TestGateway;
let db: Database;
let modest: TestSubscription;
/** That of a SKU which nobody watches. */
let unwatched: string;
let connect: (address: string) => Client;
const clients: Client[] = [];

beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'wall' });
      // Without triggers, which take most of the time.
      await db.query(`
        BEGIN;
        SET LOCAL session_replication_role = replica;
        INSERT INTO stock_locations (handle, name, country_code) SELECT 'store-' || n, 'Store', 'DE'
          FROM generate_series(1, ${STORES}) n;
        INSERT INTO skus (product_id, code) SELECT id, 'MANY-' || n FROM products, generate_series(1, ${MANY + 1}) n;
        INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, skus.id, 1000
          FROM price_lists, skus WHERE price_lists.handle = 'eu';
        INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT skus.id, stock_locations.id, 5
          FROM skus, stock_locations WHERE stock_locations.handle = 'berlin' OR stock_locations.handle LIKE 'store-%';
        COMMIT`);
      await db.query('ANALYZE skus, stock_levels, prices');
      await seedProduct(db, { handle: 'cap', skus: [{ code: 'ONE', whenOut: 'preorder' }] });
    },
    { trustedProxies: ['127.0.0.1'] },
  );
  ({ db } = gateway);
  const url = await gateway.listen();
  connect = (address) => {
    const client = openClient(url, {}, { 'x-forwarded-for': address });
    clients.push(client);
    return client;
  };
  const { rows } = await db.query<{ id: number; code: string }>(
    `SELECT id, code FROM skus ORDER BY code <> 'ONE', id`,
  );
  const [one, ...many] = rows.map(({ id }) => toGlobalId('Sku', id));
  unwatched = many.at(-1) ?? '';
  const greedy = connect('203.0.113.1');
  const each = MANY / MAX_SUBSCRIPTIONS;
  const watching = Array.from({ length: MAX_SUBSCRIPTIONS }, (_, n) =>
    subscribe(greedy, WATCH, { skus: many.slice(n * each, (n + 1) * each) }),
  );
  for (const subscription of watching)
    for (let event = 0; event < each; event += 1) await subscription.next();
  modest = subscribe(connect('203.0.113.2'), WATCH, { skus: [one] });
  await modest.next();
}, 60_000);
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await gateway.close();
});

const event = z.object({
  availabilityChanged: z.object({
    code: z.literal('ONE'),
    price: z.object({ amount: z.string() }),
    availability: z.object({ quantity: z.number(), promised: z.number().nullable() }),
  }),
});

/** How many SKUs are read meanwhile. */
async function readsDuring(work: () => Promise<unknown>): Promise<number> {
  const spy = jest.spyOn(PgClient.prototype, 'query');
  try {
    await work();
    const reads = spy.mock.calls.flatMap(([statement]) => {
      const { text, values } = Object(statement) as { text?: string; values?: unknown[] };
      return text?.includes('/* sku.byKey */') === true
        ? (values?.filter(Array.isArray).map(({ length }: unknown[]) => length) ?? [])
        : [];
    });
    return reads.reduce((sum, length) => sum + length, 0);
  } finally {
    spy.mockRestore();
  }
}

/** The next event of the client that watches one SKU, and how many SKUs were read between the change and the event. */
async function eventAfter(
  change: () => Promise<unknown>,
): Promise<{ told: z.infer<typeof event>['availabilityChanged']; reads: number }> {
  await change();
  let told: unknown;
  const reads = await readsDuring(async () => {
    told = (await modest.next())?.data;
  });
  return { told: event.parse(told).availabilityChanged, reads };
}

const passed = (moment: string): Promise<void> =>
  until('the moment has passed', async () => {
    const { rows } = await db.query<{ passed: boolean }>(`SELECT now() >= (${moment}) AS passed`);
    return rows[0]?.passed === true;
  });

// Failed on 2026-11-29: all that others watched was read first, which took seconds.
test.each<[string, () => Promise<unknown>, object]>([
  ['that is written', () => setStock(db, 'ONE', 4), { availability: { quantity: 4 } }],
  [
    'that is held',
    () =>
      db.query(
        `SELECT ${holdSql({ seconds: 2 })} FROM channels, skus WHERE channels.handle = 'eu' AND code = 'ONE'`,
      ),
    { availability: { quantity: 3 } },
  ],
  // Nothing sweeps holds in this gateway.
  [
    'whose hold expires',
    () => passed(`SELECT max(expires_at) FROM holds`),
    { availability: { quantity: 4 } },
  ],
  [
    'whose price is written',
    () =>
      db.query(`
        UPDATE prices SET amount = 900, valid = tstzrange(NULL, now() + interval '2 seconds')
          WHERE sku_id = (SELECT id FROM skus WHERE code = 'ONE') AND price_list_id = (SELECT id FROM price_lists WHERE handle = 'eu');
        INSERT INTO prices (price_list_id, sku_id, amount, valid)
          SELECT price_list_id, sku_id, 800, tstzrange(upper(valid), NULL) FROM prices WHERE amount = 900`),
    { price: { amount: '9.00' } },
  ],
  ['whose price begins', () => passed(`SELECT max(lower(valid)) FROM prices`), { price: { amount: '8.00' } }],
  [
    'that is promised',
    () => db.query(`UPDATE skus SET promised = 7 WHERE code = 'ONE'`),
    { availability: { promised: 7 } },
  ],
  [
    'that was written before others, and committed after them',
    async () => {
      const client = await db.connect();
      await client.query(
        `BEGIN; UPDATE stock_levels SET on_hand = 2 WHERE sku_id = (SELECT id FROM skus WHERE code = 'ONE')`,
      );
      const position = await currentSkuPosition(db);
      await setStock(db, 'MANY-1', 4);
      while ((await readSkuChanges(db, position)).keys.length === 0);
      await client.query('COMMIT');
      client.release();
    },
    { availability: { quantity: 2 } },
  ],
  [
    'that is one of thousands that are written at once',
    () =>
      db.query(`UPDATE stock_levels SET safety_stock = 1
        WHERE location_id = (SELECT id FROM stock_locations WHERE handle = 'berlin')`),
    { availability: { quantity: 1 } },
  ],
  [
    'that is one of too many to name',
    () => db.query('UPDATE stock_levels SET safety_stock = 2'),
    { availability: { quantity: 0 } },
  ],
])('an SKU %s is read soon, however many another client watches', async (_what, change, told) => {
  const found = await eventAfter(change);
  expect(found.told).toMatchObject(told);
  expect(found.reads).toBeLessThanOrEqual(SOON);
});

// Failed on 2026-11-29: its SKUs were read, but not for it, and then only in their turn among all others.
test('a subscription that begins while the log is read waits for one more read, however many others watch', async () => {
  const blocker = await db.connect();
  await blocker.query('BEGIN; LOCK TABLE sku_changes IN ACCESS EXCLUSIVE MODE');
  await until('the log is being read', async () => {
    const { rows } = await db.query(
      `SELECT FROM pg_locks WHERE relation = 'sku_changes'::regclass AND mode = 'AccessShareLock' AND NOT granted`,
    );
    return rows.length > 0;
  });
  const subscription = subscribe(connect('203.0.113.3'), WATCH, { skus: [unwatched] });
  // Later, it would be read in any case.
  await sleep(500);
  const reads = await readsDuring(async () => {
    await blocker.query('COMMIT');
    blocker.release();
    await subscription.next();
  });
  expect(reads).toBeLessThanOrEqual(SOON);
  await subscription.end();
});

test('the log of changes names what was written since a position, and is forgotten once all have read it', async () => {
  const ids = async (since: SkuPosition) => (await readSkuChanges(db, since)).keys;
  const before = await currentSkuPosition(db);
  expect(await ids(before)).toEqual([]);
  await setStock(db, 'ONE', 1);
  const { rows } = await db.query<{ id: number }>(`SELECT id FROM skus WHERE code = 'ONE'`);
  expect(await ids(before)).toEqual([rows[0]?.id]);
  await pruneSkuChanges(db, before);
  expect(await ids(before)).toEqual([rows[0]?.id]);
  // Not before transactions of others that began earlier have ended.
  await until('the change is forgotten', async () => {
    await pruneSkuChanges(db, await currentSkuPosition(db));
    return (await ids(before)).length === 0;
  });
});
