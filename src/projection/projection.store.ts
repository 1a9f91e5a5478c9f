import sql from 'sql-template-tag';
import { z } from 'zod';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { groupBy } from '../platform/group-by.js';
import { query, type Queryable } from '../platform/postgres.js';
import { shownOptions } from '../images/shown-options.js';
import type { ImagePayload } from '../vector-index/port.js';
import { toVector } from '../vector-index/vectors.js';
import { MAX_ATTRIBUTE_TAGS, projectProduct } from './project-product.js';

/** How long products are projected before requests get a turn. */
const TURN_MS = 10;

const productFacts = z.object({
  key: z.number(),
  brand: z.string().nullable(),
  categories: z.array(z.string()),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
  createdAt: z.number(),
});

const offerFacts = z.object({
  productKey: z.number(),
  skuKey: z.number(),
  channel: z.string(),
  options: z.record(z.string(), z.string()),
  stockedAt: z.array(z.number()),
  orderable: z.boolean(),
  onSale: z.boolean(),
  gtin: z.string().nullable(),
  minAmount: z.number(),
  maxAmount: z.number(),
});

const embeddedImage = z.object({ imageId: z.number(), productId: z.number(), vector: z.instanceof(Buffer) });

const picturedFacts = z.object({
  productId: z.number(),
  shows: shownOptions,
  imageIds: z.array(z.number()),
});

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
  const products = await readProducts(db, productKeys);
  const offers = groupBy(await readOffers(db, productKeys), (offer) => offer.productKey);
  const pictured = groupBy(await readPictured(db, productKeys), ({ productId }) => productId);
  const payloads = new Map<number, ImagePayload>();
  let turn = performance.now();
  for (const product of products) {
    const { key: productId } = product;
    const [ownOffers = [], ownPictured = []] = [offers.get(productId), pictured.get(productId)];
    const ofProduct = projectProduct(product, ownOffers, ownPictured, only.get(productId));
    for (const [imageId, payload] of ofProduct) payloads.set(imageId, { imageId, productId, payload });
    if (performance.now() - turn < TURN_MS) continue;
    await nextTurn();
    turn = performance.now();
  }
  return payloads;
}

/** The images of these products, embedded or not, by the options that they show; those of the oldest images first. */
function readPictured(
  db: Queryable,
  productKeys: readonly number[],
): Promise<z.infer<typeof picturedFacts>[]> {
  return query(
    db,
    sql`/* projection.images */
      SELECT product_id AS "productId", shows, array_agg(id ORDER BY id) AS "imageIds" FROM product_images
      WHERE product_id = ANY(${productKeys}::int[]) GROUP BY product_id, shows ORDER BY min(id)`,
    picturedFacts,
  );
}

function readProducts(
  db: Queryable,
  productKeys: readonly number[],
): Promise<z.infer<typeof productFacts>[]> {
  return query(
    db,
    sql`/* projection.products */
      SELECT product.id AS key, brand.handle AS brand, floor(extract(epoch FROM product.created_at))::float8 AS "createdAt",
        ARRAY(
          WITH RECURSIVE above AS (
            SELECT handle, parent_id FROM categories WHERE id = product.category_id
            UNION ALL SELECT parent.handle, parent.parent_id FROM categories parent JOIN above ON parent.id = above.parent_id
          ) SELECT handle::text FROM above) AS categories,
        coalesce((SELECT jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY name, value)
          FROM (SELECT name, value FROM product_attributes WHERE product_id = product.id
            ORDER BY name, value LIMIT ${MAX_ATTRIBUTE_TAGS}) attribute), '[]') AS attributes
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.id = ANY(${productKeys}::int[])`,
    productFacts,
  );
}

/** Future prices count too, because a sale begins and ends without a write. */
function readOffers(db: Queryable, productKeys: readonly number[]): Promise<z.infer<typeof offerFacts>[]> {
  return query(
    db,
    sql`/* projection.offers */
      SELECT sku.product_id AS "productKey", sku.id AS "skuKey", channel.handle AS channel, sku.options,
        stock.locations AS "stockedAt",
        stock.locations <> '{}' OR (sku.when_out <> 'deny' AND coalesce(sku.promised > sku.promised_held, true)) AS orderable,
        ltrim(sku.gtin, '0') AS gtin, price.on_sale AS "onSale", price.min_amount AS "minAmount", price.max_amount AS "maxAmount"
      FROM skus sku
      CROSS JOIN channels channel
      CROSS JOIN LATERAL (
        SELECT min(amount) AS min_amount, max(amount) AS max_amount, bool_or(compare_at IS NOT NULL) AS on_sale FROM prices
        WHERE sku_id = sku.id AND price_list_id = channel.price_list_id
          AND coalesce(upper(valid) > statement_timestamp(), true)
      ) price
      CROSS JOIN LATERAL (
        SELECT ARRAY(
          SELECT stock_level.location_id FROM stock_levels stock_level
          JOIN channel_locations served
            ON served.location_id = stock_level.location_id AND served.channel_id = channel.id
          WHERE stock_level.sku_id = sku.id AND stock_level.sellable > 0) AS locations
        -- Looked up once, though it is asked for twice.
        OFFSET 0
      ) stock
      WHERE sku.product_id = ANY(${productKeys}::int[]) AND price.min_amount IS NOT NULL
      ORDER BY sku.position, sku.id`,
    offerFacts,
  );
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
      FROM product_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.product_id = ANY(${productKeys}::int[]) OR image.id = ANY(${imageIds}::int[])
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
      FROM product_images image
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
    sql`/* projection.countImages */ SELECT count(*) AS count FROM product_images`,
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
    sql`/* projection.handles */ SELECT id, handle FROM products WHERE id = ANY(${productKeys}::int[])`,
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
