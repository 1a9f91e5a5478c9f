import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toVector } from '../sync/projection.store.js';
import { Style } from './visual-search.types.js';
import { instantiate } from '../catalog/node.js';

const vectorRow = z.object({ vector: z.instanceof(Buffer) });

/** A style is drawn from this many of its products; more hardly move their mean. */
const STYLE_EXEMPLARS = 200;
const MAX_STYLES = 200;

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

/** The embeddings of products that have this style; empty when none has. */
export async function readStyleVectors(
  db: Queryable,
  encoder: string,
  style: string,
): Promise<Float32Array[]> {
  const rows = await query(
    db,
    sql`/* embedding.ofStyle */
      SELECT embedding.vector FROM product_attributes attribute
      JOIN product_images image ON image.product_id = attribute.product_id AND image.position = 0
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE attribute.name = 'style' AND lower(attribute.value) = lower(${style})
      ORDER BY attribute.product_id LIMIT ${STYLE_EXEMPLARS}`,
    vectorRow,
  );
  return rows.map((row) => toVector(row.vector));
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
