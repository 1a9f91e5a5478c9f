import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REQUESTS } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess } from '../support/gateways.js';
import { until } from '../support/waiting.js';

/** Longer than a statement of a request may take. */
const LONG_MS = REQUESTS.statementMs + 1_500;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Makes statements that read the table slow: they wait for this lock. Runs `work` in the meantime. */
async function whileSlow<T>(table: string, work: () => Promise<T>): Promise<T> {
  const client = await database.db.connect();
  try {
    await client.query(`BEGIN; LOCK TABLE ${table}`);
    return await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** The statement with this name that waits for a lock: its process, and when it began. */
async function slowStatement(name: string): Promise<unknown> {
  const { rows } = await database.db.query<{ pid: number; began: string }>(
    `SELECT pid, query_start::text AS began FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%/* ' || $1 || ' */%'`,
    [name],
  );
  return rows[0] ?? null;
}

/** Lets a statement take long; returns whether it is still the same one. */
async function outlasts(name: string): Promise<boolean> {
  await until(`${name} waits`, async () => (await slowStatement(name)) !== null);
  const first = JSON.stringify(await slowStatement(name));
  await sleep(LONG_MS);
  return JSON.stringify(await slowStatement(name)) === first;
}

// Failed on 2026-11-28 when the timeout of requests applied to everything: the gateway did not start.
test('the work of a gateway before it listens and beside its requests may take longer than a request', async () => {
  const { starting, outlasted } = await whileSlow('embeddings', async () => {
    const starting = startGatewayProcess(database.url);
    return { starting, outlasted: await outlasts('sync.checkEncoder') };
  });
  const gateway = await starting;
  try {
    expect(outlasted).toBe(true);
    expect(await whileSlow('product_changes', () => outlasts('sync.changes'))).toBe(true);
  } finally {
    await gateway.stop();
  }
});
