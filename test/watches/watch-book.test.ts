import { afterEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { transaction } from '../../src/platform/postgres.js';
import { WatchBook } from '../../src/watches/watch-book.js';
import { ENCODER } from '../support/catalog.js';
import { gateway, openWatches, watchRed } from './support.js';

openWatches();
afterEach(() => {
  jest.restoreAllMocks();
});

/** Brings the book up to date; returns what each of its watches has as its order. */
const refresh = (book: WatchBook): Promise<Record<number, number>> =>
  transaction(gateway.db, async (client) => {
    const { rows } = await client.query<{ position: string }>(
      'SELECT pg_current_snapshot()::text AS position',
    );
    await book.refresh(client, rows[0]?.position ?? '');
    const looks = [...book.groups].flatMap((group) => group.looks);
    return Object.fromEntries(looks.map(({ terms, order }) => [terms.number, order]));
  });

const numbers = async (): Promise<number[]> => {
  const { rows } = await gateway.db.query<{ number: number }>('SELECT number FROM watches ORDER BY number');
  return rows.map(({ number }) => number);
};

/** So that all are read again. */
function tenMinutesLater(): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 10 * 60 * 1_000 + 1);
}

// Without what was known, each picture would be compared with all watches again every ten minutes.
test('a watch keeps its order when all are read again, and a deleted one is gone', async () => {
  const book = new WatchBook(ENCODER.id, pino({ level: 'silent' }));
  await watchRed();
  await watchRed();
  const before = await refresh(book);
  const [first = 0, second = 0] = await numbers();
  expect(before).toEqual({ [first]: 1, [second]: 2 });
  await gateway.db.query('DELETE FROM watches WHERE number = $1', [first]);
  await watchRed();
  tenMinutesLater();
  const [, third = 0] = await numbers();
  expect(await refresh(book)).toEqual({ [second]: 2, [third]: 3 });
  expect([book.has(first), book.has(second), book.size]).toEqual([false, true, 2]);
});

/** With the old order, it would never be compared with pictures that the other watches of the group have been compared with. */
test('a watch that comes to another group gets a new order there', async () => {
  const book = new WatchBook(ENCODER.id, pino({ level: 'silent' }));
  await watchRed();
  await refresh(book);
  await gateway.db.query(`UPDATE channels SET handle = 'europe' WHERE handle = 'eu'`);
  try {
    const [first = 0] = await numbers();
    tenMinutesLater();
    expect(await refresh(book)).toEqual({ [first]: 2 });
  } finally {
    await gateway.db.query(`UPDATE channels SET handle = 'eu' WHERE handle = 'europe'`);
  }
});
