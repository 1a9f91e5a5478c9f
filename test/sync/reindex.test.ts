import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { UserError } from '../../src/errors.js';
import { openBlobStore, type BlobStore } from '../../src/platform/blob-store.js';
import { MATCH_ALL } from '../../src/similarity/index.js';
import { checkEncoder } from '../../src/sync/check-encoder.js';
import { openFollowedIndex, type FollowedIndex } from '../../src/sync/followed-index.js';
import { reindex } from '../../src/sync/reindex.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';
import { silentProgress } from '../support/progress.js';
import { noQdrant, testCollection, type TestCollection } from '../support/qdrant.js';

// Each command is a process that loads an encoder.
jest.setTimeout(60_000);

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

/** Another encoder: of another dimension, whose vectors tell the images of a product apart. */
const OTHER: Encoder = {
  id: 'other@2.0.0',
  dimension: 3,
  encode: (image) => {
    const name = Buffer.from(image).toString();
    if (name === BROKEN) return Promise.reject(new UserError('IMAGE_UNDECODABLE', 'it is no image'));
    return Promise.resolve(Float32Array.of(Number(name.endsWith('0')), Number(name.endsWith('1')), 0));
  },
  close: () => Promise.resolve(),
};
const BROKEN = '3/0';

/** Three products, of which the last has an image that cannot be decoded and one whose file is gone. */
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
  expect(first).toMatchObject({ encoded: 3, points: null });
  expect(first.failed.map(({ reason }) => reason).sort()).toEqual([
    'it is no image',
    'the file is gone; import the feed again',
  ]);
  expect(await run()).toMatchObject({ encoded: 0 });
  expect(await checkEncoder(db, OTHER)).toBe(2);
});

const testQdrant = noQdrant === undefined ? describe : describe.skip;
if (noQdrant !== undefined) console.log(`Reindexing a Qdrant is skipped: ${noQdrant}.`);

testQdrant('with a Qdrant', () => {
  let collection: TestCollection;
  beforeAll(() => {
    collection = testCollection();
  });
  afterAll(() => collection.drop());

  const open = (encoder: Pick<Encoder, 'id' | 'dimension'>): Promise<FollowedIndex> =>
    openFollowedIndex({
      db: database.db,
      encoder,
      qdrant: collection,
      log: pino({ level: 'silent' }),
      progress: silentProgress,
    });

  /** The collections there are, and the one behind the alias. */
  async function collections(): Promise<{ names: string[]; current: string | undefined }> {
    const client = new QdrantClient({
      url: collection.url,
      ...(collection.apiKey && { apiKey: collection.apiKey }),
    });
    const [all, { aliases }] = [await client.getCollections(), await client.getAliases()];
    return {
      names: all.collections.map(({ name }) => name).filter((name) => name.startsWith(collection.collection)),
      current: aliases.find(({ alias_name }) => alias_name === collection.collection)?.collection_name,
    };
  }

  test('fills a new collection, switches to it, and gateways of the encoder before are told to restart', async () => {
    const { db } = database;
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const before = await open(ENCODER);
    let after: FollowedIndex | null = null;
    try {
      expect(await before.index.count()).toBe(5);
      await expect(open(OTHER)).rejects.toThrow(/holds vectors of test-encoder@1\.0\.0.*npx vitrine reindex/);
      const { current: previous } = await collections();

      const services = { db, encoder: OTHER, images, qdrant: collection, progress: silentProgress };
      expect(await reindex(services, new AbortController().signal)).toMatchObject({ encoded: 3, points: 3 });
      const { names, current } = await collections();
      expect(names).toEqual([current]);
      expect(current).not.toBe(previous);

      after = await open(OTHER);
      await seedProduct(db, { handle: 'coat' });
      await after.catchUp();
      const [found] = await after.index.search([
        { vector: Float32Array.of(0, 1, 0), filter: MATCH_ALL, limit: 1 },
      ]);
      const [shirt] = (await db.query<{ id: number }>(`SELECT id FROM products WHERE handle = 'shirt'`)).rows;
      expect(found?.matches).toMatchObject([{ productId: shirt?.id, score: 1 }]);

      await expect(before.catchUp()).rejects.toThrow(/now filled by other@2\.0\.0.*restart/);
      await expect(before.index.count()).rejects.toThrow();
      expect((await collections()).current).toBe(current);
    } finally {
      await before.close();
      await after?.close();
    }
  });

  test('one that is stopped leaves the collection in use', async () => {
    const images = await openBlobStore(join(folder, 'images'));
    await seed(images);
    const { current } = await collections();
    const stop = new AbortController();
    const services = { db: database.db, encoder: OTHER, images, qdrant: collection };
    const progress = { ...silentProgress, advance: () => stop.abort(new Error('stopped')) };
    // The first time it is stopped while it encodes, the second time while it fills.
    await expect(reindex({ ...services, progress }, stop.signal)).rejects.toThrow('stopped');
    const filling = new AbortController();
    const whileFilling = {
      ...silentProgress,
      start: (what: string) => {
        if (what.startsWith('Loading')) filling.abort(new Error('stopped'));
      },
    };
    await expect(reindex({ ...services, progress: whileFilling }, filling.signal)).rejects.toThrow('stopped');
    expect(await collections()).toEqual({ names: [current], current });
  });
});

const SECOND = fileURLToPath(new URL('../../../shared/models/efficientnet-lite0', import.meta.url));
const testSecond = existsSync(SECOND) ? test : test.skip;
if (!existsSync(SECOND)) console.log('Switching between real encoders is skipped: there is no second one.');

testSecond(
  'a gateway refuses to start with another encoder until the catalog was encoded by it',
  async () => {
    const images = fileURLToPath(new URL('../../catalog/images', import.meta.url));
    const feed = join(folder, 'feed.tsv');
    const rows = ['bh-calla-hoodie-pink', 'bh-calla-hoodie-burgundy', 'bh-dara-bomber-jacket-burgundy'];
    await writeFile(
      feed,
      [
        ['id', 'title', 'image_link', 'availability', 'price', 'quantity'],
        ...rows.map((name) => [name, name, join(images, `${name}.webp`), 'in_stock', '49.99 EUR', '3']),
      ]
        .map((row) => `${row.join('\t')}\n`)
        .join(''),
    );
    const env = {
      DATABASE_URL: database.url,
      VITRINE_DATA: join(folder, 'data'),
      VITRINE_DEMO: '0',
      PORT: '0',
    };
    const other = { ...env, VITRINE_ENCODER: SECOND };
    expect(await vitrine(['import', feed], { env }).ended).toMatchObject({ code: 0 });

    const refused = await vitrine(['serve'], { env: other }).ended;
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/encoded by garment-lite0@\S+, .*npx vitrine reindex/);

    const mended = await vitrine(['reindex'], { env: other }).ended;
    expect(mended).toMatchObject({ code: 0 });
    expect(mended.stdout).toMatch(/Encoded 3 images with efficientnet-lite0@.*Restart the gateway/);

    const serving = vitrine(['serve'], { env: other });
    try {
      const [, url = ''] = await serving.says(/GraphQL +(\S+)\/graphql/);
      const response = await fetch(`${url}/health/ready`);
      expect(await response.text()).toMatch(/embedded, 3 images/);
    } finally {
      serving.interrupt();
      await serving.ended;
    }
  },
);
