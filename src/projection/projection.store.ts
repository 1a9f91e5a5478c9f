import sql from 'sql-template-tag';
import { z } from 'zod';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { anyOf } from '../platform/any-of.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { shownOptions } from '../images/shown-options.js';
import type { ImagePayload } from '../vector-index/port.js';
import { toVector } from '../vector-index/vectors.js';
import { MAX_ATTRIBUTE_TAGS, projectProduct, type OfferFacts } from './project-product.js';

/** How long products are projected before requests get a turn. */
const TURN_MS = 10;

/** An SKU with its prices, those to come included, and its stock, in all channels. */
const skuFacts = z.object({
  skuKey: z.number(),
  options: z.record(z.string(), z.string()),
  gtin: z.string().nullable(),
  /** Whether it can be ordered without stock. */
  promisable: z.boolean(),
  /** Row ids of locations. */
  stockedAt: z.array(z.number()),
  /** For each price list that has prices: its row id, the lowest and the highest amount, and whether one is a sale price. */
  prices: z.array(z.tuple([z.number(), z.number(), z.number(), z.boolean()])),
});

const productFacts = z.object({
  key: z.number(),
  brand: z.string().nullable(),
  categories: z.array(z.string()),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
  createdAt: z.number(),
  /** Those that have a price, in their order. */
  skus: z.array(skuFacts),
  /** Its images, embedded or not, by the options that they show; those of the oldest images first. */
  pictured: z.array(z.object({ shows: shownOptions, imageIds: z.array(z.number()) })),
});

const channelFacts = z.object({
  handle: z.string(),
  priceListKey: z.number(),
  /** Row ids. */
  locations: z.array(z.number()).transform((keys): ReadonlySet<number> => new Set(keys)),
});
type Channel = z.infer<typeof channelFacts>;

const embeddedImage = z.object({ imageId: z.number(), productId: z.number(), vector: z.instanceof(Buffer) });

/** A product image with its embedding by one encoder. */
export interface EmbeddedImage {
  readonly imageId: number;
  readonly productId: number;
  readonly vector: Float32Array;
}

/**
 * The payloads of these products' images, by image id: the tags of the product, and those of the SKUs in the image. Of
 * the products in `only`, just those of these images.
 */
export async function projectImages(
  db: Queryable,
  productKeys: readonly number[],
  only: ReadonlyMap<number, ReadonlySet<number>> = new Map(),
): Promise<Map<number, ImagePayload>> {
  // One after another: the client of a transaction runs one statement at a time.
  const channels = await readChannels(db);
  const products = await readProducts(db, productKeys);
  const payloads = new Map<number, ImagePayload>();
  let turn = performance.now();
  for (const product of products) {
    const { key: productId, skus, pictured } = product;
    const offers = skus.flatMap((sku) => offersOf(sku, channels));
    const ofProduct = projectProduct(product, offers, pictured, only.get(productId));
    for (const [imageId, payload] of ofProduct) payloads.set(imageId, { imageId, productId, payload });
    if (performance.now() - turn < TURN_MS) continue;
    await nextTurn();
    turn = performance.now();
  }
  return payloads;
}

function readChannels(db: Queryable): Promise<Channel[]> {
  return queryPrepared(
    db,
    sql`/* projection.channels */
      SELECT handle, price_list_id AS "priceListKey",
        ARRAY(SELECT location_id FROM channel_locations WHERE channel_id = channel.id) AS locations
      FROM channels channel ORDER BY id`,
    channelFacts,
  );
}

/**
 * In one statement, and each SKU once, not once for each channel: stock changes all the time, and channels share
 * locations and price lists. Future prices count too, because a sale begins and ends without a write.
 */
