import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { groupBy } from '../platform/group-by.js';
import { execute, query } from '../platform/postgres.js';
import { MAX_SKUS_PER_PRODUCT } from '../catalog/write/product-fields.js';
import { isRemote } from './image-link.js';
import { feedRow, productRow, type FeedRow, type ProductRow } from './parse-listing.js';
import type { StagedProduct, WaitingDraft } from './product-draft.js';

const lineAndCode = z.object({ line: z.number(), code: z.string() });
const repeatedRow = z.object({
  /** Its place among the rows that were to be added. */
  index: z.number(),
  firstLine: z.number(),
  /** Whether the first row with its SKU says the same. */
  isSame: z.boolean(),
});
const comparedProduct = z.object({
  handle: z.string(),
  position: z.number(),
  skus: z.number(),
  isKnown: z.boolean(),
  hasFiles: z.boolean(),
  images: z.number(),
});
const waitingProduct = z.object({
  handle: z.string(),
  position: z.number(),
  skus: z.number(),
  digest: z.string(),
  isKnown: z.boolean(),
});
const offer = feedRow.pick({ onHand: true, promised: true, prices: true });
const stagedRow = offer
  .extend({
    handle: z.string(),
    line: z.number(),
    data: feedRow.omit({ line: true, onHand: true, promised: true, prices: true }),
  })
  .transform(({ handle, data, ...row }) => ({ handle, row: { ...data, ...row } }));
const stagedWhole = z
  .object({ handle: z.string(), line: z.number(), data: productRow.omit({ line: true }) })
  .transform(({ handle, line, data }) => ({ handle, row: { ...data, line } }));
const stagedOffer = offer.extend({ code: z.string() });

/** A row whose SKU an earlier row has. */
export type RepeatedRow = z.infer<typeof repeatedRow>;

/** What the feed says of the price, the stock, and the promised units of an SKU. */
export type StagedOffer = z.infer<typeof stagedOffer>;

/** A product of the feed, and what an earlier import made of it. */
export type ComparedProduct = z.infer<typeof comparedProduct>;

/** The rows of a product that is to be written. Its position is that of its first row, in the order of the feed. */
export type WaitingProduct = StagedProduct &
  Pick<WaitingDraft, 'digest' | 'isKnown'> & { readonly position: number };

/** How many products are taken at once; one that has more SKUs than this is taken alone. */
export interface BatchLimits {
  readonly products: number;
  readonly skus: number;
}

/**
 * Temporary tables of one import. Its rows wait here until all of them are read, because the rows of a product need
 * not be adjacent in a feed. The tables end with the connection. As json, unlike jsonb, options keep their order. Rows
 * are ordered by position, because a file may have all of them on one line.
 */
export async function createStaging(client: ClientBase): Promise<void> {
  await execute(
    client,
    sql`/* import.stageRows */ CREATE TEMP TABLE import_rows (
      position integer GENERATED ALWAYS AS IDENTITY, code text PRIMARY KEY, line integer NOT NULL,
      handle text NOT NULL, has_files boolean NOT NULL, on_hand integer, promised integer,
      prices json NOT NULL, data json NOT NULL)`,
  );
  // What is said of products as a whole.
  await execute(
    client,
    sql`/* import.stageWholes */ CREATE TEMP TABLE import_wholes (
      position integer GENERATED ALWAYS AS IDENTITY, handle text NOT NULL, line integer NOT NULL,
      has_files boolean NOT NULL, data json NOT NULL)`,
  );
  // SKUs in rejected rows: they still belong to the merchant, so pruning must not remove them.
  await execute(
    client,
    sql`/* import.stageRejected */ CREATE TEMP TABLE import_rejected (code text PRIMARY KEY)`,
  );
}

/** Files may change while their links stay the same. */
const hasFiles = ({ images }: Pick<ProductRow, 'images'>): boolean => images.some((link) => !isRemote(link));

