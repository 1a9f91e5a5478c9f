import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openDatabase, type Database } from '../../src/platform/postgres.js';

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** Closes `db` and drops the database. Throws if a connection to it was left open: call it in `afterAll`. */
  drop(): Promise<void>;
}

/** A server notices a few milliseconds late that a client has disconnected. */
const LEAVING_MS = 2_000;
const POLL_MS = 20;

/** A separate database with all migrations applied and no rows: a copy of the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `vitrine_test_${randomUUID().replaceAll('-', '')}`;
  const server = environment('VITRINE_TEST_SERVER');
  await onServer(server, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${environment('VITRINE_TEST_TEMPLATE')}`);
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, () => undefined);

  return {
    url: url.href,
    db,
    async drop() {
      const busy = db.totalCount - db.idleCount;
      const ended = db.end();
      if (busy === 0) await ended;
      await onServer(server, async (client) => {
        const left = await stillConnected(client, name);
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
        if (left.length > 0) {
          throw new Error(
            `Connections to the test database were left open; close or release them before drop():\n${left.join('\n')}`,
          );
        }
      });
    },
  };
}

async function stillConnected(client: Client, database: string): Promise<string[]> {
  const deadline = Date.now() + LEAVING_MS;
  for (;;) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT format('  %s, %s: %s', coalesce(nullif(application_name, ''), 'unnamed'), state, left(query, 200)) AS line
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map(({ line }) => line);
    await sleep(POLL_MS);
  }
}

async function onServer(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'test support' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run tests with npm test`);
  return value;
}
