import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import type { Database } from '../../src/platform/postgres.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { until } from '../support/waiting.js';

const workers: Worker[] = [];
const threads = await import('node:worker_threads');
jest.unstable_mockModule('node:worker_threads', () => ({
  ...threads,
  Worker: class extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
    }
  },
}));
const { openFollowedIndex } = await import('../../src/sync/followed-index.js');
type FollowedIndex = Awaited<ReturnType<typeof openFollowedIndex>>;

/** Workers that have not exited. */
const running = (): Worker[] => workers.filter(({ threadId }) => threadId !== -1);

let database: TestDatabase;
let db: Database;
let followed: FollowedIndex;
const said: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await seedMarkets(db);
  await seedProduct(db, { handle: 'shirt', vectors: [[1, 0, 0, 0]] });
  followed = await openFollowedIndex({
    db,
    encoder: ENCODER,
    qdrant: null,
    log: pino({ level: 'info' }, { write: (line: string) => said.push(line) }),
    progress: silentProgress,
  });
});
afterAll(async () => {
  await followed.close();
  await database.drop();
});

async function findProducts(): Promise<number> {
  const vector = Float32Array.of(1, 0, 0, 0);
  const [found] = await followed.index.search([{ vector, filter: MATCH_ALL, limit: 10 }]);
  return found?.matches.length ?? 0;
}

/** Makes the database unreachable, or reachable again. */
async function allowConnections(allowed: boolean): Promise<void> {
  const admin = new Client({ connectionString: process.env['VITRINE_TEST_SERVER'] });
  const name = new URL(database.url).pathname.slice(1);
  await admin.connect();
  try {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(allowed)}`);
    if (!allowed)
      await admin.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1`, [
        name,
      ]);
  } finally {
    await admin.end();
  }
}

test('an embedded index that is lost while Postgres is away comes back when Postgres does', async () => {
  expect(await findProducts()).toBe(1);
  await allowConnections(false);
  await running()[0]?.terminate();
  await expect(findProducts()).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  // More than one attempt, none of which leaves a thread behind.
  await expect(followed.catchUp()).rejects.toThrow();
  await expect(followed.catchUp()).rejects.toThrow();
  await expect(findProducts()).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  // The follower itself tries again, too.
  await until('no thread is left', () => running().length === 0);

  await allowConnections(true);
  await seedProduct(db, { handle: 'jumper', vectors: [[0, 1, 0, 0]] });
  await followed.catchUp();
  expect(await findProducts()).toBe(2);
  expect(running()).toHaveLength(1);
  expect(said.join('')).toMatch(/could not follow Postgres[^]*loaded again from Postgres/);
});

test('an index that is lost while Postgres is there comes back by itself', async () => {
  await running()[0]?.terminate();
  await followed.catchUp();
  expect(await findProducts()).toBe(2);
});
