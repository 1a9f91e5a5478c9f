import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClientBase } from 'pg';
import { pinImage } from '../../src/boards/pin.store.js';
import { pruneBoards } from '../../src/boards/prune-boards.js';
import { transaction } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const IMAGE = { sha256: 'ab'.repeat(32), width: 4, height: 4, thumbhash: 'AAAA', dominantColor: '#102030' };

/** The same client, but `between` runs after its first statement. */
function interrupted(client: ClientBase, between: () => Promise<void>): ClientBase {
  let statements = 0;
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name !== 'query' || typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const answer: unknown = await Reflect.apply(member, target, args);
        statements += 1;
        if (statements === 1) await between();
        return answer;
      };
    },
  });
}

// With ON CONFLICT DO NOTHING in pin.rememberImage, the pin violated its foreign key (2026-11-24).
test('an image that nobody pins any more is not pruned away from under a new pin', async () => {
  const { db } = database;
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO boards (owner, title) VALUES (0, 'Kept') RETURNING id`,
  );
  const board = rows[0]?.id ?? '';
  await db.query(
    `INSERT INTO pinned_images (sha256, width, height, thumbhash, dominant_color)
     VALUES (decode($1, 'hex'), 4, 4, 'x', '#102030')`,
    [IMAGE.sha256],
  );
  const prune = (): Promise<void> => pruneBoards(db, new AbortController().signal);
  await transaction(db, (client) => pinImage(interrupted(client, prune), board, IMAGE, true));
  const pins = await db.query('SELECT FROM pins WHERE board_id = $1', [board]);
  expect(pins.rowCount).toBe(1);
});
