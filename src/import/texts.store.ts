import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { MAX_SKUS_PER_PRODUCT } from '../catalog/write/product-fields.js';
import { groupBy } from '../platform/group-by.js';
import { execute, query } from '../platform/postgres.js';
import { textRow, type TextRow } from './parse-listing.js';

// Like the products of a feed (staging.store.ts), its texts wait in a temporary table until all rows are read.

const refused = z.object({ line: z.number(), id: z.string(), isOwn: z.boolean() });
const waiting = z.object({
  productId: z.number(),
  handle: z.string(),
  position: z.number(),
  digest: z.string(),
});
const staged = z
  .object({ productId: z.number(), line: z.number(), data: textRow.omit({ line: true }) })
  .transform(({ productId, line, data }) => ({ productId, row: { ...data, line } }));

/** The rows about a product of the catalog. */
export interface WaitingText {
  readonly productId: number;
  readonly handle: string;
  readonly position: number;
  /** Of what the rows say; hex. */
  readonly digest: string;
  readonly rows: readonly TextRow[];
}

export async function createTextStaging(client: ClientBase): Promise<void> {
  await execute(
    client,
    sql`/* texts.stage */ CREATE TEMP TABLE import_texts (
      position integer GENERATED ALWAYS AS IDENTITY, line integer NOT NULL, handle text NOT NULL, code text,
      product_id integer, data json NOT NULL)`,
  );
}

/** Adds rows, with the handles of products that are named after their groups. */
export async function stageTexts(
  client: ClientBase,
  rows: readonly { readonly handle: string; readonly row: TextRow }[],
): Promise<void> {
  if (rows.length === 0) return;
  const input = rows.map(({ handle, row: { line, ...data } }) => ({ handle, line, code: data.code, data }));
  await execute(
    client,
    sql`/* texts.add */ INSERT INTO import_texts (line, handle, code, data)
      SELECT line, handle, code, data
      FROM ROWS FROM (json_to_recordset(${JSON.stringify(input)}::json)
        AS (line integer, handle text, code text, data json))
        WITH ORDINALITY AS input (line, handle, code, data, position)
      ORDER BY position`,
  );
}

/**
 * Finds the products of the rows: by SKU, which tells most surely, else by handle. Removes and returns the rows of
 * products that are not in the catalog, or whose own language this is.
 */
export async function findTextProducts(
  client: ClientBase,
  language: string,
): Promise<z.infer<typeof refused>[]> {
  await execute(client, sql`/* texts.analyze */ ANALYZE import_texts`);
  await execute(
    client,
    sql`/* texts.findBySku */ UPDATE import_texts SET product_id = sku.product_id
      FROM skus sku WHERE sku.code = import_texts.code`,
  );
  await execute(
    client,
    sql`/* texts.findByHandle */ UPDATE import_texts SET product_id = product.id
      FROM products product WHERE import_texts.product_id IS NULL AND product.handle = import_texts.handle`,
  );
  return query(
    client,
    sql`/* texts.refuse */ WITH refused AS (
        DELETE FROM import_texts USING (
          SELECT text.position, product.id IS NOT NULL AS is_own
          FROM import_texts text LEFT JOIN products product ON product.id = text.product_id
          WHERE product.id IS NULL OR product.language = ${language}
        ) found
        WHERE found.position = import_texts.position
        RETURNING import_texts.position, line, coalesce(code, handle) AS id, is_own
      ) SELECT line, id, is_own AS "isOwn" FROM refused ORDER BY position`,
    refused,
  );
}

/**
 * Groups the rows by product. Returns how many products there are, and how many of their texts are not as an earlier
 * import of the same rows left them. `settings` is what else decides what becomes of the rows.
 */
export async function groupTexts(
  client: ClientBase,
  language: string,
  settings: string,
): Promise<{ products: number; rows: number; waiting: number }> {
  await execute(
    client,
    sql`/* texts.group */ CREATE TEMP TABLE import_text_products AS
      SELECT said.*, known.digest IS NOT DISTINCT FROM said.digest AS is_known FROM (
        SELECT product_id, min(position) AS position, least(count(*), ${MAX_SKUS_PER_PRODUCT})::integer AS rows,
          sha256(convert_to(${settings} || string_agg(data::text, E'\n' ORDER BY position), 'UTF8')) AS digest
        FROM import_texts GROUP BY product_id
      ) said
      LEFT JOIN product_texts known ON known.product_id = said.product_id AND known.language = ${language}`,
  );
  await execute(
    client,
    sql`/* texts.indexProducts */ CREATE UNIQUE INDEX ON import_text_products (position)`,
  );
  await execute(client, sql`/* texts.indexRows */ CREATE INDEX ON import_texts (product_id)`);
  const [counts] = await query(
    client,
    sql`/* texts.count */ SELECT count(*)::integer AS products, coalesce(sum(rows), 0)::integer AS rows,
        (count(*) FILTER (WHERE NOT is_known))::integer AS waiting
      FROM import_text_products`,
    z.object({ products: z.number(), rows: z.number(), waiting: z.number() }),
  );
  return counts ?? { products: 0, rows: 0, waiting: 0 };
}

/**
 * The next changed products after a position, with their rows: so many products and rows, and one if it has more rows. Of
 * a product, as many rows count as it may have SKUs.
 */
export async function readWaitingTexts(
  client: ClientBase,
  afterPosition: number,
  limits: { readonly products: number; readonly rows: number },
): Promise<WaitingText[]> {
  const products = await query(
    client,
    sql`/* texts.readWaiting */ SELECT next.product_id AS "productId", product.handle::text, next.position,
        encode(next.digest, 'hex') AS digest
      FROM (
        SELECT *, sum(rows) OVER (ORDER BY position) AS so_far FROM import_text_products
        WHERE position > ${afterPosition} AND NOT is_known ORDER BY position LIMIT ${limits.products}
      ) next JOIN products product ON product.id = next.product_id
      WHERE so_far <= ${limits.rows} OR so_far = next.rows
      ORDER BY next.position`,
    waiting,
  );
  const rows = await query(
    client,
    sql`/* texts.readRows */ SELECT product_id AS "productId", line, data FROM (
        SELECT *, row_number() OVER (PARTITION BY product_id ORDER BY position) AS place FROM import_texts
        WHERE product_id = ANY(${products.map(({ productId }) => productId)}::integer[])
      ) text WHERE place <= ${MAX_SKUS_PER_PRODUCT} ORDER BY position`,
    staged,
  );
  const byProduct = groupBy(rows, ({ productId }) => productId);
  return products.map((product) => ({
    ...product,
    rows: byProduct.get(product.productId)?.map(({ row }) => row) ?? [],
  }));
}
