import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../src/platform/postgres.js';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import { MATCH_ALL, type IndexFilter, type VectorIndex } from '../../src/vector-index/port.js';
import { ReplaceableIndex } from '../../src/vector-index/replaceable.js';
import { currentPosition } from '../../src/sync/change.store.js';
import { fillIndex } from '../../src/sync/fill-index.js';
import { followChanges, type ChangeFollower } from '../../src/sync/follow-changes.js';
import { positionInMemory } from '../../src/sync/position.js';
import { projectImages, readProductKeys } from '../../src/projection/projection.store.js';
import { revisionOf } from '../../src/sync/revision.js';
import { ENCODER, seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentProgress } from '../support/progress.js';

const sku = (code: string): string => `(SELECT id FROM skus WHERE code = '${code}')`;
const idOf = (table: string, handle: string): string =>
  `(SELECT id FROM ${table} WHERE handle = '${handle}')`;
const imageOf = (handle: string): string =>
  `(SELECT sha256 FROM product_images WHERE product_id = ${idOf('products', handle)} ORDER BY position LIMIT 1)`;
const vector = (...values: number[]): string =>
  `'\\x${Buffer.from(Float32Array.from(values).buffer).toString('hex')}'`;

/** Writes that change the answers of a newly loaded index, in this order, and the trigger that records each. */
const MARKED: readonly (readonly [trigger: string, write: string])[] = [
  ['products_updated', `UPDATE products SET brand_id = ${idOf('brands', 'bolt')} WHERE handle = 'shirt'`],
  ['products_updated', `UPDATE products SET brand_id = NULL WHERE handle = 'coat'`],
  ['products_updated', `UPDATE products SET created_at = '2020-01-01Z' WHERE handle = 'shirt'`],
  [
    'products_updated',
    `UPDATE products SET category_id = ${idOf('categories', 'shoes')} WHERE handle = 'shirt'`,
  ],

  ['product_attributes_inserted', `INSERT INTO product_attributes SELECT id, 'fit', 'slim' FROM products`],
  ['product_attributes_updated', `UPDATE product_attributes SET value = 'loose' WHERE value = 'slim'`],
  ['product_attributes_updated', `UPDATE product_attributes SET name = 'cut' WHERE name = 'fit'`],
  [
    'product_attributes_updated',
    `UPDATE product_attributes SET product_id = ${idOf('products', 'boots')} WHERE name = 'color'`,
  ],
  ['product_attributes_deleted', `DELETE FROM product_attributes WHERE name = 'color'`],

  [
    'product_images_inserted',
    `INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
     SELECT ${idOf('products', 'boots')}, 9, ${imageOf('shirt')}, 'known', 4, 5, '\\x00', '#808080'`,
  ],
  [
    'product_images_updated',
    `UPDATE product_images SET sha256 = ${imageOf('jumper')} WHERE source = 'known'`,
  ],
  [
    'product_images_updated',
    `UPDATE product_images SET product_id = ${idOf('products', 'shirt')} WHERE source = 'known'`,
  ],
  ['product_images_updated', `UPDATE product_images SET shows = '{"size": ["M"]}' WHERE source = 'known'`],
  ['product_images_updated', `UPDATE product_images SET sha256 = sha256('nobody') WHERE source = 'known'`],
  [
    'embeddings_inserted',
    `INSERT INTO embeddings SELECT id, dimension, sha256('nobody'), ${vector(0, 0, 0.6, 0.8)} FROM encoders`,
  ],
  [
    'embeddings_updated',
    `UPDATE embeddings SET vector = ${vector(0, 0.6, 0.8, 0)} WHERE sha256 = sha256('nobody')`,
  ],
  ['embeddings_updated', `UPDATE embeddings SET sha256 = sha256('gone') WHERE sha256 = sha256('nobody')`],
  ['embeddings_updated', `UPDATE embeddings SET sha256 = sha256('nobody') WHERE sha256 = sha256('gone')`],
  ['embeddings_deleted', `DELETE FROM embeddings WHERE sha256 = sha256('nobody')`],
  [
    'quarantined_images_inserted',
    `INSERT INTO quarantined_images (sha256, encoder_id, reason, score)
     SELECT sha256, (SELECT min(id) FROM encoders), 'patch', 0 FROM (VALUES (${imageOf('shirt')}), (${imageOf('jumper')})) image (sha256)`,
  ],
  [
    'quarantined_images_updated',
    `UPDATE quarantined_images SET released_at = now() WHERE sha256 = ${imageOf('shirt')}`,
  ],
  ['quarantined_images_deleted', `DELETE FROM quarantined_images`],
  ['product_images_deleted', `DELETE FROM product_images WHERE sha256 = ${imageOf('shirt')}`],

  ['skus_updated', `UPDATE skus SET options = '{"size": "XL"}' WHERE code = 'SHIRT-S'`],
  ['skus_updated', `UPDATE skus SET gtin = '4006381333931' WHERE code = 'SHIRT-S'`],
  ['skus_updated', `UPDATE skus SET when_out = 'backorder' WHERE code = 'SANDALS'`],
  ['skus_updated', `UPDATE skus SET product_id = ${idOf('products', 'jumper')} WHERE code = 'SHIRT-M'`],
  ['skus_deleted', `DELETE FROM skus WHERE code = 'SHIRT-M'`],

  [
    'stock_levels_inserted',
    `INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT ${sku('BOOTS')}, ${idOf('stock_locations', 'paris')}, 1`,
  ],
  ['stock_levels_updated', `UPDATE stock_levels SET on_hand = 0 WHERE sku_id = ${sku('JUMPER')}`],
  ['stock_levels_updated', `UPDATE stock_levels SET on_hand = NULL WHERE sku_id = ${sku('JUMPER')}`],
  ['stock_levels_updated', `UPDATE stock_levels SET held = on_hand WHERE sku_id = ${sku('SHIRT-S')}`],
  [
    'stock_levels_updated',
    `UPDATE stock_levels SET held = 0, safety_stock = 1 WHERE sku_id = ${sku('SHIRT-S')}`,
  ],
  ['stock_levels_updated', `UPDATE stock_levels SET safety_stock = 100 WHERE sku_id = ${sku('SHIRT-S')}`],
  [
    'stock_levels_updated',
    `UPDATE stock_levels SET sku_id = ${sku('SANDALS')} WHERE sku_id = ${sku('BOOTS')}`,
  ],
  ...['newyork', 'berlin'].map(
    (location) =>
      [
        'stock_levels_updated',
        `UPDATE stock_levels SET location_id = ${idOf('stock_locations', location)} WHERE sku_id = ${sku('SANDALS')}`,
      ] as const,
  ),
  ['stock_levels_deleted', `DELETE FROM stock_levels WHERE sku_id = ${sku('SANDALS')}`],

  [
    'prices_inserted',
    `INSERT INTO prices (price_list_id, sku_id, amount) SELECT ${idOf('price_lists', 'us')}, ${sku('BOOTS')}, 7000`,
  ],
  ['prices_updated', `UPDATE prices SET amount = 6000 WHERE amount = 7000`],
  ['prices_updated', `UPDATE prices SET compare_at = 9000 WHERE amount = 6000`],
  [
    'prices_updated',
    `UPDATE prices SET valid = '(,2020-01-01)' WHERE sku_id = ${sku('SHIRT-S')}
       AND price_list_id = ${idOf('price_lists', 'us')}`,
  ],
  ['prices_updated', `UPDATE prices SET sku_id = ${sku('JUMPER')} WHERE amount = 6000`],
  ['prices_updated', `UPDATE prices SET price_list_id = ${idOf('price_lists', 'sale')} WHERE amount = 6000`],
  ['prices_deleted', `DELETE FROM prices WHERE sku_id = ${sku('SANDALS')}`],

  [
    'channels_inserted',
    `INSERT INTO channels (handle, name, price_list_id) SELECT 'fr', 'FR', price_list_id FROM channels WHERE handle = 'eu'`,
  ],
  [
    'channels_updated',
    `UPDATE channels SET price_list_id = ${idOf('price_lists', 'sale')} WHERE handle = 'fr'`,
  ],
  [
    'channel_locations_inserted',
    `INSERT INTO channel_locations SELECT ${idOf('channels', 'fr')}, ${idOf('stock_locations', 'paris')}`,
  ],
  ...['newyork', 'paris'].map(
    (location) =>
      [
        'channel_locations_updated',
        `UPDATE channel_locations SET location_id = ${idOf('stock_locations', location)}
         WHERE channel_id = ${idOf('channels', 'fr')}`,
      ] as const,
  ),
  ['channel_locations_deleted', `DELETE FROM channel_locations WHERE channel_id = ${idOf('channels', 'fr')}`],
  ['channels_updated', `UPDATE channels SET handle = 'de' WHERE handle = 'fr'`],
  ['channels_deleted', `DELETE FROM channels WHERE handle = 'de'`],

  ['categories_updated', `UPDATE categories SET handle = 'tops/pullovers' WHERE handle = 'tops/knits'`],
  ['categories_updated', `UPDATE categories SET parent_id = NULL WHERE handle = 'tops/pullovers'`],
  ['brands_updated', `UPDATE brands SET handle = 'bolt-co' WHERE handle = 'bolt'`],

  ['embeddings_deleted', `DELETE FROM encoders`],
];

