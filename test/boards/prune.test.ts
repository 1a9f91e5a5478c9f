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
  const prune = (): Promise<void> => pruneBoards(db, new AbortController().signal, { scoringEncoder: null });
  await transaction(db, (client) => pinImage(interrupted(client, prune), board, IMAGE, true));
  const pins = await db.query('SELECT FROM pins WHERE board_id = $1', [board]);
  expect(pins.rowCount).toBe(1);
});

test('the embedding of an image that nobody pins any more is forgotten, unless a product has the image', async () => {
  const { db } = database;
  const [unpinned, ofProduct, pinned] = ['c1', 'c2', 'c3'].map((byte) => byte.repeat(32));
  const encoders = await db.query<{ id: number; name: string }>(
    `INSERT INTO encoders (name, dimension) VALUES ('scores@1', 1), ('scores-none@1', 1) RETURNING id, name`,
  );
  const embed = (encoder: string, sha256: string | undefined, score: number | null) =>
    db.query(
      `INSERT INTO embeddings (encoder_id, dimension, sha256, vector, trust_score)
       VALUES ($1, 1, decode($2, 'hex'), '\\x00000000', $3)`,
      [encoders.rows.find(({ name }) => name === encoder)?.id, sha256, score],
    );
  await embed('scores@1', unpinned, null);
  await embed('scores-none@1', unpinned, null);
  // A product has had it since it was pinned.
  await embed('scores@1', ofProduct, 0.1);
  await embed('scores@1', pinned, null);
  await db.query(
    `INSERT INTO pinned_images (sha256, width, height, thumbhash, dominant_color)
     SELECT decode(hex, 'hex'), 4, 4, 'x', '#102030' FROM unnest($1::text[]) AS hex`,
    [[unpinned, ofProduct, pinned]],
  );
  await db.query(
    `WITH board AS (INSERT INTO boards (owner, title) VALUES (0, 'Pins') RETURNING id)
     INSERT INTO pins (board_id, sha256, positive) SELECT id, decode($1, 'hex'), true FROM board`,
    [pinned],
  );
  await pruneBoards(db, new AbortController().signal, { scoringEncoder: 'scores@1' });
  const { rows } = await db.query<{ name: string; sha256: string }>(
    `SELECT name, encode(sha256, 'hex') AS sha256 FROM embeddings JOIN encoders ON encoders.id = encoder_id ORDER BY 2, 1`,
  );
  expect(rows).toEqual([
    { name: 'scores-none@1', sha256: unpinned },
    { name: 'scores@1', sha256: ofProduct },
    { name: 'scores@1', sha256: pinned },
  ]);
});