/** Adds what is said of products as a whole. */
export async function stageWholes(
  client: ClientBase,
  rows: readonly { handle: string; row: ProductRow }[],
): Promise<void> {
  if (rows.length === 0) return;
  const input = rows.map(({ handle, row: { line, ...data } }) => ({
    handle,
    line,
    files: hasFiles(data),
    data,
  }));
  await execute(
    client,
    sql`/* import.addWholes */ INSERT INTO import_wholes (handle, line, has_files, data)
      SELECT handle, line, files, data
      FROM json_to_recordset(${JSON.stringify(input)}::json)
        AS input (handle text, line integer, files boolean, data json)`,
  );
}

/** Adds rows whose SKU is new; returns the others. */
export async function stageRows(
  client: ClientBase,
  rows: readonly { handle: string; row: FeedRow }[],
): Promise<RepeatedRow[]> {
  if (rows.length === 0) return [];
  // Left out of the digest: prices, stock, and promised units, which change often, and line numbers, which move when rows
  // are added above.
  const input = rows.map(({ handle, row: { line, onHand, promised, prices, ...data } }) => ({
    code: data.code,
    line,
    handle,
    files: hasFiles(data),
    onHand,
    promised,
    prices,
    data,
  }));
  // JSON, not JSONB, keeps a text as it is, which is faster, and equal texts have equal digests.
  const added = await query(
    client,
    sql`/* import.addRows */ INSERT INTO import_rows (code, line, handle, has_files, on_hand, promised, prices, data)
      SELECT code, line, handle, files, "onHand", promised, prices, data
      FROM ROWS FROM (json_to_recordset(${JSON.stringify(input)}::json)
        AS (code text, line integer, handle text, files boolean, "onHand" integer, promised integer, prices json, data json))
        WITH ORDINALITY AS input (code, line, handle, files, "onHand", promised, prices, data, position)
      ORDER BY position
      ON CONFLICT DO NOTHING
      RETURNING code`,
    z.object({ code: z.string() }),
  );
  if (added.length === rows.length) return [];
  // The first row with a code is the one that was added.
  const codes = new Set(added.map(({ code }) => code));
  const repeated = input.flatMap((row, index) => (codes.delete(row.code) ? [] : [{ ...row, index }]));
  return query(
    client,
    sql`/* import.findFirst */ SELECT index, line AS "firstLine",
        jsonb_build_array(handle, on_hand, promised, prices, data) = said AS "isSame"
      FROM json_to_recordset(${JSON.stringify(repeated.map(({ index, code, handle, onHand, promised, prices, data }) => ({ index, code, said: [handle, onHand, promised, prices, data] })))}::json)
        AS repeated (index integer, code text, said jsonb)
      JOIN import_rows USING (code) ORDER BY index`,
    repeatedRow,
  );
}

/** An id without what ids should not differ in. The collation of bytes groups in a fraction of the time. */
const FORM = sql`ltrim(lower(replace(code, ' ', '') COLLATE "C"), '0')`;

/**
 * How many SKUs have an id that differs from that of an SKU before them only in case (A to Z), spaces, or leading zeros,
 * and the first two of the form that comes first in the feed; null: none.
 */
export async function findAlike(
  client: ClientBase,
): Promise<{ count: number; line: number; code: string; firstLine: number; firstCode: string } | null> {
  const [alike] = await query(
    client,
    sql`/* import.countAlike */ SELECT sum(others)::integer AS count, (array_agg(form ORDER BY first))[1] AS form FROM (
        SELECT ${FORM} AS form, count(*) - 1 AS others, min(position) AS first
        FROM import_rows GROUP BY 1 HAVING count(*) > 1
      ) form`,
    z.object({ count: z.number().nullable(), form: z.string().nullable() }),
  );
  if (alike?.count === undefined || alike.count === null) return null;
  const [first, second] = await query(
    client,
    sql`/* import.findAlike */ SELECT line, code FROM import_rows WHERE ${FORM} = ${alike.form} ORDER BY position LIMIT 2`,
    lineAndCode,
  );
  if (first === undefined || second === undefined) return null;
  return { ...second, count: alike.count, firstLine: first.line, firstCode: first.code };
}