/** The index stores no words: these tell kept counts of lists by words. */
const OF_COUNTS = ['product_texts_deleted', 'product_texts_inserted', 'product_texts_updated'];

/** Writes that several triggers record. */
const MARKED_TWICE: readonly string[] = [
  `DELETE FROM stock_locations WHERE handle = 'nowhere'`,
  `DELETE FROM products WHERE handle = 'coat'`,
  `DELETE FROM products`,
];

/** Writes that do not affect an index. */
const UNMARKED: readonly string[] = [
  `UPDATE products SET url = 'x', is_demo = true, updated_at = now()`,
  `UPDATE products SET brand_id = brand_id, category_id = category_id`,
  `UPDATE product_attributes SET value = value`,
  `UPDATE product_images SET position = position + 10, alt_text = 'x', source = 'x'`,
  `UPDATE embeddings SET vector = vector`,
  `UPDATE quarantined_images SET score = score`,
  `UPDATE skus SET position = 3, restock_at = now(), gtin = gtin, options = options`,
  `UPDATE stock_levels SET on_hand = 7 WHERE on_hand = 8`,
  `UPDATE stock_levels SET on_hand = on_hand + 1, held = held + 1`,
  `INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT ${sku('JUMPER')}, ${idOf('stock_locations', 'newyork')}, 0`,
  `DELETE FROM stock_levels WHERE on_hand = 0`,
  `UPDATE prices SET compare_at = compare_at, amount = amount`,
  `UPDATE price_lists SET handle = handle || '-renamed'`,
  `UPDATE channels SET name = 'x', checkout_url_template = NULL, shows_exact_stock = false, low_stock_threshold = 9,
     is_default = false, handle = handle`,
  `UPDATE channel_locations SET location_id = location_id`,
  `INSERT INTO channel_locations SELECT * FROM channel_locations ON CONFLICT DO NOTHING`,
  `UPDATE categories SET name = 'x', handle = handle`,
  `INSERT INTO categories (handle, name) VALUES ('hats', 'Hats')`,
  `DELETE FROM categories WHERE handle = 'hats'`,
  `UPDATE brands SET name = 'x', handle = handle`,
  `INSERT INTO brands (handle, name) VALUES ('nobody', 'Nobody')`,
  `DELETE FROM brands WHERE handle = 'nobody'`,
  `UPDATE stock_locations SET handle = handle || '-renamed', name = 'x', pickup = true`,
  ...['products', 'product_attributes', 'product_images', 'embeddings', 'quarantined_images', 'skus']
    .concat([
      'stock_levels',
      'prices',
      'channels',
      'channel_locations',
      'categories',
      'brands',
      'stock_locations',
    ])
    .map((table) => `DELETE FROM ${table} WHERE false`),
];

