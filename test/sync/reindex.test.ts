import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { RequestError } from '../../src/errors.js';
import { openBlobStore, type BlobStore } from '../../src/platform/blob-store.js';
import { MATCH_ALL } from '../../src/vector-index/port.js';
import { createQdrantReplacement } from '../../src/vector-index/qdrant/qdrant-index.js';
import { pruneChanges } from '../../src/sync/change.store.js';
import { checkEncoder } from '../../src/sync/check-encoder.js';
import { openFollowedIndex, type FollowedIndex } from '../../src/sync/followed-index.js';
import { reindex } from '../../src/sync/reindex.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { noQdrant, testCollection, type TestCollection } from '../support/qdrant.js';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reindex-'));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Another encoder with a different dimension, whose vectors distinguish the images of a product. */
const OTHER: Encoder = {
  id: 'other@2.0.0',
  dimension: 3,
  encode: (image) => {
    const name = Buffer.from(image).toString();
    if (name === BROKEN) return Promise.reject(new RequestError('IMAGE_UNDECODABLE', 'it is no image'));
    return Promise.resolve(Float32Array.of(Number(name.endsWith('0')), Number(name.endsWith('1')), 0));
  },
  see: () => Promise.reject(new Error('this encoder shows nothing')),
  open: () => Promise.reject(new Error('this encoder opens no scene')),
  close: () => Promise.resolve(),
};
const BROKEN = '3/0';

/** Three products; the last one has an image that cannot be decoded and one whose file is missing. */
async function seed(images: BlobStore): Promise<void> {
  const { db } = database;
  await seedMarkets(db);
  await seedProduct(db, {
    handle: 'shirt',
    vectors: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ],
  });
  await seedProduct(db, { handle: 'jumper', vectors: [[0, 0, 1, 0]] });
  await seedProduct(db, {
    handle: 'boots',
    vectors: [
      [0, 0, 0, 1],
      [1, 0, 0, 1],
    ],
  });
  // The seed's images have the hashes of these.
  for (const name of ['1/0', '1/1', '2/0', BROKEN]) await images.put(Buffer.from(name));
}

test('encodes what the encoder has not encoded, once, and says what it could not', async () => {
  const { db } = database;
  const images = await openBlobStore(join(folder, 'images'));
  await seed(images);
  await expect(checkEncoder(db, OTHER)).rejects.toThrow(
    /encoded by test-encoder@1\.0\.0, and VITRINE_ENCODER is other@2\.0\.0.*npx vitrine reindex/,
  );
  const run = () =>
    reindex(
      { db, encoder: OTHER, images, qdrant: null, progress: silentProgress },
      new AbortController().signal,
    );

  const first = await run();
  expect(first).toMatchObject({ encoded: 3, index: { kind: 'embedded', answers: [], gone: 0 } });
  expect(first.failed.map(({ reason }) => reason).sort()).toEqual([
    'it is no image',
    'the file is missing; import the feed again',
  ]);
  expect(await run()).toMatchObject({ encoded: 0 });
  expect(await checkEncoder(db, OTHER)).toMatchObject({ unencoded: 2 });
});

const testQdrant = noQdrant === undefined ? describe : describe.skip;
if (noQdrant !== undefined) console.log(`Reindexing a Qdrant is skipped: ${noQdrant}.`);

