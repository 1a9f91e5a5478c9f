import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { ShownOptions } from './shown-options.js';
import { RequestError } from '../errors.js';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { toBytes } from '../vector-index/vectors.js';
import { type Judged, quarantine } from './quarantine/quarantine.store.js';

/** The facts about an image that are stored with its bytes. */
const storedImage = z.object({
  /** Hex. */
  sha256: z.string(),
  width: z.number(),
  height: z.number(),
  /** Base64. */
  thumbhash: z.string(),
  dominantColor: z.string(),
});
export type StoredImage = z.infer<typeof storedImage>;

/** The id of an encoder, which is registered on first use. @throws RequestError registered with another dimension */
export async function registerEncoder(
  db: Queryable,
  encoder: { readonly id: string; readonly dimension: number },
): Promise<number> {
  await execute(
    db,
    sql`/* encoder.register */ INSERT INTO encoders (name, dimension)
      SELECT ${encoder.id}, ${encoder.dimension}
      WHERE NOT EXISTS (SELECT FROM encoders WHERE name = ${encoder.id})
      ON CONFLICT DO NOTHING`,
  );
  const [registered] = await query(
    db,
    sql`/* encoder.find */ SELECT id, dimension FROM encoders WHERE name = ${encoder.id}`,
    z.object({ id: z.number(), dimension: z.number() }),
  );
  if (registered?.dimension !== encoder.dimension) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The encoder ${encoder.id} returns ${encoder.dimension} numbers for an image, but the catalog has ` +
        `${registered?.dimension ?? 0} from an encoder with this name. Change the version in the model.json of the new one.`,
    );
  }
  return registered.id;
}

const sourcedImage = z.object({
  /** Of the product. */
  handle: z.string(),
  /** The merchant's link. */
  source: z.string(),
  /** Hex. */
  sha256: z.string(),
});
export type SourcedImage = z.infer<typeof sourcedImage>;

/** The images of these products, the newest last. */
export function findSourcedImages(db: Queryable, handles: readonly string[]): Promise<SourcedImage[]> {
  return query(
    db,
    sql`/* image.bySource */ SELECT product.handle, image.source, encode(image.sha256, 'hex') AS sha256
      FROM product_images image JOIN products product ON product.id = image.product_id
      WHERE product.handle = ANY(${handles}::text[]) ORDER BY image.id`,
    sourcedImage,
  );
}

/**
 * Stored facts about images, by content: those that a product's image has, and whether there is an embedding. Where the
 * encoder `scores` images, one without a score does not count, because nobody has checked the image: it was pinned before
 * a product had it, or encoded before images were checked.
 */
export async function findImagesByContent(
  db: Queryable,
  { encoderId, scores }: { readonly encoderId: number; readonly scores: boolean },
  sha256s: readonly string[],
): Promise<Map<string, { readonly image: StoredImage | null; readonly encoded: boolean }>> {
  const rows = await query(
    db,
    sql`/* image.byContent */ SELECT encode(wanted.sha256, 'hex') AS sha256,
        (embedding.sha256 IS NOT NULL AND (embedding.trust_score IS NOT NULL OR NOT ${scores}::boolean)) AS encoded,
        image.width, image.height,
        encode(image.thumbhash, 'base64') AS thumbhash, image.dominant_color AS "dominantColor"
      FROM (SELECT decode(hex, 'hex') AS sha256 FROM unnest(${sha256s}::text[]) AS hex) wanted
      LEFT JOIN embeddings embedding ON embedding.encoder_id = ${encoderId} AND embedding.sha256 = wanted.sha256
      LEFT JOIN LATERAL (SELECT * FROM product_images WHERE sha256 = wanted.sha256 LIMIT 1) image ON true`,
    z.object({ sha256: z.string(), encoded: z.boolean(), width: z.unknown() }).loose(),
  );
  return new Map(
    rows.map((row) => [
      row.sha256,
      { encoded: row.encoded, image: row.width === null ? null : storedImage.parse(row) },
    ]),
  );
}

export interface Embedding extends Judged {
  readonly vector: Float32Array;
}

/**
 * Adds missing embeddings and missing scores, and takes those that are not to be trusted into quarantine; in a fixed order
 * so that writers do not deadlock.
 */
export async function addEmbeddings(
  client: ClientBase,
  encoder: { readonly id: number; readonly dimension: number },
  embeddings: readonly Embedding[],
): Promise<void> {
  await execute(
    client,
    sql`/* embedding.add */ INSERT INTO embeddings (encoder_id, dimension, sha256, vector, trust_score)
      SELECT ${encoder.id}::integer, ${encoder.dimension}::integer, decode(input.sha256, 'hex'), input.vector, input.score
      FROM unnest(
        ${embeddings.map(({ sha256 }) => sha256)}::text[],
        ${embeddings.map(({ vector }) => toBytes(vector))}::bytea[],
        ${embeddings.map(({ trust }) => trust?.score ?? null)}::float8[]
      ) AS input (sha256, vector, score)
      -- A conflict locks the row, even where it changes nothing.
      WHERE NOT EXISTS (SELECT FROM embeddings known
        WHERE known.encoder_id = ${encoder.id} AND known.sha256 = decode(input.sha256, 'hex')
          AND (known.trust_score IS NOT NULL OR input.score IS NULL))
      ORDER BY input.sha256
      ON CONFLICT (encoder_id, sha256) DO UPDATE SET trust_score = excluded.trust_score
      WHERE embeddings.trust_score IS NULL AND excluded.trust_score IS NOT NULL`,
  );
  await quarantine(client, encoder.id, embeddings);
}

export interface ProductImage extends StoredImage {
  readonly productId: number;
  readonly position: number;
  readonly source: string;
  readonly altText: string;
  readonly shows: ShownOptions;
}

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

/** Gives products exactly these images; returns the products that changed. */
export async function replaceImages(
  client: ClientBase,
  productIds: readonly number[],
  images: readonly ProductImage[],
): Promise<number[]> {
  const removed = await query(
    client,
    sql`/* image.remove */ DELETE FROM product_images existing
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM unnest(
          ${images.map(({ productId }) => productId)}::integer[],
          ${images.map(({ sha256 }) => sha256)}::text[]
        ) AS input (product_id, sha256)
        WHERE input.product_id = existing.product_id AND decode(input.sha256, 'hex') = existing.sha256)
      RETURNING product_id AS id`,
    changed,
  );
  const written = await query(
    client,
    sql`/* image.upsert */ INSERT INTO product_images
        (product_id, position, sha256, source, width, height, thumbhash, dominant_color, alt_text, shows)
      SELECT input."productId", input.position, decode(input.sha256, 'hex'), input.source, input.width, input.height,
        decode(input.thumbhash, 'base64'), input."dominantColor", input."altText",
        input.shows
      FROM jsonb_to_recordset(${JSON.stringify(images)}::jsonb) AS input ("productId" integer, position smallint,
        sha256 text, source text, width integer, height integer, thumbhash text, "dominantColor" text, "altText" text,
        shows jsonb)
      LEFT JOIN product_images existing
        ON existing.product_id = input."productId" AND existing.sha256 = decode(input.sha256, 'hex')
      WHERE existing.id IS NULL OR (existing.position, existing.source, existing.alt_text, existing.shows)
        IS DISTINCT FROM (input.position, input.source, input."altText", input.shows)
      ORDER BY input."productId", input.position
      ON CONFLICT (product_id, sha256) DO UPDATE SET
        position = excluded.position, source = excluded.source, alt_text = excluded.alt_text,
        shows = excluded.shows
      RETURNING product_id AS id`,
    changed,
  );
  return [...removed, ...written];
}
