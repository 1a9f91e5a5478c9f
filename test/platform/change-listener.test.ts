import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openChangeListener, type ChangeListener } from '../../src/platform/change-listener.js';
import type { Database } from '../../src/platform/postgres.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/waiting.js';

/** A connection that is silent for this long counts as dead. */
const SILENCE_MS = 300;

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await seedMarkets(db);
  await seedProduct(db, { handle: 'shirt', skus: [{ code: 'SHIRT' }, { code: 'SHIRT-M' }] });
});
afterAll(() => database.drop());

const opened: ChangeListener[] = [];
const said: string[] = [];
afterEach(async () => {
  for (const changes of opened.splice(0)) await changes.close();
  said.splice(0);
});

/** A listener and how often it was called, for writes to that table or to any; `waits` for this many calls. */
function listen({ url = database.url, table }: { url?: string; table?: string } = {}): {
  calls: () => number;
  waits: (calls: number) => Promise<void>;
} {
  const log = pino({ level: 'info' }, { write: (line: string) => said.push(line) });
  const changes = openChangeListener({ url, log });
  opened.push(changes);
  let calls = 0;
  changes.onChange(() => calls++, table);
  return {
    calls: () => calls,
    waits: (wanted) => until(`it was called ${wanted} times`, () => calls >= wanted),
  };
}

test.each([
  ['a change of what an index stores', 'product_changes', `UPDATE prices SET amount = amount + 1`],
  ['stock that no index stores', 'sku_changes', 'UPDATE stock_levels SET on_hand = on_hand + 1'],
  [
    'stock that comes',
    'sku_changes',
    `INSERT INTO stock_levels SELECT skus.id, stock_locations.id, 0 FROM skus, stock_locations
    WHERE code = 'SHIRT' AND handle = 'paris'`,
  ],
  ['stock that goes', 'sku_changes', 'DELETE FROM stock_levels WHERE on_hand = 0'],
])('is called once for %s', async (_what, table, statement) => {
  const { calls, waits } = listen({ table });
  await waits(1);
  await db.query(statement);
  await waits(2);
  await sleep(SILENCE_MS);
  expect(calls()).toBe(2);
});

test('stays silent for what neither an index nor a watcher asks about', async () => {
  const { calls, waits } = listen();
  await waits(1);
  await db.query(`UPDATE channels SET low_stock_threshold = 4`);
  await db.query(`INSERT INTO brands (handle, name) VALUES ('acme', 'Acme')`);
  await sleep(SILENCE_MS);
  expect(calls()).toBeLessThanOrEqual(2);
});

test('who waits for writes of one table is not called for another', async () => {
  const [jobs, any] = [listen({ table: 'image_jobs' }), listen()];
  await Promise.all([jobs.waits(1), any.waits(1)]);
  await setStock(db, 'SHIRT', 5);
  await any.waits(2);
  await sleep(SILENCE_MS);
  expect(jobs.calls()).toBe(1);
});

test('a listener that left is not called', async () => {
  const { waits } = listen();
  const [changes] = opened;
  let heard = 0;
  const leave = changes?.onChange(() => heard++);
  await waits(1);
  leave?.();
  const before = heard;
  await setStock(db, 'SHIRT', 3);
  await waits(2);
  expect(heard).toBe(before);
});

test('a connection that breaks is made again, and the listener is called for what it may have missed', async () => {
  const { waits } = listen();
  await waits(1);
  const { rowCount } = await db.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'vitrine change listener'`,
  );
  expect(rowCount).toBe(1);
  await waits(2);
  await setStock(db, 'SHIRT', 4);
  await waits(3);
  await until('it says that it is well again', () => said.length === 2);
  expect(said.join('')).toMatch(/notifications are unavailable[^]*notifications are available again/);
});

// Failed on 2026-11-28: each of these connections was reported as a recovery.
test('connections that break as soon as they listen are told of once', async () => {
  const { calls } = listen();
  const [changes] = opened;
  let broken = Promise.resolve<unknown>(null);
  changes?.onChange(() => {
    broken = broken.then(() =>
      db.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'vitrine change listener'`,
      ),
    );
  });
  await until('it listened four times', () => calls() >= 4);
  await changes?.close();
  await broken;
  expect(said).toHaveLength(1);
});

test('a database that is away is told of once, and closing waits for no answer', async () => {
  const connections: { destroy(): void }[] = [];
  // Accepts connections and sends nothing.
  const mute = createServer((socket) => connections.push(socket)).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const address = mute.address();
  const url = `postgres://nobody@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/none`;
  try {
    listen({ url: 'postgres://nobody@127.0.0.1:1/none' });
    listen({ url });
    await sleep(2 * SILENCE_MS);
    const closing = Date.now();
    for (const changes of opened.splice(0)) await changes.close();
    // It would give up on a response after five seconds.
    expect(Date.now() - closing).toBeLessThan(4_000);
    expect(said.filter((line) => line.includes('notifications are unavailable'))).toHaveLength(1);
  } finally {
    for (const socket of connections) socket.destroy();
    mute.close();
  }
});

// Failed on 2026-11-24 with a notify_change() that did not try the lock: both transactions notified.
test('while one transaction has the lock no other one notifies, nor waits for it', async () => {
  const { calls, waits } = listen();
  await waits(1);
  const slow = await db.connect();
  try {
    await slow.query('BEGIN');
    await slow.query(
      `UPDATE stock_levels SET on_hand = 9 WHERE sku_id = (SELECT id FROM skus WHERE code = 'SHIRT')`,
    );
    await setStock(db, 'SHIRT-M', 2);
    await sleep(SILENCE_MS);
    expect(calls()).toBe(1);
    await slow.query('COMMIT');
    await waits(2);
  } finally {
    slow.release();
  }
});
