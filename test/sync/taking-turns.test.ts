import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { VectorIndex } from '../../src/vector-index/port.js';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import { RequestError } from '../../src/errors.js';
import { currentPosition } from '../../src/sync/change.store.js';
import { followChanges } from '../../src/sync/follow-changes.js';
import { NEVER_LOST, type PositionKeeper } from '../../src/sync/position.js';
import { ENCODER } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/waiting.js';

let database: TestDatabase;
let index: VectorIndex;
beforeAll(async () => {
  database = await createTestDatabase();
  index = await openEmbeddedIndex({ dimension: ENCODER.dimension });
});
afterAll(async () => {
  await index.close();
  await database.drop();
});

test('while another gateway has the position, a follower that failed does not say that it follows again', async () => {
  const { db } = database;
  const said: string[] = [];
  let turn: 'fails' | 'of another' | 'own' = 'fails';
  let turnsOfAnother = 0;
  const start = await currentPosition(db);
  const position: PositionKeeper = {
    current: () => start,
    async advance(move) {
      if (turn === 'fails') throw new RequestError('INDEX_UNAVAILABLE', 'away');
      if (turn === 'own') return (await move(start, NEVER_LOST)) !== '';
      turnsOfAnother += 1;
      return false;
    },
    fill: () => Promise.reject(new Error('it is filled')),
  };
  const follower = followChanges({
    ...{ db, index, encoder: ENCODER.id, position, isLost: () => false, rebuild: () => Promise.resolve() },
    log: pino({ level: 'info' }, { write: (line: string) => said.push(line) }),
  });
  try {
    await until('it fails', () => follower.health().isFailing);
    turn = 'of another';
    await until('another one has had some turns', () => turnsOfAnother > 3);
    expect(follower.health().isFailing).toBe(true);
    expect(said).toHaveLength(1);
    turn = 'own';
    await until('it follows', () => !follower.health().isFailing);
    expect(said.at(-1)).toContain('The index is following Postgres again');
  } finally {
    await follower.close();
  }
});
