import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import { ReplaceableIndex } from '../../src/vector-index/replaceable.js';
import { fillIndex } from '../../src/sync/fill-index.js';
import { followChanges, type ChangeFollower } from '../../src/sync/follow-changes.js';
import { positionInMemory } from '../../src/sync/position.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';

const PRODUCTS = 20;
const WRITING_MS = 1_600;
const EVERY_MS = 20;

let database: TestDatabase;
let index: ReplaceableIndex;
let follower: ChangeFollower;
let wake = (): void => undefined;
/** The number of products in each write to the index. */
let writes: number[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await seedMarkets(db);
  for (let n = 0; n < PRODUCTS; n += 1)
    await seedProduct(db, {
      handle: `shirt-${n}`,
      vectors: [[1, 0, 0, 0]],
      skus: [{ code: `SHIRT-${n}`, stock: { berlin: 1 } }],
    });
  index = new ReplaceableIndex(await openEmbeddedIndex({ dimension: ENCODER.dimension }));
  const { setPayloads } = index;
  index.setPayloads = (payloads, revision) => {
    if (payloads.length > 0) writes.push(payloads.length);
    return setPayloads(payloads, revision);
  };
  const position = positionInMemory();
  await position.fill((lost) => fillIndex({ db, encoder: ENCODER, progress: silentProgress }, index, lost));
  follower = followChanges({
    ...{ db, index, encoder: ENCODER.id, position },
    isLost: () => false,
    rebuild: () => Promise.reject(new Error('nothing was pruned')),
    changes: {
      onChange(listener) {
        wake = listener;
        return () => undefined;
      },
    },
    log: pino({ level: 'silent' }),
  });
});

afterAll(async () => {
  await follower.close();
  await index.close();
  await database.drop();
});

/** Sells out and restocks the first so many products again and again; returns the writes to the index. */
async function writesWhile(products: number): Promise<number[]> {
  await follower.catchUp();
  writes = [];
  for (const end = performance.now() + WRITING_MS; performance.now() < end;) {
    await database.db.query(
      `UPDATE stock_levels SET on_hand = 1 - on_hand WHERE sku_id IN (SELECT id FROM skus ORDER BY id LIMIT ${products})`,
    );
    wake();
    await sleep(EVERY_MS);
  }
  return writes;
}

test('the more products change, the more of them a follower writes at once', async () => {
  const many = await writesWhile(PRODUCTS);
  expect(many.length).toBeLessThanOrEqual(10);
  expect(Math.max(...many)).toBe(PRODUCTS);
  const one = await writesWhile(1);
  expect(one.length).toBeGreaterThan(many.length);
});
