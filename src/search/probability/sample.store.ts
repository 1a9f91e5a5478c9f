import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../../platform/postgres.js';

/** Which products to alter: a random sample of this size, always the same, or the given ones. */
export type Sample = { readonly size: number } | { readonly handles: readonly string[] };

const sampled = z.object({ productId: z.number(), sha256: z.string() });
export type SampledProduct = z.infer<typeof sampled>;

/** Products whose first image `encoder` has encoded, and that image. */
export function readSample(db: Queryable, encoder: string, sample: Sample): Promise<SampledProduct[]> {
  const handles = 'handles' in sample ? sample.handles : null;
  const size = 'handles' in sample ? sample.handles.length : sample.size;
  return query(
    db,
    sql`/* calibration.sample */
      SELECT product.id AS "productId", encode(image.sha256, 'hex') AS sha256
      FROM products product
      JOIN shown_images image ON image.product_id = product.id AND image.position = 0
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE ${handles}::text[] IS NULL OR product.handle = ANY(${handles}::text[])
      ORDER BY md5(product.handle) LIMIT ${size}`,
    sampled,
  );
}
