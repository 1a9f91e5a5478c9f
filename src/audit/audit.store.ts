import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';

const drawnImage = z.object({
  imageId: z.number(),
  productId: z.number(),
  sha256: z.string(),
  total: z.number(),
});
/** An encoded image of the catalog. */
export type DrawnImage = Omit<z.infer<typeof drawnImage>, 'total'>;

/**
 * Images that `encoder` has encoded, product by product, in an order that depends only on `seed` and the handles of the
 * products; and how many there are in all. The images of a product are in the merchant's order.
 */
export async function drawImages(
  db: Queryable,
  encoder: string,
  seed: number,
  limit: number,
): Promise<{ readonly images: DrawnImage[]; readonly total: number }> {
  const rows = await query(
    db,
    sql`/* audit.images */
      SELECT image.id AS "imageId", image.product_id AS "productId", encode(image.sha256, 'hex') AS sha256,
        count(*) OVER () AS total
      FROM shown_images image
      JOIN products product ON product.id = image.product_id
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      ORDER BY md5(${String(seed)} || '/' || product.handle), product.id, image.position LIMIT ${limit}`,
    drawnImage,
  );
  return {
    images: rows.map(({ imageId, productId, sha256 }) => ({ imageId, productId, sha256 })),
    total: rows[0]?.total ?? 0,
  };
}

const productRow = z.object({
  productId: z.number(),
  handle: z.string(),
  title: z.string(),
  type: z.string(),
});
/** What the audit says of a product; its type is the handle of its category. */
export type ProductRow = z.infer<typeof productRow>;

export const readAuditProducts = (db: Queryable, productIds: readonly number[]): Promise<ProductRow[]> =>
  query(
    db,
    sql`/* audit.products */
      SELECT product.id AS "productId", product.handle, product.title, category.handle AS type
      FROM products product JOIN categories category ON category.id = product.category_id
      WHERE product.id = ANY(${productIds}::int[])`,
    productRow,
  );
