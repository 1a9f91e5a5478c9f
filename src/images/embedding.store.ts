import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { addEmbeddings, type Embedding } from './stored-image.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toVector } from '../projection/projection.store.js';
import { Style } from '../search/visual-search.types.js';
import { instantiate } from '../graph/node.js';

const vectorRow = z.object({ vector: z.instanceof(Buffer) });

/** A style is drawn from this many of its products; more hardly move their mean. */
const STYLE_EXEMPLARS = 200;
/** The mean of the catalog is drawn from this many. */
const CATALOG_SAMPLE = 500;
const MAX_STYLES = 200;

/** The embeddings of images by their content (SHA-256 in hex); those that there are. */
export async function readVectors(
  db: Queryable,
  encoder: string,
  sha256s: readonly string[],
): Promise<Embedding[]> {
  const rows = await queryPrepared(
    db,
    sql`/* embedding.ofContents */
      SELECT encode(embedding.sha256, 'hex') AS sha256, embedding.vector FROM embeddings embedding
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE embedding.sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest(${sha256s}::text[]) AS hex))`,
    vectorRow.extend({ sha256: z.string() }),
  );
  return rows.map(({ sha256, vector }) => ({ sha256, vector: toVector(vector) }));
}

/** Keeps the embedding of an image that is no product's; none where no product was ever encoded with the encoder. */
export async function keepVector(client: ClientBase, encoder: string, embedding: Embedding): Promise<void> {
  const [registered] = await query(
    client,
    sql`/* embedding.encoder */ SELECT id, dimension FROM encoders WHERE name = ${encoder}`,
    z.object({ id: z.number(), dimension: z.number() }),
  );
  if (registered !== undefined) await addEmbeddings(client, registered, [embedding]);
}

const imageVectorRow = vectorRow.extend({ imageId: z.number() });

/** The embeddings of these product images, by the image's id; those that are gone are left out. */
export async function readImageVectors(
  db: Queryable,
  encoder: string,
  imageIds: readonly number[],
): Promise<Map<number, Float32Array>> {
  const rows = await queryPrepared(
    db,
    sql`/* embedding.ofImages */
      SELECT image.id AS "imageId", embedding.vector FROM product_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.id = ANY(${imageIds}::int[])`,
    imageVectorRow,
  );
  return new Map(rows.map(({ imageId, vector }) => [imageId, toVector(vector)]));
}

const productImageVectorRow = z.object({
  productId: z.number(),
  imageId: z.number(),
  vector: z.instanceof(Buffer),
});

/** The embeddings of all images of these products. */
export async function readVectorsOfProducts(
  db: Queryable,
  encoder: string,
  productKeys: readonly number[],
): Promise<{ productId: number; imageId: number; vector: Float32Array }[]> {
  const rows = await queryPrepared(
    db,
    sql`/* embedding.ofProducts */
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM product_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.product_id = ANY(${productKeys}::int[]) ORDER BY image.product_id, image.position`,
    productImageVectorRow,
  );
  return rows.map(({ vector, ...row }) => ({ ...row, vector: toVector(vector) }));
}

const samplesRow = z.object({ exemplars: z.array(z.string()), catalog: z.array(z.string()) });

/**
 * Images (SHA-256 in hex) that are encoded: the first ones of products of a style, and of any products. The same as long
 * as those products are there.
 */
export async function readStyleSamples(
  db: Queryable,
  encoder: string,
  style: string,
): Promise<z.infer<typeof samplesRow>> {
  const encoded = sql`JOIN embeddings embedding ON embedding.sha256 = image.sha256
    AND embedding.encoder_id = (SELECT id FROM encoders WHERE name = ${encoder})`;
  const [row] = await queryPrepared(
    db,
    sql`/* embedding.styleSamples */ SELECT ARRAY(
        SELECT encode(image.sha256, 'hex') FROM product_attributes attribute
        JOIN product_images image ON image.product_id = attribute.product_id AND image.position = 0 ${encoded}
        WHERE attribute.name = 'style' AND lower(attribute.value) = lower(${style})
        ORDER BY hashint4(attribute.product_id), attribute.value LIMIT ${STYLE_EXEMPLARS}
      ) AS exemplars, ARRAY(
        SELECT encode(image.sha256, 'hex') FROM products product
        JOIN product_images image ON image.product_id = product.id AND image.position = 0 ${encoded}
        ORDER BY hashint4(product.id), product.id LIMIT ${CATALOG_SAMPLE}
      ) AS catalog`,
    samplesRow,
  );
  return row ?? { exemplars: [], catalog: [] };
}

const styleRow = z.object({ handle: z.string(), productCount: z.number() });

/** The styles of the catalog: the values of the attribute "style". */
export async function readStyles(db: Queryable): Promise<Style[]> {
  const rows = await query(
    db,
    sql`/* embedding.styles */ SELECT lower(value) AS handle, count(*) AS "productCount" FROM product_attributes
      WHERE name = 'style' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_STYLES}`,
    styleRow,
  );
  return rows.map((row) => instantiate(Style, row));
}
