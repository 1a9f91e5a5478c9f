import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { DEFAULT_ENCODER } from '../src/vision/encoder.js';
import { readManifest } from '../src/vision/manifest.js';
import { ask } from './graphql.js';
import { openShop, type Shop } from './shop.js';
import { generator } from './statistics.js';
import type { Benchmark } from './types.js';

const PRODUCTS = 180_000;
const IMAGES_EACH = 2;
/** Different vectors; images take turns. */
const VECTORS = 2_000;
/** Products in a statement. */
const AT_ONCE = 20_000;
const POLL_MS = 50;

export const benchmarks: Benchmark[] = [
  {
    name: 'start',
    description: `a gateway with ${(PRODUCTS * IMAGES_EACH).toLocaleString('en')} images starts, without and with a snapshot of its index`,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('writing the catalog');
        await seed(shop.databaseUrl);
        for (const kind of ['without', 'with'] as const) {
          progress(`starting ${kind} a snapshot`);
          const { products, searches } = await start(shop, kind);
          report({
            name: `${kind} a snapshot: until products answer`,
            unit: 's',
            a: [products],
            b: [],
            target: { of: 'a', op: '<=', value: 15 },
          });
          report({ name: `${kind} a snapshot: until searches answer`, unit: 's', a: [searches], b: [] });
        }
      } finally {
        await shop.close();
      }
    },
  },
];

const PAGE = '{ products(first: 1) { nodes { id } } }';
const page = z.object({ products: z.object({ nodes: z.tuple([z.object({ id: z.string() })]) }) });
const SEARCH =
  'query ($id: ID!) { visualSearch(query: { like: [{ product: $id }] }, first: 1) { nodes { id } } }';
const found = z.object({ visualSearch: z.object({ nodes: z.array(z.object({ id: z.string() })).min(1) }) });

/**
 * Seconds from the start of a gateway until it answers; then stops it. @throws Error when it did not find its index
 * as it should
 */
async function start(shop: Shop, kind: 'without' | 'with'): Promise<{ products: number; searches: number }> {
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1_000;
  const gateway = await shop.serve({ VITRINE_DEMO: '0', LOG_LEVEL: 'info' }, { searches: false });
  const [{ id }] = (await ask(gateway.url, page, PAGE)).products.nodes;
  const products = seconds();
  while (!(await ask(gateway.url, found, SEARCH, { id }).then(Boolean, () => false))) await sleep(POLL_MS);
  const searches = seconds();
  await gateway.stop();
  if (gateway.printed().includes('loaded from its snapshot') !== (kind === 'with'))
    throw new Error(`The gateway did not start ${kind} a snapshot:\n${gateway.printed()}`);
  return { products, searches };
}

/** Products with two images and three SKUs each, offered in one channel. */
async function seed(databaseUrl: string): Promise<void> {
  const { id: encoder, dimension } = await readManifest(DEFAULT_ENCODER);
  const db = new Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    // Without foreign keys and triggers: the data is correct, and nobody follows changes yet.
    await db.query(`
      SET session_replication_role = replica;
      CREATE TEMP TABLE vectors (n integer PRIMARY KEY, vector bytea NOT NULL);
      INSERT INTO stock_locations (handle, name, country_code) VALUES ('eur', 'eur', 'DE');
      INSERT INTO price_lists (handle, currency) VALUES ('eur', 'EUR');
      INSERT INTO channels (handle, name, price_list_id, is_default) VALUES ('eur', 'eur', 1, true);
      INSERT INTO channel_locations VALUES (1, 1);
      INSERT INTO categories (handle, name) VALUES ('clothing', 'Clothing');
      INSERT INTO categories (handle, name, parent_id)
        SELECT 'clothing/' || n, 'Type ' || n, 1 FROM generate_series(1, 20) AS n;
      INSERT INTO brands (handle, name) SELECT 'brand-' || n, 'Brand ' || n FROM generate_series(1, 200) AS n`);
    await db.query('INSERT INTO encoders (name, dimension) VALUES ($1, $2)', [encoder, dimension]);
    const random = generator(1);
    for (let n = 0; n < VECTORS; n += 1)
      await db.query('INSERT INTO vectors VALUES ($1, $2)', [n, unitVector(dimension, random)]);
    for (let first = 1; first <= PRODUCTS; first += AT_ONCE)
      await seedProducts(db, first, first + AT_ONCE - 1);
    await db.query('VACUUM ANALYZE');
  } finally {
    await db.end();
  }
}

async function seedProducts(db: Client, first: number, last: number): Promise<void> {
  await db.query(`
    INSERT INTO products (handle, title, keywords, brand_id, category_id)
      SELECT 'garment-' || n, 'Garment ' || n, 'Brand ' || n % 200, 1 + n % 200, 2 + n % 20
      FROM generate_series(${first}, ${last}) AS n;
    INSERT INTO product_attributes
      SELECT id, name, name || ' ' || id % 40 FROM products, (VALUES ('material'), ('gender'), ('pattern')) AS named (name)
      WHERE id BETWEEN ${first} AND ${last};
    INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
      SELECT id, n, sha256((id || '/' || n)::bytea), 'https://images.example/' || id || '/' || n, 4, 5, '\\x00', '#808080'
      FROM products, generate_series(0, ${IMAGES_EACH - 1}) AS n WHERE id BETWEEN ${first} AND ${last};
    INSERT INTO embeddings (encoder_id, dimension, sha256, vector)
      SELECT encoders.id, dimension, sha256, vectors.vector
      FROM product_images image JOIN vectors ON vectors.n = image.id % ${VECTORS}, encoders
      WHERE image.product_id BETWEEN ${first} AND ${last};
    INSERT INTO skus (product_id, code, options, position)
      SELECT id, 'sku-' || id || '-' || n, jsonb_build_object('color', 'color ' || id % 12, 'size', 'size ' || n), n
      FROM products, generate_series(0, 2) AS n WHERE id BETWEEN ${first} AND ${last};
    INSERT INTO prices (price_list_id, sku_id, amount)
      SELECT 1, id, 1000 + id % 9000 FROM skus WHERE product_id BETWEEN ${first} AND ${last};
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
      SELECT id, 1, id % 30 FROM skus WHERE product_id BETWEEN ${first} AND ${last}`);
}

function unitVector(dimension: number, random: () => number): Buffer {
  const numbers = Float32Array.from({ length: dimension }, () => random() - 0.5);
  const length = Math.hypot(...numbers);
  return Buffer.from(numbers.map((number) => number / length).buffer);
}