/** Products that are described several times, and not in the same words, and the first of them; null: none. */
export async function findRepeatedProducts(
  client: ClientBase,
): Promise<{ count: number; group: string; line: number; firstLine: number } | null> {
  const [repeated] = await query(
    client,
    sql`/* import.findRepeatedProducts */ SELECT count(*) OVER ()::integer AS count, "group", line, "firstLine" FROM (
        SELECT min(position) AS first, (array_agg(data->>'group' ORDER BY position))[1] AS "group",
          (array_agg(line ORDER BY position DESC))[1] AS line, (array_agg(line ORDER BY position))[1] AS "firstLine"
        FROM import_wholes
        WHERE handle IN (SELECT handle FROM import_wholes GROUP BY handle HAVING count(*) > 1)
        GROUP BY handle HAVING min(data::text COLLATE "C") <> max(data::text COLLATE "C")
      ) repeated ORDER BY first LIMIT 1`,
    z.object({ count: z.number(), group: z.string(), line: z.number(), firstLine: z.number() }),
  );
  return repeated ?? null;
}

export async function stageRejected(client: ClientBase, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  await execute(
    client,
    sql`/* import.addRejected */ INSERT INTO import_rejected (code)
      SELECT unnest(${codes}::text[]) ON CONFLICT DO NOTHING`,
  );
}

/** Removes and returns the rows beyond the number of SKUs that a product may have. */
export async function takeExcess(client: ClientBase): Promise<{ line: number; code: string }[]> {
  return query(
    client,
    sql`/* import.takeExcess */ DELETE FROM import_rows USING (
        SELECT code, row_number() OVER (PARTITION BY handle ORDER BY position) AS number FROM import_rows
      ) numbered
      WHERE numbered.code = import_rows.code AND numbered.number > ${MAX_SKUS_PER_PRODUCT}
      RETURNING import_rows.line, import_rows.code`,
    lineAndCode,
  );
}

/** Groups the rows by product; returns how many products and SKUs there are. */
export async function groupRows(client: ClientBase): Promise<{ products: number; skus: number }> {
  await execute(
    client,
    sql`/* import.groupRows */ CREATE TEMP TABLE import_products AS
      SELECT handle, min(position) AS position, count(*)::integer AS skus, NULL::bytea AS digest, false AS is_known,
        true AS waits
      FROM import_rows GROUP BY handle`,
  );
  await execute(client, sql`/* import.indexWholes */ CREATE INDEX ON import_wholes (handle)`);
  await execute(client, sql`/* import.indexProducts */ CREATE UNIQUE INDEX ON import_products (position)`);
  await execute(client, sql`/* import.indexHandles */ CREATE UNIQUE INDEX ON import_products (handle)`);
  await execute(client, sql`/* import.indexRows */ CREATE INDEX ON import_rows (handle)`);
  await execute(client, sql`/* import.analyze */ ANALYZE import_rows, import_products`);
  const [counts] = await query(
    client,
    sql`/* import.count */ SELECT count(*)::integer AS products, coalesce(sum(skus), 0)::integer AS skus
      FROM import_products`,
    z.object({ products: z.number(), skus: z.number() }),
  );
  return counts ?? { products: 0, skus: 0 };
}

/**
 * Finds out which of the next products after a position are as an earlier import of the same rows left them:
 * at most `limits.products`, and one if it is large. Products whose pictures are files wait all the same.
 * `settings` is what else decides what becomes of the rows.
 */
