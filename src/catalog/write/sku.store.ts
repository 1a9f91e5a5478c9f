import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../../platform/postgres.js';
import { inMerchantsOrder } from '../option-order.js';

// As in product.store.ts: each statement takes a batch, skips rows that need no change, and returns the products that
// changed.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

export interface SkuRow {
  readonly productId: number;
  readonly code: string;
  readonly gtin: string | null;
  readonly position: number;
  /** By name, in the merchant's order. */
  readonly options: Readonly<Record<string, string>>;
  /** Hex; null: the SKU has no image of its own. */
  readonly imageSha256: string | null;
  readonly whenOut: 'deny' | 'backorder' | 'preorder';
  /** ISO 8601. */
  readonly restockAt: string | null;
  /** Units that can be ordered when it is out of stock; null: any number. Undefined: unchanged. */
  readonly promised?: number | null | undefined;
  /** Its own page. */
  readonly url: string | null;
}

/**
 * Adds and updates SKUs, which the caller has locked. An SKU of another product moves to this one; with `moves: false`,
 * it stays where it is.
 */
export async function upsertSkus(
  client: ClientBase,
  skus: readonly SkuRow[],
  { moves }: { readonly moves: boolean },
): Promise<number[]> {
  const input = skus.map((sku) => ({
    ...sku,
    optionNames: Object.keys(sku.options),
    setsPromised: sku.promised !== undefined,
  }));
  // Holds change promised units as well, so what stays is what the locked row has.
  const promised = sql`CASE WHEN input."setsPromised" THEN input.promised ELSE existing.promised END`;
  return query(
    client,
    sql`/* sku.upsert */
      INSERT INTO skus (product_id, code, gtin, position, options, option_names, image_id, when_out, restock_at, promised, url)
      SELECT input."productId", input.code, input.gtin, input.position, input.options, input."optionNames", image.id,
        input."whenOut", input."restockAt", ${promised}, input.url
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input ("productId" integer, code text, gtin text,
        position smallint, options jsonb, "optionNames" text[], "imageSha256" text, "whenOut" text, "restockAt" timestamptz,
        promised integer, "setsPromised" boolean, url text)
      LEFT JOIN product_images image
        ON image.product_id = input."productId" AND image.sha256 = decode(input."imageSha256", 'hex')
      LEFT JOIN skus existing ON existing.code = input.code
      WHERE existing.id IS NULL OR
        (existing.product_id, existing.gtin, existing.position, existing.options, existing.option_names, existing.image_id,
          existing.when_out, existing.restock_at, existing.promised, existing.url)
        IS DISTINCT FROM (input."productId", input.gtin, input.position, input.options, input."optionNames", image.id,
          input."whenOut", input."restockAt", ${promised}, input.url)
      ORDER BY input."productId", input.position
      ON CONFLICT (code) DO UPDATE SET
        product_id = excluded.product_id, gtin = excluded.gtin, position = excluded.position,
        options = excluded.options, option_names = excluded.option_names, image_id = excluded.image_id, when_out = excluded.when_out,
        restock_at = excluded.restock_at, promised = excluded.promised, url = excluded.url
      WHERE ${moves} OR skus.product_id = excluded.product_id
      RETURNING product_id AS id`,
    changed,
  );
}

/** Which of these SKUs belong to a different product than expected, and to which one. */
export async function findSkusElsewhere(
  client: ClientBase,
  skus: readonly SkuRow[],
): Promise<{ code: string; productHandle: string }[]> {
  return query(
    client,
    sql`/* sku.elsewhere */ SELECT sku.code, product.handle AS "productHandle"
      FROM unnest(${skus.map(({ code }) => code)}::text[], ${skus.map(({ productId }) => productId)}::integer[])
        AS input (code, product_id)
      JOIN skus sku ON sku.code = input.code AND sku.product_id <> input.product_id
      JOIN products product ON product.id = sku.product_id`,
    z.object({ code: z.string(), productHandle: z.string() }),
  );
}

const skuColumns = z.object({
  id: z.number(),
  productId: z.number(),
  code: z.string(),
  gtin: z.string().nullable(),
  options: z.record(z.string(), z.string()),
  optionNames: z.array(z.string()),
  imageSha256: z.string().nullable(),
  whenOut: z.enum(['deny', 'backorder', 'preorder']),
  restockAt: z.date().nullable(),
  url: z.string().nullable(),
});
const skuState = skuColumns.transform(({ optionNames, options, ...sku }) => ({
  ...sku,
  options: inMerchantsOrder(options, optionNames),
}));
export type SkuState = z.infer<typeof skuState>;

