import { mkdtemp, open, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../src/platform/postgres.js';
import { openAwaitedIndex } from '../../src/sync/awaited-index.js';
import { openFollowedIndex, type FollowedIndex } from '../../src/sync/followed-index.js';
import { reconcile } from '../../src/sync/reconcile.js';
import { readHeader } from '../../src/vector-index/embedded/snapshot-file.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';
import { ENCODER, seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { until, waiting } from '../support/waiting.js';

const NEVER = new AbortController().signal;
const LOADED = /loaded from its snapshot/;
const REFUSED = /snapshot of the index cannot be used/;
const OTHER = /too old, or of another database/;
const UPPER_BODY = { vector: Float32Array.of(1, 0, 0, 0), filter: MATCH_ALL, limit: 24 };

const databases: TestDatabase[] = [];
const folders: string[] = [];
let db: Database;
let folder: string;
let opened: FollowedIndex[] = [];
let said: string;

async function newDatabase(): Promise<Database> {
  const database = await createTestDatabase();
  databases.push(database);
  await seedMarkets(database.db);
  for (const handle of ['shirt', 'jumper', 'boots'])
    await seedProduct(database.db, {
      handle,
      vectors: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ],
      skus: [{ code: handle.toUpperCase() }],
    });
  return database.db;
}

beforeEach(async () => {
  db = await newDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-snapshot-'));
  folders.push(folder);
  said = '';
});
afterEach(async () => {
  for (const followed of opened) await followed.close();
  opened = [];
});
afterAll(async () => {
  for (const database of databases) await database.drop();
  for (const one of folders) await rm(one, { recursive: true, force: true });
});

const optionsOf = (database: Database, encoder = ENCODER) => ({
  db: database,
  encoder,
  qdrant: null,
  snapshotFolder: folder,
  log: pino({ level: 'info' }, { write: (line: string) => void (said += line) }),
  progress: silentProgress,
});

async function start(database = db, encoder = ENCODER): Promise<FollowedIndex> {
  said = '';
  const followed = await openFollowedIndex(optionsOf(database, encoder));
  opened.push(followed);
  return followed;
}

async function stop(followed: FollowedIndex): Promise<void> {
  opened = opened.filter((other) => other !== followed);
  await followed.close();
}

/** Starts and stops, which leaves a snapshot. */
async function leaveSnapshot(): Promise<void> {
  await stop(await start());
  expect(await readdir(folder)).toHaveLength(1);
}

async function expectRight({ index, advance }: FollowedIndex, images: number, database = db): Promise<void> {
  const target = { db: database, index, encoder: ENCODER.id, advance, progress: silentProgress };
  expect(await reconcile(target, false, NEVER)).toMatchObject({ compared: images, differing: 0 });
}

async function theFile(): Promise<string> {
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}

test('a start loads the snapshot of the stop before it, and follows what has changed since', async () => {
  await leaveSnapshot();
  await seedProduct(db, { handle: 'dress', vectors: [[0, 0, 1, 0]], skus: [{ code: 'DRESS' }] });
  await db.query(`DELETE FROM products WHERE handle = 'boots'`);
  await db.query(`DELETE FROM product_images WHERE position = 1
    AND product_id = (SELECT id FROM products WHERE handle = 'shirt')`);
  await setStock(db, 'JUMPER', 0);
  const followed = await start();
  expect(said).toMatch(LOADED);
  await expectRight(followed, 4);
});

test('a start loads the snapshot of a catalog with a quarantined image', async () => {
  await db.query(`INSERT INTO quarantined_images (sha256, encoder_id, reason, score)
    SELECT sha256, (SELECT min(id) FROM encoders), 'patch', 0 FROM product_images ORDER BY id LIMIT 1`);
  await leaveSnapshot();
  const followed = await start();
  expect(said).toMatch(LOADED);
  await expectRight(followed, 5);
});

test('a gateway that is killed leaves the snapshot of its start, which is whole', async () => {
  const followed = await start();
  await until('there is a snapshot', async () => (await readdir(folder)).length === 1);
  await seedProduct(db, { handle: 'dress', vectors: [[0, 0, 1, 0]] });
  await followed.catchUp();
  // As if it had been killed: another one starts with the same folder, and nothing was saved in between.
  const next = await start();
  expect(said).toMatch(LOADED);
  await expectRight(next, 7);
});

test('gateways that share a folder replace the snapshot as a whole', async () => {
  const gateways = await Promise.all([start(), start(), start()]);
  await seedProduct(db, { handle: 'dress', vectors: [[0, 0, 1, 0]] });
  await Promise.all(gateways.map((followed) => followed.catchUp()));
  await Promise.all(gateways.map(stop));
  expect(await readdir(folder)).toHaveLength(1);
  await expectRight(await start(), 7);
  expect(said).toMatch(LOADED);
});

test('drafts that nobody writes any more are removed before the next is written', async () => {
  const left = join(folder, 'left.draft');
  await start();
  await until('there is a snapshot', async () => (await readdir(folder)).length === 1);
  for (const name of [left, join(folder, 'written.draft')]) await writeFile(name, 'points');
  const longAgo = new Date(Date.now() - 3 * 60_000);
  await utimes(left, longAgo, longAgo);
  await seedProduct(db, { handle: 'dress', vectors: [[0, 0, 1, 0]] });
  for (const followed of opened) await followed.catchUp();
  for (const followed of opened) await stop(followed);
  expect((await readdir(folder)).filter((name) => name.endsWith('.draft'))).toEqual(['written.draft']);
});

test('a gateway without a place for snapshots serves all the same', async () => {
  const followed = await start();
  await until('there is a snapshot', async () => (await readdir(folder)).length === 1);
  await rm(folder, { recursive: true });
  await writeFile(folder, 'This is no folder.');
  await seedProduct(db, { handle: 'dress', vectors: [[0, 0, 1, 0]] });
  await followed.catchUp();
  await stop(followed);
  expect(said).toMatch(/not in its snapshot/);
  const next = await start();
  expect(said).toMatch(/No snapshot of the index can be kept/);
  await expectRight(next, 7);
});

describe('a snapshot is not used', () => {
  /** Starts with the snapshot as it is now, and finds that the index was filled from Postgres. */
  async function expectFilled(how: RegExp, images = 6, database = db): Promise<void> {
    const followed = await start(database);
    expect(said).not.toMatch(LOADED);
    expect(said).toMatch(how);
    await expectRight(followed, images, database);
  }

  test('by another database', async () => {
    await leaveSnapshot();
    await expectFilled(OTHER, 6, await newDatabase());
  });

  test('after a backup from before it was restored', async () => {
    await leaveSnapshot();
    await db.query('DELETE FROM index_snapshots');
    await expectFilled(OTHER);
  });

  test('after the database was dumped and restored, because transactions have other numbers then', async () => {
    await leaveSnapshot();
    await db.query('CREATE TABLE dump AS TABLE index_snapshots; DELETE FROM index_snapshots');
    await db.query('INSERT INTO index_snapshots SELECT * FROM dump');
    await expectFilled(OTHER);
  });

  test('when it is so old that the change log may not reach back to it', async () => {
    await leaveSnapshot();
    await db.query(
      `UPDATE index_snapshots SET taken_at = taken_at - interval '13 hours', xid = pg_current_xact_id()`,
    );
    await expectFilled(OTHER);
  });

  test('with another encoder', async () => {
    await leaveSnapshot();
    const other = { id: 'other@1', dimension: 4 };
    const followed = await start(db, other);
    expect(said).not.toMatch(LOADED);
    expect(await followed.index.count()).toBe(0);
  });

  test('with points that were projected in another way, whatever its name', async () => {
    await leaveSnapshot();
    const path = await theFile();
    const { contents } = await readHeader(path);
    const bytes = await readFile(path);
    const header = bytes.subarray(12, 12 + bytes.readUInt32LE(0));
    header.write(header.toString().replace(/[0-9a-f]{64}/, '0'.repeat(64)));
    bytes.writeUInt32LE(crc32(header), 8);
    await writeFile(path, bytes);
    expect((await readHeader(path)).contents).not.toBe(contents);
    await expectFilled(REFUSED);
  });

  test('from before a migration, and the older gateways of an upgrade keep theirs', async () => {
    await leaveSnapshot();
    await db.query(`INSERT INTO migrations (name, run_on) VALUES ('9999_another', now())`);
    await expectFilled(/those of another version/);
    await until('there are two', async () => (await readdir(folder)).length === 2);
  });

  // A part without vectors had the checksum 0, whatever it said.
  test('when a byte of its header has changed', async () => {
    await leaveSnapshot();
    const path = await theFile();
    const bytes = await readFile(path);
    const at = bytes.indexOf('"position":"') + '"position":"'.length;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(path, bytes);
    await expectFilled(REFUSED);
    expect(said).toMatch(/a checksum differs/);
  });

  test('when a byte of it has changed', async () => {
    await leaveSnapshot();
    const file = await open(await theFile(), 'r+');
    const { size } = await file.stat();
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, size - 60);
    byte.writeUInt8(byte.readUInt8() ^ 1);
    await file.write(byte, 0, 1, size - 60);
    await file.close();
    await expectFilled(REFUSED);
  });

  test('when its end is missing', async () => {
    await leaveSnapshot();
    const path = await theFile();
    const file = await open(path);
    const { size } = await file.stat();
    await file.close();
    await truncate(path, size - 40);
    await expectFilled(REFUSED);
  });

  test('when it is something else', async () => {
    await leaveSnapshot();
    await writeFile(await theFile(), 'This is no snapshot of any index.');
    await expectFilled(REFUSED);
  });

  test('when Postgres then has another number of images', async () => {
    await leaveSnapshot();
    // Past the change log.
    await db.query(`SET session_replication_role = replica;
      DELETE FROM product_images WHERE id = (SELECT max(id) FROM product_images);
      SET session_replication_role = origin`);
    await expectFilled(/Postgres 5/, 5);
  });
});

