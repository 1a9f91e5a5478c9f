import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';
import type { ProductDraft } from './product-draft.js';

// Every statement takes a batch, leaves rows alone that are as they should be (so that nothing is marked as changed,
// and no number of a sequence is used up), and answers the products that it changed.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

/** Locks the products that are there, in one order, so that no two writers wait for one another. */
export async function lockProducts(client: ClientBase, handles: readonly string[]): Promise<void> {
  await execute(
    client,
    sql`/* product.lock */ SELECT FROM products WHERE handle = ANY(${handles}::text[]) ORDER BY handle FOR NO KEY UPDATE`,
  );
}

/** Adds the brands and categories that are not there yet; another writer may add them at the same time. */
export async function addBrandsAndCategories(
  client: ClientBase,
  drafts: readonly ProductDraft[],
): Promise<void> {
  const brands = new Map(drafts.flatMap(({ brand }) => (brand === null ? [] : [[brand.handle, brand.name]])));
  await execute(
    client,
    sql`/* import.addBrands */ INSERT INTO brands (handle, name)
      SELECT handle, name FROM unnest(${[...brands.keys()]}::text[], ${[...brands.values()]}::text[]) AS input (handle, name)
      WHERE NOT EXISTS (SELECT FROM brands existing WHERE existing.handle = input.handle)
      ORDER BY handle ON CONFLICT DO NOTHING`,
  );
  const depth = Math.max(0, ...drafts.map(({ category }) => category.length));
  // Level by level, because a category's parent is there before it.
  for (let level = 0; level < depth; level += 1) {
    const categories = new Map(
      drafts.flatMap(({ category }) => {
        const found = category[level];
        return found === undefined ? [] : [[found.handle, found] as const];
      }),
    );
    const rows = [...categories.values()];
    await execute(
      client,
      sql`/* import.addCategories */ INSERT INTO categories (handle, name, parent_id)
        SELECT input.handle, input.name, parent.id
        FROM unnest(
          ${rows.map(({ handle }) => handle)}::text[],
          ${rows.map(({ name }) => name)}::text[],
          ${rows.map(({ parent }) => parent)}::text[]
        ) AS input (handle, name, parent)
        LEFT JOIN categories parent ON parent.handle = input.parent
        WHERE NOT EXISTS (SELECT FROM categories existing WHERE existing.handle = input.handle)
        ORDER BY input.handle ON CONFLICT DO NOTHING`,
    );
  }
}

/** Adds and updates products; answers those it changed. */
export async function upsertProducts(
  client: ClientBase,
  drafts: readonly ProductDraft[],
  isDemo: boolean,
): Promise<number[]> {
  const input = drafts.map(({ handle, title, description, url, keywords, brand, category }, position) => ({
    position,
    handle,
    title,
    description,
    url,
    keywords,
    brand: brand?.handle ?? null,
    category: category.at(-1)?.handle,
  }));
  return query(
    client,
    sql`/* import.upsertProducts */
      INSERT INTO products (handle, title, description, brand_id, category_id, url, is_demo, keywords)
      SELECT input.handle, input.title, input.description, brand.id, category.id, input.url, ${isDemo}, input.keywords
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input
        (handle text, title text, description text, url text, keywords text, brand text, category text, position integer)
      LEFT JOIN brands brand ON brand.handle = input.brand
      LEFT JOIN categories category ON category.handle = input.category
      LEFT JOIN products existing ON existing.handle = input.handle
      WHERE existing.id IS NULL OR
        (existing.title, existing.description, existing.brand_id, existing.category_id, existing.url, existing.is_demo,
          existing.keywords)
        IS DISTINCT FROM (input.title, input.description, brand.id, category.id, input.url, ${isDemo}, input.keywords)
      ORDER BY input.position
      ON CONFLICT (handle) DO UPDATE SET
        title = excluded.title, description = excluded.description, brand_id = excluded.brand_id,
        category_id = excluded.category_id, url = excluded.url, is_demo = excluded.is_demo,
        keywords = excluded.keywords, updated_at = now()
      RETURNING id`,
    changed,
  );
}

/** Ids of products by handle. */
export async function findProductIds(
  client: ClientBase,
  handles: readonly string[],
): Promise<Map<string, number>> {
  const rows = await query(
    client,
    sql`/* import.findProductIds */ SELECT handle, id FROM products WHERE handle = ANY(${handles}::text[])`,
    z.object({ handle: z.string(), id: z.number() }),
  );
  return new Map(rows.map(({ handle, id }) => [handle, id]));
}

interface AttributeInput {
  readonly productId: number;
  readonly name: string;
  readonly value: string;
}

/** Gives products exactly these attributes; answers those it changed. */
export async function replaceAttributes(
  client: ClientBase,
  productIds: readonly number[],
  attributes: readonly AttributeInput[],
): Promise<number[]> {
  const names = attributes.map(({ name }) => name);
  const values = attributes.map(({ value }) => value);
  const owners = attributes.map(({ productId }) => productId);
  const removed = await query(
    client,
    sql`/* import.removeAttributes */ DELETE FROM product_attributes existing
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM unnest(${owners}::integer[], ${names}::text[], ${values}::text[]) AS input (product_id, name, value)
        WHERE (input.product_id, input.name, input.value) = (existing.product_id, existing.name, existing.value))
      RETURNING product_id AS id`,
    changed,
  );
  const added = await query(
    client,
    sql`/* import.addAttributes */ INSERT INTO product_attributes (product_id, name, value)
      SELECT product_id, name, value
      FROM unnest(${owners}::integer[], ${names}::text[], ${values}::text[]) AS input (product_id, name, value)
      ON CONFLICT DO NOTHING
      RETURNING product_id AS id`,
    changed,
  );
  return [...removed, ...added];
}

/** Dates products that changed in anything but their own row. */
export async function touchProducts(client: ClientBase, productIds: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* import.touchProducts */ UPDATE products SET updated_at = now()
      WHERE id = ANY(${productIds}::integer[]) AND updated_at < now()`,
  );
}