/** The SKUs of products. */
export async function readSkus(client: ClientBase, productIds: readonly number[]): Promise<SkuState[]> {
  return query(
    client,
    sql`/* sku.read */ SELECT sku.id, sku.product_id AS "productId", sku.code, sku.gtin, sku.options,
        sku.option_names AS "optionNames", encode(image.sha256, 'hex') AS "imageSha256", sku.when_out AS "whenOut", sku.restock_at AS "restockAt",
        sku.url
      FROM skus sku LEFT JOIN product_images image ON image.id = sku.image_id
      WHERE sku.product_id = ANY(${productIds}::integer[])`,
    skuState,
  );
}

/** Keeps SKUs from being deleted until the transaction ends; call it before writing anything that refers to them. */
export async function keepSkus(client: ClientBase, skuIds: readonly number[]): Promise<void> {
  if (skuIds.length === 0) return;
  await execute(
    client,
    sql`/* sku.keep */ SELECT FROM skus WHERE id = ANY(${skuIds}::integer[]) ORDER BY code FOR KEY SHARE`,
  );
}

/**
 * Locks the SKUs of products and those with these codes, to change them or, with a stronger lock, to delete some. Also
 * those that get promised units back when `expiredHolds` end: in one pass, because two would not keep the order.
 */
export async function lockSkus(
  client: ClientBase,
  productIds: readonly number[],
  codes: readonly string[],
  purpose: 'change' | 'delete',
  expiredHolds: readonly string[] = [],
): Promise<void> {
  const strength = purpose === 'delete' ? sql`FOR UPDATE` : sql`FOR NO KEY UPDATE`;
  await execute(
    client,
    sql`/* sku.lock */ SELECT FROM skus
      WHERE product_id = ANY(${productIds}::integer[]) OR code = ANY(${codes}::text[]) OR id = ANY(ARRAY(
        SELECT sku_id FROM hold_lines WHERE hold_id = ANY(${expiredHolds}::uuid[]) AND active AND promised))
      ORDER BY code ${strength}`,
  );
}

/** Locks the holds of SKUs that have expired but were not swept yet; returns their ids. */
export async function lockExpiredHolds(client: ClientBase, skuIds: readonly number[]): Promise<string[]> {
  return query(
    client,
    sql`/* sku.lockExpiredHolds */ SELECT id FROM holds
      WHERE status = 'ACTIVE' AND expires_at <= clock_timestamp() AND id IN (
        SELECT hold_id FROM hold_lines
        WHERE sku_id = ANY(${skuIds}::integer[]) AND active AND expires_at <= clock_timestamp())
      ORDER BY id FOR UPDATE`,
    z.object({ id: z.string() }).transform(({ id }) => id),
  );
}

/**
 * Ends expired holds, then locks the stock of locked SKUs that are to be removed. Returns those that can't be removed
 * because they are in an active hold, and until when.
 */
export async function lockStockForRemoval(
  client: ClientBase,
  skuIds: readonly number[],
  expiredHolds: readonly string[],
): Promise<{ id: number; productId: number; code: string; until: Date }[]> {
  if (expiredHolds.length > 0) {
    await execute(
      client,
      sql`/* sku.endExpiredHolds */ SELECT holds_end(${expiredHolds}::uuid[], 'EXPIRED', ${skuIds}::integer[])`,
    );
  }
  await execute(
    client,
    sql`/* sku.lockStock */ SELECT FROM stock_levels WHERE sku_id = ANY(${skuIds}::integer[])
      ORDER BY sku_id, location_id FOR UPDATE`,
  );
  return query(
    client,
    sql`/* sku.held */ SELECT sku.id, sku.product_id AS "productId", sku.code, max(line.expires_at) AS until
      FROM hold_lines line JOIN skus sku ON sku.id = line.sku_id
      WHERE line.sku_id = ANY(${skuIds}::integer[]) AND line.active
      GROUP BY sku.id`,
    skuColumns.pick({ id: true, productId: true, code: true }).extend({ until: z.date() }),
  );
}

/** Deletes SKUs whose stock is locked, and everything that refers to them; returns their products. */
export async function deleteSkus(client: ClientBase, skuIds: readonly number[]): Promise<number[]> {
  return query(
    client,
    sql`/* sku.delete */ DELETE FROM skus WHERE id = ANY(${skuIds}::integer[]) RETURNING product_id AS id`,
    changed,
  );
}
