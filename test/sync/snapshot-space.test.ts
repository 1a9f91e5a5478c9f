import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { until } from '../support/waiting.js';

const files = await import('node:fs/promises');
jest.unstable_mockModule('node:fs/promises', () => ({
  ...files,
  statfs: () => Promise.resolve({ bavail: 3, bsize: 16 }),
}));
const { openFollowedIndex } = await import('../../src/sync/followed-index.js');

test('a snapshot that would take more than half of what is free is not written', async () => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-snapshot-'));
  let said = '';
  try {
    await seedMarkets(database.db);
    for (const handle of ['shirt', 'jumper', 'boots'])
      await seedProduct(database.db, { handle, vectors: [[1, 0, 0, 0]] });
    const followed = await openFollowedIndex({
      db: database.db,
      encoder: ENCODER,
      qdrant: null,
      snapshotFolder: folder,
      log: pino({ level: 'info' }, { write: (line: string) => void (said += line) }),
      progress: silentProgress,
    });
    await until('it was tried', () => said.includes('could not be saved'));
    expect(said).toMatch(/more than 48 bytes, and there is space for 24/);
    expect(await followed.index.count()).toBe(3);
    await followed.close();
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
