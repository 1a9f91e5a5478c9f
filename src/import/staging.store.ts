import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { groupBy } from '../platform/group-by.js';
import { execute, query } from '../platform/postgres.js';
import { MAX_IMAGES_PER_PRODUCT, MAX_SKUS_PER_PRODUCT } from '../catalog/write/product-fields.js';
import { feedRow, productRow, type FeedRow, type ProductRow } from './parse-listing.js';
import type { StagedProduct } from './product-draft.js';

const lineAndCode = z.object({ line: z.number(), code: z.string() });
const stagedProduct = z.object({ handle: z.string(), firstLine: z.number(), skus: z.number() });
const stagedRow = z.object({ handle: z.string(), data: feedRow });
const stagedWhole = z.object({ handle: z.string(), data: productRow });

/**
 * Temporary tables of one import. Its rows wait here until all of them are read, because the rows of a product need
 * not be adjacent in a feed. The tables end with the connection.
 */
export async function createStaging(client: ClientBase): Promise<void> {
  await execute(
    client,
    sql`/* import.stageRows */ CREATE TEMP TABLE import_rows (
      position integer GENERATED ALWAYS AS IDENTITY, code text PRIMARY KEY, line integer NOT NULL,
      handle text NOT NULL, data jsonb NOT NULL)`,
  );
  // What is said of products as a whole.
  await execute(
    client,
    sql`/* import.stageWholes */ CREATE TEMP TABLE import_wholes (
      handle text NOT NULL, line integer NOT NULL, data jsonb NOT NULL)`,
  );
  // SKUs in rejected rows: they still belong to the merchant, so pruning must not remove them.
  await execute(
    client,
    sql`/* import.stageRejected */ CREATE TEMP TABLE import_rejected (code text PRIMARY KEY)`,
  );
}

/** Adds what is said of products as a whole. */
export async function stageWholes(
  client: ClientBase,
  rows: readonly { handle: string; row: ProductRow }[],
): Promise<void> {
  const input = rows.map(({ handle, row }) => ({ handle, line: row.line, data: row }));
  await execute(
    client,
    sql`/* import.addWholes */ INSERT INTO import_wholes (handle, line, data)
      SELECT handle, line, data
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input (handle text, line integer, data jsonb)`,
  );
}

/** Adds rows whose SKU is new; returns the other rows, with the line that named their SKU first. */
export async function stageRows(
  client: ClientBase,
  rows: readonly { handle: string; row: FeedRow }[],
): Promise<{ row: FeedRow; firstLine: number }[]> {
  const input = rows.map(({ handle, row }) => ({ code: row.code, line: row.line, handle, data: row }));
  const added = await query(
    client,
    sql`/* import.addRows */ INSERT INTO import_rows (code, line, handle, data)
      SELECT code, line, handle, data
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(input)}::jsonb)
        AS (code text, line integer, handle text, data jsonb)) WITH ORDINALITY AS input (code, line, handle, data, position)
      ORDER BY position
      ON CONFLICT DO NOTHING
      RETURNING line, code`,
    lineAndCode,
  );
  if (added.length === rows.length) return [];
  const lines = new Set(added.map(({ line }) => line));
  const repeated = rows.filter(({ row }) => !lines.has(row.line)).map(({ row }) => row);
  const firsts = await query(
    client,
    sql`/* import.findFirstLines */ SELECT line, code FROM import_rows
      WHERE code = ANY(${repeated.map(({ code }) => code)}::text[])`,
    lineAndCode,
  );
  const firstLines = new Map(firsts.map(({ code, line }) => [code, line]));
  return repeated.map((row) => ({ row, firstLine: firstLines.get(row.code) ?? 0 }));
}

export async function stageRejected(client: ClientBase, codes: readonly string[]): Promise<void> {
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
        SELECT code, row_number() OVER (PARTITION BY handle ORDER BY line) AS position FROM import_rows
      ) numbered
      WHERE numbered.code = import_rows.code AND numbered.position > ${MAX_SKUS_PER_PRODUCT}
      RETURNING import_rows.line, import_rows.code`,
    lineAndCode,
  );
}

/** Groups the rows by product; returns how many products and SKUs there are. */
export async function groupRows(client: ClientBase): Promise<{ products: number; skus: number }> {
  await execute(
    client,
    sql`/* import.groupRows */ CREATE TEMP TABLE import_products AS
      SELECT handle, min(line) AS first_line, count(*)::integer AS skus FROM import_rows GROUP BY handle`,
  );
  await execute(client, sql`/* import.indexWholes */ CREATE INDEX ON import_wholes (handle)`);
  await execute(client, sql`/* import.indexProducts */ CREATE UNIQUE INDEX ON import_products (first_line)`);
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

/** The next products after a line of the feed, with their rows: at most `limits.products`, and one if it is large. */
export async function readStagedProducts(
  client: ClientBase,
  afterLine: number,
  limits: { readonly products: number; readonly skus: number },
): Promise<(StagedProduct & { readonly firstLine: number })[]> {
  const ahead = await query(
    client,
    sql`/* import.readStagedProducts */ SELECT handle, first_line AS "firstLine", skus FROM import_products
      WHERE first_line > ${afterLine} ORDER BY first_line LIMIT ${limits.products}`,
    stagedProduct,
  );
  let skus = 0;
  const taken = ahead.filter((product, index) => {
    skus += product.skus;
    return index === 0 || skus <= limits.skus;
  });
  const handles = taken.map(({ handle }) => handle);
  const rows = await query(
    client,
    sql`/* import.readRows */ SELECT handle, data FROM import_rows
      WHERE handle = ANY(${handles}::text[]) ORDER BY line, position`,
    stagedRow,
  );
  const wholes = await query(
    client,
    sql`/* import.readWholes */ SELECT handle, data FROM import_wholes
      WHERE handle = ANY(${handles}::text[]) ORDER BY line`,
    stagedWhole,
  );
  const byHandle = groupBy(rows, ({ handle }) => handle);
  const wholeOf = groupBy(wholes, ({ handle }) => handle);
  return taken.flatMap(({ handle, firstLine }) => {
    const [first, ...others] = byHandle.get(handle)?.map(({ data }) => data) ?? [];
    const whole = wholeOf.get(handle)?.map(({ data }) => data) ?? [];
    return first === undefined ? [] : [{ handle, firstLine, whole, rows: [first, ...others] }];
  });
}

/** How many images the products have; one that several products show counts for each. */
export async function countLinks(client: ClientBase): Promise<number> {
  const [counts] = await query(
    client,
    sql`/* import.countLinks */ SELECT coalesce(sum(links), 0)::integer AS links FROM (
        SELECT least(count(DISTINCT link), ${MAX_IMAGES_PER_PRODUCT}) AS links
        FROM (
          SELECT handle, data FROM import_rows
          UNION ALL SELECT handle, data FROM import_wholes WHERE handle IN (SELECT handle FROM import_products)
        ) said, jsonb_array_elements_text(data -> 'images') AS link
        GROUP BY handle
      ) counted`,
    z.object({ links: z.number() }),
  );
  return counts?.links ?? 0;
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