function readProducts(
  db: Queryable,
  productKeys: readonly number[],
): Promise<z.infer<typeof productFacts>[]> {
  return queryPrepared(
    db,
    sql`/* projection.products */
      SELECT product.id AS key, brand.handle AS brand, floor(extract(epoch FROM product.created_at))::float8 AS "createdAt",
        ARRAY(
          WITH RECURSIVE above AS (
            SELECT handle, parent_id FROM categories WHERE id = product.category_id
            UNION ALL SELECT parent.handle, parent.parent_id FROM categories parent JOIN above ON parent.id = above.parent_id
          ) SELECT handle::text FROM above) AS categories,
        coalesce((SELECT json_agg(json_build_object('name', name, 'value', value) ORDER BY name, value)
          FROM (SELECT name, value FROM product_attributes WHERE product_id = product.id
            ORDER BY name, value LIMIT ${MAX_ATTRIBUTE_TAGS}) attribute), '[]') AS attributes,
        coalesce((SELECT json_agg(json_build_object(
            'skuKey', sku.id, 'options', sku.options, 'gtin', ltrim(sku.gtin, '0'),
            'promisable', sku.when_out <> 'deny' AND coalesce(sku.promised > sku.promised_held, true),
            'stockedAt', ARRAY(SELECT location_id FROM stock_levels WHERE sku_id = sku.id AND sellable > 0),
            'prices', priced.prices) ORDER BY sku.position, sku.id)
          FROM skus sku
          CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(price_list_id, min_amount, max_amount, on_sale)) AS prices FROM (
              SELECT price_list_id, min(amount) AS min_amount, max(amount) AS max_amount,
                bool_or(compare_at IS NOT NULL) AS on_sale
              FROM prices WHERE sku_id = sku.id AND coalesce(upper(valid) > statement_timestamp(), true)
              GROUP BY price_list_id) price
          ) priced
          WHERE sku.product_id = product.id AND priced.prices IS NOT NULL), '[]') AS skus,
        coalesce((SELECT json_agg(json_build_object('shows', shows, 'imageIds', ids) ORDER BY ids[1])
          FROM (SELECT shows, array_agg(id ORDER BY id) AS ids FROM shown_images WHERE product_id = product.id
            GROUP BY shows) alike), '[]') AS pictured
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.id = ${anyOf(productKeys, 'int')}`,
    productFacts,
  );
}

/** The offers of an SKU: one in each channel where it has a price. */
function offersOf(
  { skuKey, options, gtin, promisable, stockedAt: anywhere, prices }: z.infer<typeof skuFacts>,
  channels: readonly Channel[],
): OfferFacts[] {
  const priceIn = new Map(prices.map((price) => [price[0], price]));
  return channels.flatMap(({ handle: channel, priceListKey, locations }) => {
    const price = priceIn.get(priceListKey);
    if (price === undefined) return [];
    const [, minAmount, maxAmount, onSale] = price;
    const stockedAt = anywhere.filter((location) => locations.has(location));
    const orderable = stockedAt.length > 0 || promisable;
    return [{ skuKey, channel, options, stockedAt, orderable, onSale, gtin, minAmount, maxAmount }];
  });
}

/** Images: all of these products, and these. */
export interface ImagesOf {
  readonly productKeys: readonly number[];
  readonly imageIds: readonly number[];
}

/** Those of the images that this encoder has embedded. */
export async function readEmbeddedImages(
  db: Queryable,
  encoder: string,
  { productKeys, imageIds }: ImagesOf,
): Promise<EmbeddedImage[]> {
  const rows = await query(
    db,
    sql`/* projection.embeddedImages */
      SELECT image.id AS "imageId", image.product_id AS "productId", embedding.vector
      FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.product_id = ${anyOf(productKeys, 'int')} OR image.id = ${anyOf(imageIds, 'int')}
      ORDER BY image.product_id, image.position`,
    embeddedImage,
  );
  return rows.map((row) => ({ ...row, vector: toVector(row.vector) }));
}

/** Embedded images with the lowest ids above `after`, sorted by id, for iterating over all of them. */
export async function readImagesAfter(
  db: Queryable,
  encoder: string,
  after: number,
  limit: number,
): Promise<EmbeddedImage[]> {
  const rows = await query(
    db,
    sql`/* projection.imagesAfter */
      SELECT image.id AS "imageId", image.product_id AS "productId", embedding.vector
      FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.id > ${after}
      ORDER BY image.id LIMIT ${limit}`,
    embeddedImage,
  );
  return rows.map((row) => ({ ...row, vector: toVector(row.vector) }));
}

export async function countImages(db: Queryable): Promise<number> {
  const [row] = await query(
    db,
    sql`/* projection.countImages */ SELECT count(*) AS count FROM shown_images`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}

/** The handles of the existing products among these. */
export async function readHandles(
  db: Queryable,
  productKeys: readonly number[],
): Promise<Map<number, string>> {
  const rows = await query(
    db,
    sql`/* projection.handles */ SELECT id, handle FROM products WHERE id = ${anyOf(productKeys, 'int')}`,
    z.object({ id: z.number(), handle: z.string() }),
  );
  return new Map(rows.map(({ id, handle }) => [id, handle]));
}

/** The next products by id, for iterating over the whole catalog. */
export async function readProductKeys(db: Queryable, after: number, limit: number): Promise<number[]> {
  const rows = await query(
    db,
    sql`/* projection.productKeys */ SELECT id AS key FROM products WHERE id > ${after} ORDER BY id LIMIT ${limit}`,
    z.object({ key: z.number() }),
  );
  return rows.map((row) => row.key);
}

export async function countProducts(db: Queryable): Promise<number> {
  const [row] = await query(
    db,
    sql`/* projection.countProducts */ SELECT count(*) AS count FROM products`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}