export async function compareProducts(
  client: ClientBase,
  after: number,
  limits: BatchLimits,
  settings: string,
): Promise<ComparedProduct[]> {
  return query(
    client,
    sql`/* import.compare */ WITH taken AS MATERIALIZED (${next(sql`true`, after, limits)}),
      compared AS (
        SELECT taken.handle, said.has_files, said.digest, known.product_id,
          coalesce(known.digest = said.digest, false) AS is_known
        FROM taken
        CROSS JOIN LATERAL (
          SELECT bool_or(has_files) AS has_files,
            sha256(convert_to(${settings} || string_agg(data::text, E'\n' ORDER BY place, position), 'UTF8')) AS digest
          FROM (
            SELECT 1 AS place, position, has_files, data FROM import_wholes WHERE handle = taken.handle
            UNION ALL
            SELECT 2, position, has_files, data FROM import_rows WHERE handle = taken.handle
          ) said_row
        ) said
        LEFT JOIN products product ON product.handle = taken.handle
        LEFT JOIN import_digests known ON known.product_id = product.id
      ), marked AS (
        UPDATE import_products SET digest = compared.digest, is_known = compared.is_known,
          waits = NOT compared.is_known OR compared.has_files
        FROM compared WHERE compared.handle = import_products.handle
      )
      SELECT taken.*, compared.is_known AS "isKnown", compared.has_files AS "hasFiles",
        (SELECT count(*)::integer FROM product_images WHERE product_id = compared.product_id) AS images
      FROM taken JOIN compared USING (handle) ORDER BY taken.position`,
    comparedProduct,
  );
}

/** The next compared products after a position that are to be written, with their rows. */
export async function readWaitingProducts(
  client: ClientBase,
  after: number,
  limits: BatchLimits,
): Promise<WaitingProduct[]> {
  const taken = await query(
    client,
    sql`/* import.readWaiting */ SELECT taken.*, encode(product.digest, 'hex') AS digest, product.is_known AS "isKnown"
      FROM (${next(sql`waits`, after, limits)}) taken JOIN import_products product USING (handle)
      ORDER BY taken.position`,
    waitingProduct,
  );
  const handles = taken.map(({ handle }) => handle);
  const rows = await query(
    client,
    sql`/* import.readRows */ SELECT handle, line, on_hand AS "onHand", promised, prices, data FROM import_rows
      WHERE handle = ANY(${handles}::text[]) ORDER BY position`,
    stagedRow,
  );
  const wholes = await query(
    client,
    sql`/* import.readWholes */ SELECT handle, line, data FROM import_wholes
      WHERE handle = ANY(${handles}::text[]) ORDER BY position`,
    stagedWhole,
  );
  const byHandle = groupBy(rows, ({ handle }) => handle);
  const wholeOf = groupBy(wholes, ({ handle }) => handle);
  return taken.flatMap(({ skus: _, ...product }) => {
    const [first, ...others] = byHandle.get(product.handle)?.map(({ row }) => row) ?? [];
    const whole = wholeOf.get(product.handle)?.map(({ row }) => row) ?? [];
    return first === undefined ? [] : [{ ...product, whole, rows: [first, ...others] }];
  });
}

/** The next products in the feed's order that a condition holds for, within the limits. */
const next = (condition: Sql, after: number, { products, skus }: BatchLimits): Sql =>
  sql`SELECT handle, position, skus FROM (
      SELECT handle, position, skus, sum(skus) OVER (ORDER BY position) AS so_far FROM import_products
      WHERE position > ${after} AND ${condition} ORDER BY position LIMIT ${products}
    ) ahead
    WHERE so_far <= ${skus} OR so_far = skus`;

/** How many products are to be written. */
export async function countWaiting(client: ClientBase): Promise<number> {
  const [counts] = await query(
    client,
    sql`/* import.countWaiting */ SELECT count(*)::integer AS products FROM import_products WHERE waits`,
    z.object({ products: z.number() }),
  );
  return counts?.products ?? 0;
}

/** What the feed says of the prices, the stock, and the promised units of these products. */
export async function readOffers(client: ClientBase, handles: readonly string[]): Promise<StagedOffer[]> {
  return query(
    client,
    sql`/* import.readOffers */ SELECT code, on_hand AS "onHand", promised, prices FROM import_rows
      WHERE handle = ANY(${handles}::text[])`,
    stagedOffer,
  );
}

/** How many products have a description, but no SKU. */
export async function countWithoutSkus(client: ClientBase): Promise<number> {
  const [counts] = await query(
    client,
    sql`/* import.countWithoutSkus */ SELECT count(DISTINCT handle)::integer AS products FROM import_wholes
      WHERE handle NOT IN (SELECT handle FROM import_products)`,
    z.object({ products: z.number() }),
  );
  return counts?.products ?? 0;
}
