import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess } from '../support/gateways.js';

const WATCHED_MS = 10_000;
/** All that polls takes about twenty a second. What wakes itself takes hundreds. */
const MOST_PER_SECOND = 80;

const committed = async ({ db }: TestDatabase): Promise<number> => {
  const { rows } = await db.query(
    `SELECT xact_commit::int AS commits FROM pg_stat_database WHERE datname = current_database()`,
  );
  return z.tuple([z.object({ commits: z.number() })]).parse(rows)[0].commits;
};

test('a gateway that nobody asks leaves Postgres in peace', async () => {
  const database = await createTestDatabase();
  const gateway = await startGatewayProcess(database.url, { VITRINE_DESIGN_JOBS: '1' });
  try {
    const [before, start] = [await committed(database), performance.now()];
    await sleep(WATCHED_MS);
    const commits = (await committed(database)) - before;
    expect((1_000 * commits) / (performance.now() - start)).toBeLessThan(MOST_PER_SECOND);
  } finally {
    await gateway.stop();
    await database.drop();
  }
});
