import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../src/platform/postgres.js';
import { currentPosition, forgetForeignChanges, pruneChanges, readLag } from '../../src/sync/change.store.js';
import { openFollowedIndex } from '../../src/sync/followed-index.js';
import { keepPosition } from '../../src/sync/position.store.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { noQdrant, testCollection } from '../support/qdrant.js';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await seedMarkets(db);
  await seedProduct(db, { handle: 'shirt', vectors: [[1, 0, 0, 0]] });
});
afterAll(() => database.drop());

beforeEach(() => db.query('DELETE FROM product_changes; DELETE FROM index_positions'));

async function log(...agesInHours: readonly number[]): Promise<void> {
  for (const hours of agesInHours) {
    await db.query(
      `INSERT INTO product_changes (product_id, changed_at) VALUES (1, now() - $1 * interval '1 hour')`,
      [hours],
    );
  }
}

async function agesInLog(): Promise<number[]> {
  const { rows } = await db.query<{ hours: number }>(
    `SELECT round(extract(epoch FROM now() - changed_at) / 3600)::int AS hours FROM product_changes ORDER BY 1`,
  );
  return rows.map(({ hours }) => hours);
}

async function movedBefore(indexName: string, hours: number): Promise<void> {
  await db.query(
    `UPDATE index_positions SET moved_at = now() - $2 * interval '1 hour' WHERE index_name = $1`,
    [indexName, hours],
  );
}

test('changes of more than a day ago are forgotten', async () => {
  await log(23, 25, 100);
  await pruneChanges(db);
  expect(await agesInLog()).toEqual([23]);
});

test('not before a shared index has followed them', async () => {
  await keepPosition(db, 'behind', ENCODER.id, await currentPosition(db));
  await log(25);
  await keepPosition(db, 'ahead', ENCODER.id, await currentPosition(db));
  await pruneChanges(db);
  expect(await agesInLog()).toEqual([25]);
  await keepPosition(db, 'behind', ENCODER.id, await currentPosition(db));
  await pruneChanges(db);
  expect(await agesInLog()).toEqual([]);
});

test('an index that nobody has moved for a day does not hold them back', async () => {
  await keepPosition(db, 'abandoned', ENCODER.id, await currentPosition(db));
  await keepPosition(db, 'in use', ENCODER.id, await currentPosition(db));
  await log(25);
  await keepPosition(db, 'in use', ENCODER.id, await currentPosition(db));
  await movedBefore('abandoned', 23);
  await pruneChanges(db);
  expect(await agesInLog()).toEqual([25]);
  await movedBefore('abandoned', 25);
  await pruneChanges(db);
  expect(await agesInLog()).toEqual([]);
  expect((await db.query('SELECT index_name FROM index_positions')).rows).toEqual([{ index_name: 'in use' }]);
});

test('a gateway prunes when it starts', async () => {
  await log(25);
  const followed = await openFollowedIndex({
    db,
    encoder: ENCODER,
    qdrant: null,
    log: pino({ level: 'silent' }),
    progress: silentProgress,
  });
  try {
    await followed.catchUp();
    expect(await agesInLog()).toEqual([]);
  } finally {
    await followed.close();
  }
});

(noQdrant === undefined ? test : test.skip)(
  `a shared index whose position has expired is filled anew${noQdrant === undefined ? '' : `: ${noQdrant}`}`,
  async () => {
    const collection = testCollection();
    const followed = await openFollowedIndex({
      db,
      encoder: ENCODER,
      qdrant: collection,
      log: pino({ level: 'silent' }),
      progress: silentProgress,
    });
    try {
      expect(await followed.index.count()).toBe(1);
      const writing = await db.connect();
      try {
        // Simulates that it has not been followed for a day.
        await writing.query('BEGIN; SELECT FROM index_positions FOR UPDATE');
        await seedProduct(db, { handle: 'jumper', vectors: [[0, 1, 0, 0]] });
        await writing.query(`DELETE FROM products WHERE handle = 'shirt'`);
        await writing.query('DELETE FROM product_changes; DELETE FROM index_positions; COMMIT');
        await db.query('DELETE FROM product_changes');
      } finally {
        writing.release();
      }
      await followed.catchUp();
      const [found] = await followed.index.search([
        {
          vector: Float32Array.of(0, 1, 0, 0),
          filter: { clauses: [], ranges: [], excludeProducts: [] },
          limit: 10,
        },
      ]);
      const { rows } = await db.query<{ id: number }>('SELECT id FROM products');
      expect(found?.matches.map(({ productId }) => productId)).toEqual(rows.map(({ id }) => id));
      expect(await followed.index.count()).toBe(1);
    } finally {
      await followed.close();
      await collection.drop();
    }
  },
);

test('changes that a backup brought from a cluster that had counted further are forgotten, and no others', async () => {
  await log(1);
  await db.query(
    `INSERT INTO product_changes (xid, product_id, changed_at) VALUES ('9000000000', 1, now() - interval '2 hours');
    INSERT INTO sku_changes (xid, sku_ids) VALUES ('9000000000', '{1}'), (pg_current_xact_id(), '{2}')`,
  );
  await forgetForeignChanges(db);
  expect(await agesInLog()).toEqual([1]);
  expect((await db.query('SELECT sku_ids FROM sku_changes')).rows).toEqual([{ sku_ids: [2] }]);
});

test('a gateway on a restored backup is not behind because of changes of another cluster', async () => {
  await db.query(
    `INSERT INTO product_changes (xid, product_id, changed_at) VALUES ('9000000000', 1, now() - interval '2 hours')`,
  );
  const followed = await openFollowedIndex({
    ...{ db, encoder: ENCODER, qdrant: null, log: pino({ level: 'silent' }), progress: silentProgress },
  });
  try {
    await followed.catchUp();
    expect(await readLag(db, followed.position())).toBe(0);
  } finally {
    await followed.close();
  }
});
