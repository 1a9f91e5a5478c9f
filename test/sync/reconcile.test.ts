import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Config } from '../../src/config.js';
import type { Database } from '../../src/platform/postgres.js';
import type { Progress } from '../../src/platform/progress.js';
import { MATCH_ALL, type IndexPoint, type PointPayload } from '../../src/vector-index/port.js';
import { tag } from '../../src/projection/tags.js';
import { currentPosition } from '../../src/sync/change.store.js';
import { revisionOf } from '../../src/sync/revision.js';
import type { ReconcileReport } from '../../src/sync/difference.js';
import { openFollowedIndex, type FollowedIndex } from '../../src/sync/followed-index.js';
import { reconcile } from '../../src/sync/reconcile.js';
import { ENCODER, seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';
import { noQdrant, testCollection, type TestCollection } from '../support/qdrant.js';

/** Several pages. */
const PRODUCTS = 350;
const NEVER = new AbortController().signal;
const QUERY = { vector: Float32Array.of(1, 0, 0, 0), filter: MATCH_ALL, limit: 24 };

if (noQdrant !== undefined) console.log(`Reconciling a Qdrant is skipped: ${noQdrant}.`);
const kinds = noQdrant === undefined ? (['embedded', 'Qdrant'] as const) : (['embedded'] as const);

describe.each(kinds)('the index: %s', (kind) => {
  let database: TestDatabase;
  let db: Database;
  let collection: TestCollection | null = null;
  let followed: FollowedIndex;
  /** The images and their products, by image id. */
  let images: { id: number; product: number; handle: string }[];
  beforeEach(async () => {
    database = await createTestDatabase();
    ({ db } = database);
    await seedMarkets(db);
    for (const handle of ['shirt', 'jumper', 'boots']) {
      const vectors = [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ];
      await seedProduct(db, { handle, vectors, skus: [{ code: handle.toUpperCase() }] });
    }
    images = (
      await db.query<(typeof images)[number]>(
        `SELECT image.id, product_id AS product, handle FROM product_images image
         JOIN products ON products.id = product_id ORDER BY image.id`,
      )
    ).rows;
    collection = kind === 'Qdrant' ? testCollection() : null;
    followed = await open(collection);
  });
  afterEach(async () => {
    await followed.close();
    await database.drop();
    await collection?.drop();
  });

  const open = (qdrant: Config['qdrant']): Promise<FollowedIndex> =>
    openFollowedIndex({
      db,
      encoder: ENCODER,
      qdrant,
      log: pino({ level: 'silent' }),
      progress: silentProgress,
    });

  const run = (repair = true, progress: Progress = silentProgress): Promise<ReconcileReport> => {
    const { index, advance } = followed;
    return reconcile({ db, index, encoder: ENCODER.id, advance, progress }, repair, NEVER);
  };

  /** Newer than everything in the index. */
  async function newRevision(): Promise<number> {
    await db.query('SELECT pg_current_xact_id()');
    return revisionOf(await currentPosition(db));
  }

  /** Many products, each with an image and one unit for sale. */
  async function seedMany(): Promise<void> {
    await db.query(`
      WITH product AS (
        INSERT INTO products (handle, title, category_id)
        SELECT 'many-' || n, 'Many', (SELECT id FROM categories WHERE handle = 'shoes') FROM generate_series(1, ${PRODUCTS}) n
        RETURNING id
      ), image AS (
        INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
        SELECT id, 0, sha256(('many ' || id)::bytea), 'seed', 4, 5, '\\x00', '#808080' FROM product RETURNING sha256
      ), embedding AS (
        INSERT INTO embeddings (encoder_id, dimension, sha256, vector)
        SELECT encoders.id, dimension, sha256, '\\x0000803f000000000000000000000000' FROM image, encoders
      ), sku AS (
        INSERT INTO skus (product_id, code) SELECT id, 'MANY-' || id FROM product RETURNING id
      ), price AS (
        INSERT INTO prices (price_list_id, sku_id, amount)
        SELECT price_lists.id, sku.id, 1000 FROM sku, price_lists WHERE handle = 'eu'
      )
      INSERT INTO stock_levels (sku_id, location_id, on_hand)
      SELECT sku.id, stock_locations.id, 1 FROM sku, stock_locations WHERE handle = 'berlin'`);
    await followed.catchUp();
  }

  test('whatever differs is told and repaired, and then nothing does', async () => {
    expect(await run()).toMatchObject({ compared: 6, differing: 0, repaired: 0, sample: [] });
    const { index } = followed;
    const now = await newRevision();
    const points = new Map((await index.scan(null, 10)).map((point) => [point.imageId, point]));
    const point = (i: number, changes: Partial<IndexPoint> = {}): IndexPoint => {
      const found = points.get(images[i]?.id ?? 0);
      if (found === undefined) throw new Error(`no image ${i}`);
      return { ...found, ...changes };
    };
    const [shirt, jumper, boots] = [
      images[0]?.product ?? 0,
      images[2]?.product ?? 0,
      images[4]?.product ?? 0,
    ];
    const stale: PointPayload = { tags: ['brand:acme'], numbers: { 'price_min:eu': 1 } };

    // Both images of the shirt have different payloads, one image of the jumper is missing and one has a different
    // vector, one image of the boots belongs to the jumper, and one extra image belongs to no product.
    await index.setPayloads(
      [point(0), point(1)].map(({ imageId }) => ({ imageId, productId: shirt, payload: stale })),
      now,
    );
    await index.deleteImages([point(2).imageId], now);
    await index.upsert([point(3, { vector: Float32Array.of(0, 0.6, 0.8, 0) })], now);
    await index.upsert([point(4, { productId: jumper, payload: point(3).payload })], now);
    await index.upsert([point(5, { imageId: 1_000_000 })], now);

    const found = { compared: 7, differing: 6, missing: 1, extra: 1, wrongProduct: 1, vectorDiffers: 1 };
    const checked = await run(false);
    expect(checked).toMatchObject({ ...found, payloadDiffers: 2, repaired: 0 });
    const told = checked.sample.map(({ product, what }) => `${product}: ${what}`);
    expect(told).toEqual([
      expect.stringMatching(/^shirt: lacks .*, has brand:acme wrongly, has price_min:eu 1 instead of 1000$/),
      expect.stringMatching(/^shirt: lacks .*, has brand:acme wrongly, has price_min:eu 1 instead of 1000$/),
      'jumper: is missing',
      'jumper: has another vector (their cosine is 0.6000)',
      `boots: is in the index as an image of product ${jumper}`,
      expect.stringMatching(/^boots: is in the index, but Postgres has no such image/),
    ]);

    const repaired = await run();
    expect(repaired).toMatchObject({ ...found, repaired: repaired.differing });
    expect(await run(false)).toMatchObject({ compared: 6, differing: 0 });
    const after = await index.scan(null, 10);
    expect(after.map(({ imageId, productId }) => [imageId, productId])).toEqual(
      images.map(({ id, product }) => [id, product]),
    );
    expect(after.filter(({ productId }) => productId === boots)).toHaveLength(2);
    for (const { imageId, payload } of after) expect(payload).toEqual(points.get(imageId)?.payload);
  });

  test('an index that lost everything gets it all back, page by page', async () => {
    await seedMany();
    const all = await followed.index.scan(null, 1_000);
    await followed.index.deleteImages(
      all.map(({ imageId }) => imageId),
      await newRevision(),
    );
    const report = await run();
    expect(report).toMatchObject({ missing: PRODUCTS + 6, repaired: PRODUCTS + 6 });
    expect(report.sample.length).toBeLessThan(50);
    expect(await followed.index.count()).toBe(PRODUCTS + 6);
    expect(await run()).toMatchObject({ compared: PRODUCTS + 6, differing: 0 });
  });

  // Failed on 2026-11-24 when a page was compared without bringing the index up to its snapshot, and when each
  // statement that reads Postgres had a separate snapshot.
  test('what the index is about to follow is no difference, and searches go on', async () => {
    await seedMany();
    const stop = new AbortController();
    let sales = 0;
    const selling = (async () => {
      while (!stop.signal.aborted) {
        await db.query(
          `UPDATE stock_levels SET on_hand = 1 - on_hand
           WHERE sku_id IN (SELECT id FROM skus WHERE code LIKE 'MANY-%' ORDER BY random() LIMIT 20)`,
        );
        sales += 1;
      }
    })();
    let searches = 0;
    const searching = (async () => {
      while (!stop.signal.aborted) {
        const [found] = await followed.index.search([QUERY]);
        expect(found?.matches).toHaveLength(QUERY.limit);
        searches += 1;
        await sleep(1);
      }
    })();
    try {
      for (let round = 0; round < 5; round += 1)
        expect(await run()).toMatchObject({ compared: PRODUCTS + 6, differing: 0, sample: [] });
    } finally {
      stop.abort();
      await Promise.all([selling, searching]);
    }
    expect(sales).toBeGreaterThan(5);
    expect(searches).toBeGreaterThan(5);
    await followed.catchUp();
    expect(await run()).toMatchObject({ differing: 0 });
  });

  if (kind === 'embedded') {
    // Failed on 2026-11-24 when the next index did not follow what changed while it was filled.
    test('is replaced while it answers and follows; what changed meanwhile is in the next one', async () => {
      await seedMany();
      const sellable = { ...QUERY, filter: { ...MATCH_ALL, clauses: [[tag.sellable('eu', 'tops')]] } };
      const stop = new AbortController();
      let least = Infinity;
      const searching = (async () => {
        while (!stop.signal.aborted) {
          const [found] = await followed.index.search([QUERY]);
          least = Math.min(least, found?.matches.length ?? 0);
          await sleep(1);
        }
      })();
      const sold: Promise<unknown>[] = [];
      const progress = {
        ...silentProgress,
        // By then, the batch has been read in which it was for sale; the last part waits for its turn.
        advance: () =>
          void sold.push(
            followed.advance(async (position) => {
              await setStock(db, 'SHIRT', 0);
              return position;
            }),
          ),
      };
      const before = followed.position();
      await followed.replace?.(progress, NEVER);
      const [found] = await followed.index.search([sellable]);
      stop.abort();
      await Promise.all([searching, ...sold]);
      expect(sold.length).toBeGreaterThan(0);
      expect(found?.matches.map(({ productId }) => productId).sort()).toEqual(
        [images[2]?.product, images[4]?.product].sort(),
      );
      expect(least).toBe(QUERY.limit);
      expect(followed.position()).not.toBe(before);
      expect(await run()).toMatchObject({ compared: PRODUCTS + 6, differing: 0 });
    });

    test('stays when its replacement is stopped', async () => {
      const stop = new AbortController();
      const progress = { ...silentProgress, start: () => stop.abort(new Error('stopped')) };
      await expect(followed.replace?.(progress, stop.signal)).rejects.toThrow('stopped');
      expect(await run()).toMatchObject({ compared: 6, differing: 0 });
    });
  }
});
