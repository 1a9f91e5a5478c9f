import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../../platform/postgres.js';
import { TRUST_REASONS, type Trust, type TrustReason } from '../../vision/trust.js';

/** The content of an image, and how much an encoder trusts it. */
export interface Judged {
  /** Hex. */
  readonly sha256: string;
  /** Null when the encoder cannot tell. */
  readonly trust: Trust | null;
}

/**
 * Takes those of the images into quarantine that have a reason, in a fixed order so that writers do not deadlock. One that
 * was released stays so, and one that is in quarantine keeps its first reason. The demo's drawings are our own.
 */
export async function quarantine(
  client: ClientBase,
  encoderId: number,
  images: readonly Judged[],
): Promise<void> {
  const suspicious = images.flatMap(({ sha256, trust }) =>
    trust === null || trust.reason === null ? [] : [{ sha256, score: trust.score, reason: trust.reason }],
  );
  if (suspicious.length === 0) return;
  await execute(
    client,
    sql`/* quarantine.add */ INSERT INTO quarantined_images (sha256, encoder_id, reason, score)
      SELECT decode(input.sha256, 'hex'), ${encoderId}::integer, input.reason, input.score
      FROM jsonb_to_recordset(${JSON.stringify(suspicious)}::jsonb) AS input (sha256 text, reason text, score float8)
      WHERE NOT EXISTS (
        SELECT FROM product_images image JOIN products product ON product.id = image.product_id
        WHERE image.sha256 = decode(input.sha256, 'hex') AND product.is_demo)
      ORDER BY input.sha256 ON CONFLICT DO NOTHING`,
  );
}

const reason = z.enum(TRUST_REASONS);

/** Those of these contents (SHA-256 in hex) that are in quarantine. */
export async function findQuarantined(
  db: Queryable,
  sha256s: readonly string[],
): Promise<Map<string, { readonly reason: TrustReason; readonly score: number }>> {
  if (sha256s.length === 0) return new Map();
  const rows = await query(
    db,
    sql`/* quarantine.ofContents */ SELECT encode(sha256, 'hex') AS sha256, reason, score FROM quarantined_images
      WHERE released_at IS NULL
        AND sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest(${sha256s}::text[]) AS hex))`,
    z.object({ sha256: z.string(), reason, score: z.number() }),
  );
  return new Map(rows.map(({ sha256, ...found }) => [sha256, found]));
}

/** Looked up by content, because few are in quarantine: joined, Postgres would read all images. */
const HELD_IMAGES = sql`SELECT image.* FROM product_images image
        WHERE image.sha256 = ANY(ARRAY(SELECT sha256 FROM quarantined_images WHERE released_at IS NULL))`;

const quarantinedRow = z.object({
  /** Of the product's image. */
  key: z.number(),
  productHandle: z.string(),
  productTitle: z.string(),
  link: z.string(),
  /** Hex. */
  sha256: z.string(),
  reason,
  score: z.number(),
  encoder: z.string(),
  quarantinedAt: z.date(),
  hasOthers: z.boolean(),
});
export type QuarantinedRow = z.infer<typeof quarantinedRow>;

/** Images of products in quarantine after this one, in the order in which they came into the catalog. */
export function listQuarantined(db: Queryable, after: number, limit: number): Promise<QuarantinedRow[]> {
  return query(
    db,
    sql`/* quarantine.list */ SELECT image.id AS key, product.handle AS "productHandle", product.title AS "productTitle",
        image.source AS link, encode(image.sha256, 'hex') AS sha256, held.reason, held.score, encoder.name AS encoder,
        held.quarantined_at AS "quarantinedAt",
        (SELECT true FROM shown_images shown WHERE shown.product_id = image.product_id LIMIT 1) IS NOT NULL AS "hasOthers"
      FROM (
        ${HELD_IMAGES} AND image.id > ${after}::integer ORDER BY image.id LIMIT ${limit}
      ) image
      JOIN quarantined_images held ON held.sha256 = image.sha256
      JOIN products product ON product.id = image.product_id
      JOIN encoders encoder ON encoder.id = held.encoder_id
      ORDER BY image.id`,
    quarantinedRow,
  );
}

const releasedRow = z.object({ key: z.number(), wasHeld: z.boolean() });

/**
 * Releases the contents of these images of products from quarantine. Returns those that were ever in it, by image: one that
 * was released before is released.
 */
export async function releaseImages(
  client: ClientBase,
  imageIds: readonly number[],
): Promise<z.infer<typeof releasedRow>[]> {
  return query(
    client,
    sql`/* quarantine.release */ WITH held AS MATERIALIZED (
        SELECT sha256, released_at FROM quarantined_images
        WHERE sha256 IN (SELECT sha256 FROM product_images WHERE id = ANY(${imageIds}::integer[]))
        ORDER BY sha256 FOR NO KEY UPDATE
      ), released AS (
        UPDATE quarantined_images SET released_at = clock_timestamp()
        FROM held WHERE quarantined_images.sha256 = held.sha256 AND held.released_at IS NULL
        RETURNING quarantined_images.sha256
      )
      SELECT image.id AS key, held.sha256 IN (SELECT sha256 FROM released) AS "wasHeld"
      FROM held JOIN product_images image ON image.sha256 = held.sha256
      WHERE image.id = ANY(${imageIds}::integer[]) ORDER BY image.id`,
    releasedRow,
  );
}

/** The images of products that are in quarantine. */
export async function readHeldIds(db: Queryable): Promise<number[]> {
  const rows = await query(
    db,
    sql`/* quarantine.ids */ SELECT id FROM (${HELD_IMAGES}) held`,
    z.object({ id: z.number() }),
  );
  return rows.map(({ id }) => id);
}

/** How many images of products are in quarantine. */
export async function countQuarantined(db: Queryable): Promise<number> {
  const [row] = await query(
    db,
    sql`/* quarantine.count */ SELECT count(*)::integer AS count FROM (${HELD_IMAGES}) held`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}
