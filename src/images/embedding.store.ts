import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { addEmbeddings, type Embedding } from './stored-image.store.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toVector } from '../vector-index/vectors.js';

const vectorRow = z.object({ vector: z.instanceof(Buffer) });

/** Existing embeddings of images by their content (SHA-256 in hex). */
export async function readVectors(
  db: Queryable,
  encoder: string,
  sha256s: readonly string[],
): Promise<Omit<Embedding, 'trust'>[]> {
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

/**
 * Stores the embedding of an image that a caller pinned. Does nothing if no product was ever encoded with the encoder. It
 * has no score: an image is checked when a product has it, and no caller decides which of a merchant's images are shown.
 */
export async function keepVector(
  client: ClientBase,
  encoder: string,
  embedding: Omit<Embedding, 'trust'>,
): Promise<void> {
  const [registered] = await query(
    client,
    sql`/* embedding.encoder */ SELECT id, dimension FROM encoders WHERE name = ${encoder}`,
    z.object({ id: z.number(), dimension: z.number() }),
  );
  if (registered !== undefined) await addEmbeddings(client, registered, [{ ...embedding, trust: null }]);
}

/**
 * Deletes the embeddings of images (SHA-256) that no caller pins any more, of an encoder that scores images. Those of product
 * images have a score, and stay; and as no import counts on one without a score, none loses an embedding that it has seen.
 */
export async function deletePinnedVectors(
  client: ClientBase,
  scoringEncoder: string,
  sha256s: readonly Buffer[],
): Promise<void> {
  await execute(
    client,
    sql`/* embedding.deletePinned */ DELETE FROM embeddings WHERE (encoder_id, sha256) IN (
      SELECT encoder_id, sha256 FROM embeddings
      WHERE encoder_id = (SELECT id FROM encoders WHERE name = ${scoringEncoder})
        AND sha256 = ANY(${sha256s}::bytea[]) AND trust_score IS NULL
      ORDER BY sha256 FOR UPDATE SKIP LOCKED)`,
  );
}

const imageVectorRow = vectorRow.extend({ imageId: z.number() });

/** The embeddings of these product images, by image id; deleted images are left out. */
export async function readImageVectors(
  db: Queryable,
  encoder: string,
  imageIds: readonly number[],
): Promise<Map<number, Float32Array>> {
  const rows = await queryPrepared(
    db,
    sql`/* embedding.ofImages */
      SELECT image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.id = ${anyOf(imageIds, 'int')}`,
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
      SELECT image.product_id AS "productId", image.id AS "imageId", embedding.vector FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.product_id = ${anyOf(productKeys, 'int')} ORDER BY image.product_id, image.position`,
    productImageVectorRow,
  );
  return rows.map(({ vector, ...row }) => ({ ...row, vector: toVector(vector) }));
}
