import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import sql from 'sql-template-tag';
import { closeDatabase, withClient } from '../../src/platform/connections.js';
import { DatabaseUnavailable, StatementCanceled } from '../../src/platform/database-unavailable.js';
import {
  execute,
  openDatabase,
  patiently,
  snapshot,
  transaction,
  type Database,
} from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';

const STATEMENT_MS = 500;
const CONNECTIONS = 10;
/** Longer than it takes to give up on one silent statement, and shorter than for two of them in sequence. */
const ONE_SILENCE_MS = 4_500;

let database: TestDatabase;
let proxy: FaultProxy;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  proxy = await startFaultProxy(database.url);
  db = openDatabase(proxy.url, () => undefined, { statementMs: STATEMENT_MS, connections: CONNECTIONS });
});
afterEach(async () => {
  await closeDatabase(db);
  await proxy.close();
});
afterAll(() => database.drop());

const one = (): Promise<number> => execute(db, sql`SELECT 1`);
const sleeps = (ms: number) => sql`SELECT pg_sleep(${ms / 1_000})`;
const failure = (code: string) => expect.objectContaining({ name: 'DatabaseUnavailable', code });

/** Opens as many connections as the pool allows, and leaves them idle. */
async function fillPool(): Promise<void> {
  let open = 0;
  let release = (): void => undefined;
  const allAreOpen = new Promise<void>((resolve) => (release = resolve));
  const hold = (): Promise<void> => {
    open += 1;
    if (open === CONNECTIONS) release();
    return allAreOpen;
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, () => withClient(db, hold)));
  expect(proxy.connections()).toBe(CONNECTIONS);
}

// Failed on 2026-11-28 with a pool that trusts its idle connections: a request had to time out on each of the ten.
test('after a silent failover one request finds out for all connections', async () => {
  await fillPool();
  await proxy.set('silent');
  await proxy.set('forward');
  await expect(one()).rejects.toThrow(DatabaseUnavailable);
  const startedAt = performance.now();
  for (let request = 0; request < 10; request += 1) await one();
  expect(performance.now() - startedAt).toBeLessThan(ONE_SILENCE_MS);
});

test('a transaction that falls silent waits for no ROLLBACK, and says that it is lost', async () => {
  const startedAt = performance.now();
  let heard: unknown = null;
  const lost = transaction(db, async (client, signal) => {
    signal.addEventListener('abort', () => {
      heard = signal.reason;
    });
    await proxy.set('silent');
    await execute(client, sql`SELECT 1`);
  });
  await expect(lost).rejects.toThrow(DatabaseUnavailable);
  expect(performance.now() - startedAt).toBeLessThan(ONE_SILENCE_MS);
  expect(heard).toBeInstanceOf(DatabaseUnavailable);
});

// Failed on 2026-11-28 with a statement that went to the driver directly: a plain error, after two timeouts.
test('a snapshot that falls silent as it begins is lost, and waits for no ROLLBACK', async () => {
  proxy.silenceAt('REPEATABLE READ');
  const startedAt = performance.now();
  const lost = snapshot(db, (client) => execute(client, sql`SELECT 1`));
  await expect(lost).rejects.toThrow(DatabaseUnavailable);
  expect(performance.now() - startedAt).toBeLessThan(ONE_SILENCE_MS);
});

test('a snapshot sees one moment, and writes nothing', async () => {
  await execute(db, sql`CREATE TABLE moments (n integer)`);
  await snapshot(db, async (client) => {
    expect(await execute(client, sql`SELECT FROM moments`)).toBe(0);
    await execute(db, sql`INSERT INTO moments VALUES (1)`);
    expect(await execute(client, sql`SELECT FROM moments`)).toBe(0);
  });
  await expect(snapshot(db, (client) => execute(client, sql`DELETE FROM moments`))).rejects.toEqual(
    expect.objectContaining({ code: '25006' }),
  );
});

test('a statement that Postgres cancels is told as such, and its connection is kept', async () => {
  await expect(execute(db, sleeps(5_000))).rejects.toThrow(StatementCanceled);
  await one();
  expect(db.totalCount).toBe(1);
});

test('a statement that waits on purpose outlasts what others may take', async () => {
  await transaction(db, async (client) => {
    await execute(client, sql`SET LOCAL statement_timeout = 0`);
    await patiently(client, () => execute(client, sleeps(STATEMENT_MS + 2_500)));
  });
});

test.each([
  ['57P01', sql`SELECT pg_terminate_backend(pg_backend_pid(), 1000)`],
  ['53300', sql`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53300'; END $$`],
  ['57P03', sql`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P03'; END $$`],
  ['25006', sql`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '25006'; END $$`],
])('%s is an unavailable database, whose connection is closed', async (code, statement) => {
  // A busy machine may need long for the few milliseconds of each.
  const patient = openDatabase(proxy.url, () => undefined, { statementMs: 30_000, connections: CONNECTIONS });
  try {
    await expect(execute(patient, statement)).rejects.toEqual(failure(code));
    expect(patient.totalCount).toBe(0);
    expect(await execute(patient, sql`SELECT 1`)).toBe(1);
  } finally {
    await closeDatabase(patient);
  }
});

test('what is wrong with a statement is not taken for a database that is away, and the connection stays', async () => {
  await expect(execute(db, sql`SELECT 1 / 0`)).rejects.toEqual(expect.objectContaining({ code: '22012' }));
  await expect(transaction(db, (client) => execute(client, sql`SELECT 1 / 0`))).rejects.toEqual(
    expect.objectContaining({ code: '22012' }),
  );
  await one();
  expect(db.totalCount).toBe(1);
});

// Failed on 2026-11-28 with a pool that only shuts its connections down cleanly.
test('a pool that is closed while Postgres is silent leaves no connection open', async () => {
  const clients: Client[] = [];
  db.on('connect', (client) => {
    if (client instanceof Client) clients.push(client);
  });
  await fillPool();
  await proxy.set('silent');
  await closeDatabase(db);
  const deadline = Date.now() + 5_000;
  while (clients.some(({ connection }) => !connection.stream.destroyed)) {
    if (Date.now() > deadline) throw new Error('A connection was left open.');
    await sleep(20);
  }
  expect(clients).toHaveLength(10);
  db = openDatabase(proxy.url, () => undefined);
});