async function seed(db: Database): Promise<void> {
  await seedMarkets(db);
  await db.query(`
    INSERT INTO stock_locations (handle, name, country_code) VALUES ('nowhere', 'Nowhere', 'DE');
    INSERT INTO channel_locations SELECT ${idOf('channels', 'eu')}, ${idOf('stock_locations', 'nowhere')};
    INSERT INTO price_lists (handle, currency) VALUES ('sale', 'EUR')`);
  await seedProduct(db, {
    handle: 'shirt',
    brand: 'acme',
    attributes: [['color', 'red']],
    vectors: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ],
    skus: [
      { code: 'SHIRT-S', options: { size: 'S' }, prices: { eu: 1_000, us: 1_200 }, stock: { berlin: 8 } },
      { code: 'SHIRT-M', options: { size: 'M' }, prices: { eu: 1_500 }, stock: { berlin: 0 } },
    ],
  });
  await seedProduct(db, {
    handle: 'jumper',
    category: 'tops/knits',
    brand: 'bolt',
    vectors: [[0.1, 0, 1, 0]],
    skus: [{ code: 'JUMPER', prices: { eu: 3_000 }, stock: { paris: 2 } }],
  });
  await seedProduct(db, {
    handle: 'boots',
    category: 'shoes',
    vectors: [[0, 0.1, 0, 1]],
    skus: [{ code: 'BOOTS', prices: { eu: 9_000 }, stock: {} }],
  });
  await seedProduct(db, {
    handle: 'sandals',
    category: 'shoes',
    vectors: [[0, 0, 0.1, 1]],
    skus: [{ code: 'SANDALS', prices: { eu: 4_000 }, stock: {} }],
  });
  await seedProduct(db, {
    handle: 'coat',
    brand: 'acme',
    vectors: [[1, 1, 1, 1]],
    skus: [{ code: 'COAT', prices: { eu: 20_000 }, stock: {} }],
  });
  await db.query(
    `INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT ${sku('COAT')}, ${idOf('stock_locations', 'nowhere')}, 3`,
  );
}

