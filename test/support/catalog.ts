import sql from 'sql-template-tag';
import { z } from 'zod';
import type { ShownOptions } from '../../src/images/shown-options.js';
import { execute, query, type Database } from '../../src/platform/postgres.js';

/** Two markets with a warehouse each, and a store that serves both. */
type Channel = 'eu' | 'us';
type Location = 'berlin' | 'newyork' | 'paris';
export const ENCODER = { id: 'test-encoder@1.0.0', dimension: 4 };

interface SkuSeed {
  readonly code: string;
  readonly options?: Record<string, string>;
  /** Minor units by channel; a channel without a price does not offer the SKU. */
  readonly prices?: Partial<Record<Channel, number>>;
  /** The regular price of all of these, when the SKU is on sale. */
  readonly compareAt?: number;
  readonly gtin?: string;
  /** On hand by location; null: in stock and uncounted. */
  readonly stock?: Partial<Record<Location, number | null>>;
  readonly whenOut?: 'deny' | 'backorder' | 'preorder';
}

export interface ProductSeed {
  readonly handle: string;
  readonly title?: string;
  readonly description?: string;
  /** Of title and description; English by default. */
  readonly language?: string;
  /** By language. */
  readonly texts?: Readonly<Record<string, { readonly title?: string; readonly description?: string }>>;
  readonly category?: string;
  readonly brand?: string;
  readonly attributes?: readonly (readonly [name: string, value: string])[];
  /** One image for each vector; not normalized yet. */
  readonly vectors?: readonly (readonly number[])[];
  /** What each of these images shows; those without show the product as a whole. */
  readonly shows?: readonly ShownOptions[];
  readonly skus?: readonly SkuSeed[];
}

const idRow = z.object({ id: z.number() });

async function insert(db: Database, statement: ReturnType<typeof sql>): Promise<number> {
  const [row] = await query(db, statement, idRow);
  if (row === undefined) throw new Error('the insert answers an id');
  return row.id;
}

/** Adds the markets and the test encoder. */
export async function seedMarkets(db: Database): Promise<void> {
  await seedChannels(db);
  await seedEncoder(db, ENCODER);
}

/** The encoder of images seeded from here on; gateways in separate processes have a real one. */
export async function seedEncoder(db: Database, { id, dimension }: typeof ENCODER): Promise<void> {
  await execute(db, sql`INSERT INTO encoders (name, dimension) VALUES (${id}, ${dimension})`);
}

/** Markets, locations, and a category tree: tops above tops/shirts and tops/knits; shoes. */
export async function seedChannels(db: Database): Promise<void> {
  await db.query(`
    INSERT INTO stock_locations (handle, name, country_code, latitude, longitude, pickup) VALUES
      ('berlin', 'Berlin', 'DE', 52.52, 13.405, false), ('newyork', 'New York', 'US', 40.7128, -74.006, false),
      ('paris', 'Paris', 'FR', 48.8566, 2.3522, true);
    INSERT INTO price_lists (handle, currency) VALUES ('eu', 'EUR'), ('us', 'USD');
    INSERT INTO channels (handle, name, price_list_id, checkout_url_template, shows_exact_stock, is_default)
      SELECT handle, upper(handle), id, 'https://shop.example/' || handle || '/cart/{sku}:{quantity}', handle = 'eu', handle = 'eu'
      FROM price_lists;
    INSERT INTO channel_locations SELECT c.id, l.id FROM channels c JOIN stock_locations l
      ON (c.handle, l.handle) IN (('eu', 'berlin'), ('eu', 'paris'), ('us', 'newyork'), ('us', 'paris'));
    INSERT INTO categories (handle, name) VALUES ('tops', 'Tops'), ('shoes', 'Shoes');
    INSERT INTO categories (handle, name, parent_id)
      SELECT 'tops/' || lower(below), below, id FROM categories, (VALUES ('Knits'), ('Shirts')) AS names (below)
      WHERE handle = 'tops';
  `);
}