test('products, stock, and holds need not wait until a large index is filled', async () => {
  const locker = await db.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE product_images IN ACCESS EXCLUSIVE MODE');
    const awaited = await openAwaitedIndex(optionsOf(db));
    try {
      expect(awaited.missing()).toMatch(/opened and filled/);
      await expect(awaited.index.search([UPPER_BODY])).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
      await locker.query('ROLLBACK');
      await until('the index is open', () => awaited.missing() === null);
      const [found] = await awaited.index.search([UPPER_BODY]);
      expect(found?.matches).toHaveLength(3);
    } finally {
      await awaited.close();
    }
  } finally {
    locker.release(true);
  }
});

test('a gateway that is stopped while it fills its index does not wait for that', async () => {
  const locker = await db.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE product_images IN ACCESS EXCLUSIVE MODE');
    const awaited = await openAwaitedIndex(optionsOf(db));
    await waiting(db, 1);
    const closed = awaited.close();
    await locker.query('ROLLBACK');
    await closed;
    expect(await readdir(folder)).toEqual([]);
  } finally {
    locker.release(true);
  }
});

// Failed when every failure was tried again within seconds: each attempt read the whole catalog.
test('an index that cannot be opened is not tried again and again', async () => {
  const locker = await db.connect();
  let fills = 0;
  const options = {
    ...optionsOf(db),
    progress: { ...silentProgress, start: () => void (fills += 1) },
  };
  try {
    await locker.query(
      'BEGIN; LOCK TABLE product_images; ALTER VIEW shown_images RENAME COLUMN sha256 TO sha512',
    );
    const awaited = await openAwaitedIndex(options);
    try {
      await locker.query('COMMIT');
      await until('it has failed', () => said.includes('will not pass by itself'));
      expect(said).toMatch(/"level":50/);
      const before = fills;
      await sleep(2_500);
      expect(fills).toBe(before);
    } finally {
      await awaited.close();
    }
  } finally {
    locker.release(true);
  }
});