testQdrant('with a Qdrant', () => {
  let collection: TestCollection;
  beforeEach(() => {
    collection = testCollection();
  });
  afterEach(() => collection.drop());

  const open = (encoder: Pick<Encoder, 'id' | 'dimension'>): Promise<FollowedIndex> =>
    openFollowedIndex({
      db: database.db,
      encoder,
      qdrant: collection,
      log: pino({ level: 'silent' }),
      progress: silentProgress,
    });

  /** All existing collections, and those behind an alias. */
  async function collections(): Promise<{ names: string[]; current: string[] }> {
    const client = new QdrantClient({
      url: collection.url,
      ...(collection.apiKey && { apiKey: collection.apiKey }),
    });
    const [all, { aliases }] = [await client.getCollections(), await client.getAliases()];
    return {
      names: all.collections
        .map(({ name }) => name)
        .filter((name) => name.startsWith(collection.collection))
        .sort(),
      current: aliases
        .filter(({ alias_name }) => alias_name.startsWith(collection.collection))
        .map(({ collection_name }) => collection_name)
        .sort(),
    };
  }

  const find = async ({ index }: FollowedIndex, vector: readonly number[]): Promise<number[]> => {
    const [found] = await index.search([{ vector: Float32Array.from(vector), filter: MATCH_ALL, limit: 10 }]);
    return found?.matches.map(({ productId }) => productId) ?? [];
  };
  const run = (encoder: Encoder, images: BlobStore, progress = silentProgress) =>
    reindex({ db: database.db, encoder, images, qdrant: collection, progress }, new AbortController().signal);

  test('with another encoder, gateways of the one before go on answering and following', async () => {
    const { db } = database;
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const before = await open(ENCODER);
    let after: FollowedIndex | null = null;
    try {
      expect(await before.index.count()).toBe(5);
      expect(await run(OTHER, images)).toMatchObject({
        encoded: 3,
        index: { kind: 'qdrant', points: 3, otherEncoders: [ENCODER.id] },
      });
      const { names, current } = await collections();
      expect(names).toHaveLength(2);
      expect(names).toEqual(current);

      after = await open(OTHER);
      await seedProduct(db, { handle: 'coat', vectors: [[1, 1, 1, 1]] });
      await Promise.all([before.catchUp(), after.catchUp()]);
      const [shirt] = (await db.query<{ id: number }>(`SELECT id FROM products WHERE handle = 'shirt'`)).rows;
      expect((await find(after, [0, 1, 0]))[0]).toBe(shirt?.id);
      expect(await after.index.count()).toBe(3);
      expect(await before.index.count()).toBe(6);
      expect(await find(before, [0.5, 0.5, 0.5, 0.5])).toHaveLength(4);

      // It has not been followed for a day.
      await before.close();
      await db.query(`UPDATE index_positions SET moved_at = now() - interval '25 hours' WHERE encoder = $1`, [
        ENCODER.id,
      ]);
      expect(await run(OTHER, images)).toMatchObject({ index: { otherEncoders: [ENCODER.id] } });
      expect((await collections()).names).toHaveLength(2);
      await pruneChanges(db);
      expect(await run(OTHER, images)).toMatchObject({ index: { otherEncoders: [] } });
      expect((await collections()).names).toEqual([expect.stringContaining('other-2.0.0')]);
    } finally {
      await before.close();
      await after?.close();
    }
  });

  // Failed on 2026-11-24 when the collection in use was deleted before the alias referred to the next one, and when
  // changes during the filling were not followed.
  test('while it fills and switches, searches are answered and changes followed', async () => {
    const { db } = database;
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const encoder = { ...OTHER, ...ENCODER };
    const followed = await open(ENCODER);
    const stop = new AbortController();
    let searches = 0;
    const searching = Array.from({ length: 4 }, async () => {
      while (!stop.signal.aborted) {
        expect((await find(followed, [1, 0, 0, 0])).length).toBeGreaterThanOrEqual(3);
        searches += 1;
      }
    });
    let seeded = 0;
    const seeding = (async () => {
      while (!stop.signal.aborted) {
        await seedProduct(db, { handle: `new-${seeded++}`, vectors: [[1, 1, 0, 0]] });
        await sleep(20);
      }
    })();
    const busy = Promise.all([...searching, seeding]);
    busy.catch(() => undefined);
    try {
      for (let round = 0; round < 5; round += 1) await run(encoder, images);
      stop.abort();
      await busy;
      await followed.catchUp();
      expect(searches).toBeGreaterThan(20);
      expect(await followed.index.count()).toBe(5 + seeded);
      const { names, current } = await collections();
      expect(names).toEqual(current);
      expect(names).toEqual([expect.stringMatching(/_6$/)]);
    } finally {
      stop.abort();
      await seeding;
      await followed.close();
    }
  });

  test('what one that was killed left behind is deleted by the next one', async () => {
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const killed = await createQdrantReplacement({
      url: collection.url,
      ...(collection.apiKey && { apiKey: collection.apiKey }),
      collection: collection.collection,
      encoder: OTHER.id,
      dimension: OTHER.dimension,
    });
    expect(await killed.index.count()).toBe(0);
    await run(OTHER, images);
    const { names, current } = await collections();
    expect(names).toEqual(current);
  });

  test('one that is stopped leaves the collection in use', async () => {
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const services = { db: database.db, encoder: OTHER, images, qdrant: collection };
    const encoding = new AbortController();
    const whileEncoding = { ...silentProgress, advance: () => encoding.abort(new Error('stopped')) };
    await expect(reindex({ ...services, progress: whileEncoding }, encoding.signal)).rejects.toThrow(
      'stopped',
    );
    expect(await run(OTHER, images)).toMatchObject({ encoded: 0, index: { points: 3 } });

    const { current } = await collections();
    const filling = new AbortController();
    const whileFilling = {
      ...silentProgress,
      start: (what: string) => {
        if (what.startsWith('Loading')) filling.abort(new Error('stopped'));
      },
    };
    await expect(reindex({ ...services, progress: whileFilling }, filling.signal)).rejects.toThrow('stopped');
    expect(current).toHaveLength(1);
    expect(await collections()).toEqual({ names: current, current });
  });
});
