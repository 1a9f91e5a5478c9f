import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import type { StoredImage } from '../images/stored-image.store.js';
import { anyOf } from '../platform/any-of.store.js';
import { execute, query, queryPrepared, type Queryable } from '../platform/postgres.js';

const upload = z.object({
  sha256: z.string(),
  width: z.number(),
  height: z.number(),
  thumbhash: z.string(),
  dominantColor: z.string(),
});

const pinRow = z.object({
  key: z.number(),
  positive: z.boolean(),
  createdAt: z.date(),
  productKey: z.number().nullable(),
  /** For a pin of an uploaded image. */
  upload: upload.nullable(),
});
export type PinRow = z.infer<typeof pinRow>;

const UPLOAD = sql`CASE WHEN image.sha256 IS NOT NULL THEN jsonb_build_object('sha256', encode(image.sha256, 'hex'),
      'width', image.width, 'height', image.height, 'thumbhash', encode(image.thumbhash, 'base64'),
      'dominantColor', image.dominant_color) END AS upload`;

const PINS = sql`SELECT pin.id AS key, pin.positive, pin.created_at AS "createdAt", pin.product_id AS "productKey",
    ${UPLOAD}
  FROM pins pin LEFT JOIN pinned_images image ON image.sha256 = pin.sha256`;

/** Pins of a board, newest first, below a key. */
export async function listPinRows(
  db: Queryable,
  board: string,
  below: number,
  limit: number,
): Promise<PinRow[]> {
  return queryPrepared(
    db,
    sql`/* pin.list */ ${PINS}
      WHERE pin.board_id = ${board}::uuid AND pin.id < ${below} ORDER BY pin.id DESC LIMIT ${limit}`,
    pinRow,
  );
}

/** Those of these pins that are on a board of this owner. */
export async function readOwnPins(db: Queryable, keys: readonly number[], owner: Owner): Promise<PinRow[]> {
  return queryPrepared(
    db,
    sql`/* pin.byKey */ ${PINS} JOIN boards board ON board.id = pin.board_id
      WHERE pin.id = ${anyOf(keys, 'int')} AND board.owner = ${owner.key} AND board.shopper = ${owner.shopper}`,
    pinRow,
  );
}

const pinSubjectRow = z.object({
  positive: z.boolean(),
  productKey: z.number().nullable(),
  upload: upload.nullable(),
  /** SHA-256 in hex of the uploaded image, or of the product's images. */
  images: z.array(z.string()),
  /** The product, or the products that show the uploaded image. */
  products: z.array(z.number()),
});
/** The subject of a pin. */
export type PinSubject = z.infer<typeof pinSubjectRow>;

/** All pins of a board, oldest first. */
export async function readPinSubjects(db: Queryable, board: string): Promise<PinSubject[]> {
  return queryPrepared(
    db,
    sql`/* pin.subjects */
      SELECT pin.positive, pin.product_id AS "productKey", ${UPLOAD},
        CASE WHEN pin.sha256 IS NOT NULL THEN ARRAY[encode(pin.sha256, 'hex')] ELSE ARRAY(
          SELECT encode(shown.sha256, 'hex') FROM shown_images shown WHERE shown.product_id = pin.product_id
          ORDER BY shown.position) END AS images,
        CASE WHEN pin.product_id IS NOT NULL THEN ARRAY[pin.product_id] ELSE ARRAY(
          SELECT shown.product_id FROM shown_images shown WHERE shown.sha256 = pin.sha256
          ORDER BY shown.product_id) END AS products
      FROM pins pin LEFT JOIN pinned_images image ON image.sha256 = pin.sha256
      WHERE pin.board_id = ${board}::uuid ORDER BY pin.id`,
    pinSubjectRow,
  );
}

export async function countPins(client: ClientBase, board: string): Promise<number> {
  const [row] = await query(
    client,
    sql`/* pin.count */ SELECT count(*) AS count FROM pins WHERE board_id = ${board}::uuid`,
    z.object({ count: z.number() }),
  );
  return row?.count ?? 0;
}

/** Pins a product, or updates its existing pin; false when the product no longer exists. */
export async function pinProduct(
  client: ClientBase,
  board: string,
  productKey: number,
  positive: boolean,
): Promise<boolean> {
  const written = await execute(
    client,
    sql`/* pin.product */ INSERT INTO pins (board_id, product_id, positive)
      SELECT ${board}::uuid, id, ${positive}::boolean FROM products WHERE id = ${productKey} FOR KEY SHARE
      ON CONFLICT (board_id, product_id) DO UPDATE SET positive = excluded.positive`,
  );
  return written > 0;
}

/**
 * Pins an uploaded image, or updates its existing pin. Locks the stored data of the image, so that it is not pruned.
 */
export async function pinImage(
  client: ClientBase,
  board: string,
  image: StoredImage,
  positive: boolean,
): Promise<void> {
  await execute(
    client,
    sql`/* pin.rememberImage */ INSERT INTO pinned_images (sha256, width, height, thumbhash, dominant_color)
      VALUES (decode(${image.sha256}, 'hex'), ${image.width}, ${image.height}, decode(${image.thumbhash}, 'base64'),
        ${image.dominantColor})
      ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256`,
  );
  await execute(
    client,
    sql`/* pin.image */ INSERT INTO pins (board_id, sha256, positive)
      VALUES (${board}::uuid, decode(${image.sha256}, 'hex'), ${positive})
      ON CONFLICT (board_id, sha256) DO UPDATE SET positive = excluded.positive`,
  );
}

/** Locks the pins of a board, because they are deleted with their board as they are with their products. */
export async function lockPins(client: ClientBase, board: string): Promise<void> {
  await execute(
    client,
    sql`/* pin.lock */ SELECT FROM pins WHERE board_id = ${board}::uuid ORDER BY id FOR UPDATE`,
  );
}

/** Returns whether the pin existed. */
export async function deletePin(client: ClientBase, board: string, key: number): Promise<boolean> {
  const deleted = await execute(
    client,
    sql`/* pin.delete */ DELETE FROM pins WHERE board_id = ${board}::uuid AND id = ${key}`,
  );
  return deleted > 0;
}

/** Which of these uploads (SHA-256 in hex) are pinned on any board. */
export async function pinnedUploads(db: Queryable, sha256s: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query(
    db,
    sql`/* pin.pinnedUploads */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM pins
      WHERE sha256 = ANY(ARRAY(SELECT decode(hex, 'hex') FROM unnest(${sha256s}::text[]) AS hex))`,
    z.object({ sha256: z.string() }),
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}