/** Inserts a product with its images, embeddings, and SKUs; returns its row id. */
export async function seedProduct(db: Database, seed: ProductSeed): Promise<number> {
  const brand = seed.brand ?? null;
  if (brand !== null) {
    await execute(
      db,
      sql`INSERT INTO brands (handle, name) VALUES (${brand}, initcap(${brand})) ON CONFLICT DO NOTHING`,
    );
  }
  const id = await insert(
    db,
    sql`INSERT INTO products (handle, title, description, brand_id, category_id)
      SELECT ${seed.handle}, ${seed.title ?? seed.handle}, ${seed.description ?? null},
      (SELECT id FROM brands WHERE handle = ${brand}), id FROM categories
      WHERE handle = ${seed.category ?? 'tops/shirts'} RETURNING id`,
  );
  // Databases of versions before this one have no languages.
  if (seed.language !== undefined)
    await execute(db, sql`UPDATE products SET language = ${seed.language} WHERE id = ${id}`);
  for (const [language, { title, description }] of Object.entries(seed.texts ?? {})) {
    await execute(
      db,
      sql`INSERT INTO product_texts (product_id, language, title, description, own_keywords)
        VALUES (${id}, ${language}, ${title ?? null}, ${description ?? null}, '')`,
    );
  }
  for (const [name, value] of seed.attributes ?? []) {
    await execute(db, sql`INSERT INTO product_attributes VALUES (${id}, ${name}, ${value})`);
  }
  for (const [position, vector] of (seed.vectors ?? []).entries())
    await seedImage(db, id, position, vector, seed.shows?.[position] ?? {});
  for (const sku of seed.skus ?? []) await seedSku(db, id, sku);
  return id;
}

async function seedImage(
  db: Database,
  productId: number,
  position: number,
  vector: readonly number[],
  shows: ShownOptions,
): Promise<void> {
  const norm = Math.hypot(...vector);
  const bytes = Buffer.from(Float32Array.from(vector, (value) => value / norm).buffer);
  await execute(
    db,
    sql`WITH image AS (
        INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash,
          dominant_color, shows)
        VALUES (${productId}, ${position}, sha256(${`${productId}/${position}`}::bytea), 'seed', 4, 5, '\\x00',
          '#808080', ${JSON.stringify(shows)}::jsonb)
        RETURNING sha256)
      INSERT INTO embeddings (encoder_id, dimension, sha256, vector)
      SELECT encoder.id, encoder.dimension, image.sha256,
        substring(${bytes}::bytea || decode(repeat('00', 4 * encoder.dimension), 'hex') FOR 4 * encoder.dimension)
      FROM image, (SELECT * FROM encoders ORDER BY id LIMIT 1) encoder`,
  );
}

async function seedSku(db: Database, productId: number, seed: SkuSeed): Promise<void> {
  const id = await insert(
    db,
    sql`INSERT INTO skus (product_id, code, options, when_out, gtin) VALUES (${productId}, ${seed.code},
      ${JSON.stringify(seed.options ?? {})}::jsonb, ${seed.whenOut ?? 'deny'}, ${seed.gtin ?? null}) RETURNING id`,
  );
  for (const [channel, amount] of Object.entries(seed.prices ?? { eu: 1_000 })) {
    await execute(
      db,
      sql`INSERT INTO prices (price_list_id, sku_id, amount, compare_at)
        SELECT id, ${id}, ${amount}, ${seed.compareAt ?? null} FROM price_lists WHERE handle = ${channel}`,
    );
  }
  for (const [location, onHand] of Object.entries(seed.stock ?? { berlin: 5 })) {
    await execute(
      db,
      sql`INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT ${id}, id, ${onHand} FROM stock_locations WHERE handle = ${location}`,
    );
  }
}

/** Sets the stock of an SKU at a location, as a register or a warehouse would. */
export async function setStock(
  db: Database,
  code: string,
  onHand: number,
  location = 'berlin',
): Promise<void> {
  await execute(
    db,
    sql`UPDATE stock_levels SET on_hand = ${onHand} FROM skus, stock_locations
      WHERE skus.id = sku_id AND stock_locations.id = location_id AND code = ${code} AND stock_locations.handle = ${location}`,
  );
}
