import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import { followChanges } from '../../src/sync/follow-changes.js';
import { positionInMemory } from '../../src/sync/position.js';
import { revisionOf } from '../../src/sync/revision.js';
import { ENCODER } from '../support/catalog.js';
import { createTestDatabase } from '../support/database.js';

test('a later snapshot has a higher revision', () => {
  const inOrder = [
    '1:1:',
    '700:703:700,702',
    '702:703:702',
    '703:703:',
    '703:704:703',
    '9:1000000000000:9,10',
  ];
  const revisions = inOrder.map(revisionOf);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  // A snapshot with more transactions in progress than revisions distinguish is still newer than one with a lower
  // xmax.
  const many = Array.from({ length: 5_000 }, (_, i) => 1_000 + i).join();
  expect(revisionOf(`1000:9001:${many}`)).toBeGreaterThan(revisionOf('9000:9000:'));
});

test('what is no safe integer is refused', () => {
  expect(() => revisionOf('1:9007199254740993:')).toThrow(/does not fit/);
  expect(() => revisionOf('no snapshot: at all:')).toThrow(/does not fit/);
});

test('a Postgres that has gone back behind what was followed is told of, and not followed', async () => {
  const database = await createTestDatabase();
  const index = await openEmbeddedIndex({ dimension: ENCODER.dimension });
  const position = positionInMemory();
  await position.fill(() => Promise.resolve('900000000000:900000000000:'));
  const follower = followChanges({
    db: database.db,
    index,
    encoder: ENCODER.id,
    position,
    isLost: () => false,
    rebuild: () => Promise.reject(new Error('nothing was pruned')),
    log: pino({ level: 'silent' }),
  });
  try {
    await expect(follower.catchUp()).rejects.toThrow(/restored.*npx vitrine reindex/);
  } finally {
    await follower.close();
    await index.close();
    await database.drop();
  }
});
