import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pruneWatches } from '../../src/watches/prune-watches.js';
import { transaction } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => database.db.query('DELETE FROM watches'));
afterAll(() => database.drop());

const GO_ON = new AbortController().signal;

/** So many watches that ended so many days ago, each with a match and an event that is so many days old. */
async function seed(title: string, watches: number, endedDays: number, toldDays: number): Promise<void> {
  await database.db.query(
    `WITH watch AS (
       INSERT INTO watches (owner, line, title, channel_id, currency, condition, product_id, since, expires_at)
       SELECT 1, sha256('line'), $1, 1, 'EUR', '{}', 1, pg_current_snapshot(), now() - $3 * interval '1 day'
       FROM generate_series(1, $2::integer) RETURNING number
     ), matched AS (
       INSERT INTO watch_matches (watch, product_id, matching, crossing) SELECT number, 1, true, 1 FROM watch
     ), event AS (
       INSERT INTO watch_events (watch, product_id, crossing, amount, matched_at)
       SELECT number, 1, 1, 100, now() - $4 * interval '1 day' FROM watch RETURNING id
     )
     INSERT INTO watch_deliveries (message, event, webhook_id) SELECT gen_random_uuid(), id, 1 FROM event`,
    [title, watches, endedDays, toldDays],
  );
}

/** What is left: watches by title, matches, events, and deliveries. */
async function left(): Promise<{ watches: Record<string, number>; rows: readonly number[] }> {
  const { rows } = await database.db.query<{ title: string; count: number }>(
    'SELECT title, count(*)::integer AS count FROM watches GROUP BY title',
  );
  const counts = await Promise.all(
    ['watch_matches', 'watch_events', 'watch_deliveries'].map((table) =>
      database.db.query(`SELECT FROM ${table}`),
    ),
  );
  return {
    watches: Object.fromEntries(rows.map(({ title, count }) => [title, count])),
    rows: counts.map(({ rowCount }) => rowCount ?? 0),
  };
}

test('watches are deleted 30 days after their end, with all that belongs to them, however many', async () => {
  await seed('long over', 41, 31, 31);
  await seed('just over', 1, 29, 31);
  await seed('active', 1, -1, 31);
  await pruneWatches(database.db, GO_ON);
  expect(await left()).toEqual({ watches: { 'just over': 1, active: 1 }, rows: [2, 2, 2] });
});

test('events are deleted after 90 days; their watches, and what these have matched, stay', async () => {
  await seed('told long ago', 2, -1, 91);
  await seed('told lately', 1, -1, 89);
  await pruneWatches(database.db, GO_ON);
  expect(await left()).toEqual({ watches: { 'told long ago': 2, 'told lately': 1 }, rows: [3, 1, 1] });
});

test('what somebody else writes is left for the next time, and nobody waits', async () => {
  await seed('long over', 3, 31, 31);
  await transaction(database.db, async (client) => {
    await client.query('SELECT FROM watches WHERE number = (SELECT min(number) FROM watches) FOR UPDATE');
    await pruneWatches(database.db, GO_ON);
  });
  expect((await left()).watches).toEqual({ 'long over': 1 });
  await pruneWatches(database.db, GO_ON);
  expect(await left()).toEqual({ watches: {}, rows: [0, 0, 0] });
});

test('a gateway that closes deletes nothing more', async () => {
  await seed('long over', 3, 31, 91);
  const closing = new AbortController();
  closing.abort();
  await pruneWatches(database.db, closing.signal);
  expect((await left()).watches).toEqual({ 'long over': 3 });
});