const DIMENSION = ENCODER.dimension;
/** More images than there ever are. */
const EVERY_IMAGE = Array.from({ length: 40 }, (_, id) => id);

/** A catalog with an index that follows it. */
class Followed {
  /** Every tag and price so far: outdated ones must no longer be found. */
  readonly #tags = new Set<string>();
  readonly #prices = new Map<string, Set<number>>();

  private constructor(
    private readonly database: TestDatabase,
    private readonly index: ReplaceableIndex,
    private spare: VectorIndex,
    private readonly follower: ChangeFollower,
  ) {}

  static async open(): Promise<Followed> {
    const database = await createTestDatabase();
    const { db } = database;
    await seed(db);
    const index = new ReplaceableIndex(await openEmbeddedIndex({ dimension: DIMENSION }));
    const position = positionInMemory();
    await position.fill((lost) => fillIndex({ db, encoder: ENCODER, progress: silentProgress }, index, lost));
    const follower = followChanges({
      db,
      index,
      encoder: ENCODER.id,
      position,
      isLost: () => false,
      rebuild: () => Promise.reject(new Error('nothing was pruned')),
      log: pino({ level: 'silent' }),
    });
    return new Followed(database, index, await openEmbeddedIndex({ dimension: DIMENSION }), follower);
  }

  get db(): Database {
    return this.database.db;
  }

  /** The index's answers, by question. */
  async #ask(index: VectorIndex): Promise<Record<string, unknown>> {
    const images = await projectImages(this.db, await readProductKeys(this.db, 0, 100));
    for (const { tags, numbers } of [...images.values()].map(({ payload }) => payload)) {
      for (const tag of tags) this.#tags.add(tag);
      for (const [field, amount] of Object.entries(numbers))
        this.#prices.set(field, (this.#prices.get(field) ?? new Set()).add(amount));
    }
    const filters: IndexFilter[] = [
      MATCH_ALL,
      ...[...this.#tags].map((tag) => ({ ...MATCH_ALL, clauses: [[tag]] })),
      ...[...this.#prices].flatMap(([field, amounts]) =>
        [...amounts].flatMap((amount) => [
          { ...MATCH_ALL, ranges: [{ field, min: amount }] },
          { ...MATCH_ALL, ranges: [{ field, max: amount }] },
        ]),
      ),
    ];
    const requests = [0, 1, 2, 3].flatMap((axis) =>
      (axis === 0 ? filters : [MATCH_ALL]).map((filter) => ({
        vector: Float32Array.from({ length: DIMENSION }, (_, i) => Number(i === axis)),
        filter,
        limit: 100,
      })),
    );
    const results = await index.search(requests);
    const found = results.map(({ matches }, i) => [JSON.stringify(requests[i]), matches] as const);
    return { images: await index.count(), ...Object.fromEntries(found) };
  }

  /** Writes and follows; returns the index's answers, and those of a newly loaded index. */
  async write(statement: string): Promise<Record<'followed' | 'anew', unknown>> {
    await this.db.query(statement);
    await this.follower.catchUp();
    const fresh = this.spare;
    // Otherwise, points with this same revision would not be deleted.
    await this.db.query('SELECT pg_current_xact_id()');
    await fresh.deleteImages(EVERY_IMAGE, revisionOf(await currentPosition(this.db)));
    expect(await fresh.count()).toBe(0);
    const options = { db: this.db, encoder: ENCODER, progress: silentProgress };
    await fillIndex(options, fresh, new AbortController().signal);
    const answers = { followed: await this.#ask(this.index), anew: await this.#ask(fresh) };
    this.spare = this.index.replace(fresh);
    return answers;
  }

  /** The images that following writes to the index: whole points, and payloads alone. */
  async writtenBy(statement: string): Promise<{ points: number; payloads: number }> {
    const written = { points: 0, payloads: 0 };
    const { upsert, setPayloads } = this.index;
    this.index.upsert = (points, revision) => {
      written.points += points.length;
      return upsert(points, revision);
    };
    this.index.setPayloads = (payloads, revision) => {
      written.payloads += payloads.length;
      return setPayloads(payloads, revision);
    };
    await this.db.query(statement);
    await this.follower.catchUp();
    Object.assign(this.index, { upsert, setPayloads });
    return written;
  }

  /** The number of rows in the log. */
  async marks(): Promise<number> {
    const { rows } = await this.db.query<{ count: number }>('SELECT count(*) FROM product_changes');
    return rows[0]?.count ?? 0;
  }

  async close(): Promise<void> {
    await this.follower.close();
    await this.index.close();
    await this.spare.close();
    await this.database.drop();
  }
}

/** One for the tests of a block. */
function openedCatalog(): () => Followed {
  let catalog: Followed;
  beforeAll(async () => {
    catalog = await Followed.open();
  });
  afterAll(() => catalog.close());
  return () => catalog;
}

describe('an index that follows is as one that is loaded anew', () => {
  const catalog = openedCatalog();

  test.each(MARKED)('%s tells it of %s', async (_trigger, statement) => {
    const { followed, anew } = await catalog().write(statement);
    expect(followed).toEqual(anew);
  });
});

describe('so it is when several triggers tell it', () => {
  const catalog = openedCatalog();

  test.each(MARKED_TWICE)('%s', async (statement) => {
    const { followed, anew } = await catalog().write(statement);
    expect(followed).toEqual(anew);
  });
});

describe('without its trigger it is not', () => {
  const catalog = openedCatalog();

  test.each(MARKED)('%s: %s', async (trigger, statement) => {
    const { rows } = await catalog().db.query<{ name: string }>(
      `SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = $1`,
      [trigger],
    );
    const table = String(rows[0]?.name);
    await catalog().db.query(`ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`);
    const { followed, anew } = await catalog().write(statement);
    expect(isDeepStrictEqual(followed, anew)).toBe(false);
    await catalog().db.query(`ALTER TABLE ${table} ENABLE TRIGGER ${trigger}`);
  });

  test('and every trigger there is was left out once', async () => {
    const { rows } = await catalog().db.query<{ name: string }>(
      `SELECT tgname AS name FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
       WHERE NOT tgisinternal AND prosrc LIKE '%product_changes%'`,
    );
    expect(new Set(rows.map(({ name }) => name))).toEqual(
      new Set([...MARKED.map(([trigger]) => trigger), ...OF_COUNTS]),
    );
  });
});

describe('it is not told of what it does not store', () => {
  const catalog = openedCatalog();

  test.each(UNMARKED)('%s', async (statement) => {
    const marks = await catalog().marks();
    await catalog().db.query(statement);
    expect(await catalog().marks()).toBe(marks);
  });

  test('and is as one that is loaded anew all the same', async () => {
    const { followed, anew } = await catalog().write('SELECT 1');
    expect(followed).toEqual(anew);
  });
});

describe('only what changed is written', () => {
  const catalog = openedCatalog();

  test.each([
    [
      'a new image',
      `INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
       SELECT ${idOf('products', 'shirt')}, 9, ${imageOf('boots')}, 'known', 4, 5, '\\x00', '#808080'`,
      { points: 1, payloads: 0 },
    ],
    [
      'a new image and another brand',
      `INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
       SELECT ${idOf('products', 'shirt')}, 10, ${imageOf('jumper')}, 'other', 4, 5, '\\x00', '#808080';
       UPDATE products SET brand_id = NULL WHERE handle = 'shirt'`,
      { points: 1, payloads: 3 },
    ],
    [
      'an image with other content',
      `UPDATE product_images SET sha256 = sha256('nobody') WHERE source = 'other'`,
      { points: 3, payloads: 0 },
    ],
    [
      'an embedding that an image waited for',
      `INSERT INTO embeddings SELECT id, dimension, sha256('nobody'), ${vector(0, 0, 0.6, 0.8)} FROM encoders`,
      { points: 1, payloads: 0 },
    ],
  ])('of %s', async (_what, statement, written) => {
    expect(await catalog().writtenBy(statement)).toEqual(written);
  });
});

describe('what reaches every product', () => {
  const catalog = openedCatalog();

  test('is one row of the log', async () => {
    const marks = await catalog().marks();
    await catalog().db.query(`UPDATE brands SET handle = handle || '-inc'`);
    expect(await catalog().marks()).toBe(marks + 1);
  });

  test('reaches one too that its transaction could not see', async () => {
    const closing = await catalog().db.connect();
    try {
      await closing.query('BEGIN');
      await closing.query(
        `DELETE FROM channel_locations WHERE location_id = ${idOf('stock_locations', 'berlin')}`,
      );
      await seedProduct(catalog().db, { handle: 'polo', vectors: [[3, 4, 0, 0]], skus: [{ code: 'POLO' }] });
      const before = await catalog().write('SELECT 1');
      await closing.query('COMMIT');
      const { followed, anew } = await catalog().write('SELECT 1');
      expect(followed).toEqual(anew);
      expect(isDeepStrictEqual(anew, before.anew)).toBe(false);
    } finally {
      closing.release();
    }
  });
});
