import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../../platform/postgres.js';
import type { WrittenLanguages } from './language-limits.js';
import type { ProductFields } from './product-fields.js';

// Every statement takes a batch, skips rows that need no change (so that nothing is marked as changed and no sequence
// number is used up), and returns the products that changed.

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

/** Any number that no other lock in this database uses: "prod" in ASCII. */
const NEW_PRODUCTS_LOCK = 0x70726f64;

/**
 * Locks products, and those that have these SKUs, before anything that belongs to them, in a fixed order so that
 * writers do not deadlock. Other writers can add missing products, SKUs, and languages only after this transaction.
 */
export async function lockProducts(
  client: ClientBase,
  handles: readonly string[],
  skuCodes: readonly string[],
  { own, translated }: WrittenLanguages,
): Promise<void> {
  await execute(
    client,
    sql`/* product.lockNew */ SELECT pg_advisory_xact_lock(${NEW_PRODUCTS_LOCK})
      WHERE EXISTS (SELECT FROM unnest(${handles}::text[]) AS input (handle)
          WHERE NOT EXISTS (SELECT FROM products WHERE products.handle = input.handle))
        OR EXISTS (SELECT FROM unnest(${skuCodes}::text[]) AS input (code)
          WHERE NOT EXISTS (SELECT FROM skus WHERE skus.code = input.code))
        OR EXISTS (SELECT FROM unnest(${own}::text[]) AS input (language)
          WHERE NOT EXISTS (SELECT FROM products WHERE products.language = input.language))
        OR EXISTS (SELECT FROM unnest(${translated}::text[]) AS input (language)
          WHERE NOT EXISTS (SELECT FROM product_texts WHERE product_texts.language = input.language))`,
  );
  await execute(
    client,
    sql`/* product.lock */ SELECT FROM products WHERE id IN (
        SELECT id FROM products WHERE handle = ANY(${handles}::text[])
        UNION SELECT product_id FROM skus WHERE code = ANY(${skuCodes}::text[]))
      ORDER BY handle FOR NO KEY UPDATE`,
  );
}

const productState = z.object({
  id: z.number(),
  handle: z.string(),
  language: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  /** See `keywordsOf`. */
  keywords: z.string(),
  brand: z.object({ handle: z.string(), name: z.string() }).nullable(),
  category: z.array(z.object({ handle: z.string(), name: z.string(), parent: z.string().nullable() })),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type ProductState = z.infer<typeof productState>;

/** The current state of products. */
export async function readProducts(client: ClientBase, handles: readonly string[]): Promise<ProductState[]> {
  return query(
    client,
    sql`/* product.read */
      WITH RECURSIVE path AS (
        SELECT product.id AS product_id, category.*, 0 AS height
        FROM products product JOIN categories category ON category.id = product.category_id
        WHERE product.handle = ANY(${handles}::text[])
        UNION ALL
        SELECT path.product_id, parent.*, path.height + 1
        FROM path JOIN categories parent ON parent.id = path.parent_id
      )
      SELECT product.id, product.handle, product.language, product.title, product.description, product.url,
        product.keywords, CASE WHEN brand.id IS NOT NULL THEN jsonb_build_object('handle', brand.handle, 'name', brand.name) END AS brand,
        (SELECT jsonb_agg(jsonb_build_object('handle', path.handle, 'name', path.name, 'parent', parent.handle)
            ORDER BY path.height DESC)
          FROM path LEFT JOIN categories parent ON parent.id = path.parent_id
          WHERE path.product_id = product.id) AS category,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY name, value), '[]')
          FROM product_attributes WHERE product_id = product.id) AS attributes
      FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.handle = ANY(${handles}::text[])`,
    productState,
  );
}

/**
 * Keeps the existing categories of these products from being pruned before the products are in them; returns how many do
 * not exist.
 */
export async function keepCategories(
  client: ClientBase,
  products: readonly ProductFields[],
): Promise<number> {
  const handles = [...new Set(products.flatMap(({ category }) => category.map(({ handle }) => handle)))];
  const kept = await execute(
    client,
    sql`/* product.keepCategories */ SELECT FROM categories WHERE handle = ANY(${handles}::text[])
      ORDER BY id FOR KEY SHARE`,
  );
  return handles.length - kept;
}

/** Adds missing brands and categories; another writer may add them at the same time. */
export async function addBrandsAndCategories(
  client: ClientBase,
  products: readonly ProductFields[],
): Promise<void> {
  const brands = new Map(
    products.flatMap(({ brand }) => (brand === null ? [] : [[brand.handle, brand.name]])),
  );
  await execute(
    client,
    sql`/* product.addBrands */ INSERT INTO brands (handle, name)
      SELECT handle, name FROM unnest(${[...brands.keys()]}::text[], ${[...brands.values()]}::text[]) AS input (handle, name)
      WHERE NOT EXISTS (SELECT FROM brands existing WHERE existing.handle = input.handle)
      ORDER BY handle ON CONFLICT DO NOTHING`,
  );
  const depth = Math.max(0, ...products.map(({ category }) => category.length));
  // One level at a time, because a category's parent must exist first.
  for (let level = 0; level < depth; level += 1) {
    const categories = new Map(
      products.flatMap(({ category }) => {
        const found = category[level];
        return found === undefined ? [] : [[found.handle, found] as const];
      }),
    );
    const rows = [...categories.values()];
    await execute(
      client,
      sql`/* product.addCategories */ INSERT INTO categories (handle, name, parent_id)
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

/** A product's own row with the language of its texts. */
export type WrittenFields = ProductFields & { readonly language: string };

/** Adds and updates products; returns those that changed. */
export async function upsertProducts(
  client: ClientBase,
  products: readonly WrittenFields[],
  isDemo: boolean,
): Promise<number[]> {
  const input = products.map(
    ({ handle, language, title, description, url, keywords, brand, category }, position) => ({
      position,
      handle,
      language,
      title,
      description,
      url,
      keywords,
      brand: brand?.handle ?? null,
      category: category.at(-1)?.handle,
    }),
  );
  return query(
    client,
    sql`/* product.upsertProducts */
      INSERT INTO products (handle, language, title, description, brand_id, category_id, url, is_demo, keywords)
      SELECT input.handle, input.language, input.title, input.description, brand.id, category.id, input.url, ${isDemo},
        input.keywords
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input
        (handle text, language text, title text, description text, url text, keywords text, brand text, category text, position integer)
      LEFT JOIN brands brand ON brand.handle = input.brand
      LEFT JOIN categories category ON category.handle = input.category
      LEFT JOIN products existing ON existing.handle = input.handle
      WHERE existing.id IS NULL OR
        (existing.language, existing.title, existing.description, existing.brand_id, existing.category_id, existing.url, existing.is_demo,
          existing.keywords)
        IS DISTINCT FROM (input.language, input.title, input.description, brand.id, category.id, input.url, ${isDemo}, input.keywords)
      ORDER BY input.position
      ON CONFLICT (handle) DO UPDATE SET
        language = excluded.language, title = excluded.title, description = excluded.description, brand_id = excluded.brand_id,
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
    sql`/* product.findProductIds */ SELECT handle, id FROM products WHERE handle = ANY(${handles}::text[])`,
    z.object({ handle: z.string(), id: z.number() }),
  );
  return new Map(rows.map(({ handle, id }) => [handle, id]));
}

interface AttributeInput {
  readonly productId: number;
  readonly name: string;
  readonly value: string;
}

/** Gives products exactly these attributes; returns those that changed. */
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
    sql`/* product.removeAttributes */ DELETE FROM product_attributes existing
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM unnest(${owners}::integer[], ${names}::text[], ${values}::text[]) AS input (product_id, name, value)
        WHERE (input.product_id, input.name, input.value) = (existing.product_id, existing.name, existing.value))
      RETURNING product_id AS id`,
    changed,
  );
  const added = await query(
    client,
    sql`/* product.addAttributes */ INSERT INTO product_attributes (product_id, name, value)
      SELECT product_id, name, value
      FROM unnest(${owners}::integer[], ${names}::text[], ${values}::text[]) AS input (product_id, name, value)
      ON CONFLICT DO NOTHING
      RETURNING product_id AS id`,
    changed,
  );
  return [...removed, ...added];
}

/** Updates the timestamp of products for changes outside their own row. */
export async function touchProducts(client: ClientBase, productIds: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* product.touchProducts */ UPDATE products SET updated_at = now()
      WHERE id = ANY(${productIds}::integer[]) AND updated_at < now()`,
  );
}

/** Locks the existing products among these handles or ids, in the order in which every writer locks them. */
export async function lockForDeletion(
  client: ClientBase,
  products: readonly (string | number)[],
): Promise<{ id: number; handle: string }[]> {
  const handles = products.filter((product) => typeof product === 'string');
  const ids = products.filter((product) => typeof product === 'number');
  return query(
    client,
    sql`/* product.lockForDeletion */ SELECT id, handle FROM products
      WHERE handle = ANY(${handles}::text[]) OR id = ANY(${ids}::integer[]) ORDER BY handle FOR UPDATE`,
    z.object({ id: z.number(), handle: z.string() }),
  );
}

/** Locks the pins of products, because they are deleted with their products as they are with their boards. */
export async function lockPins(client: ClientBase, productIds: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* product.lockPins */ SELECT FROM pins WHERE product_id = ANY(${productIds}::integer[]) ORDER BY id FOR UPDATE`,
  );
}

/** Deletes products and everything that refers to them. */
export async function deleteProducts(client: ClientBase, productIds: readonly number[]): Promise<void> {
  await execute(
    client,
    sql`/* product.delete */ DELETE FROM products WHERE id = ANY(${productIds}::integer[])`,
  );
}
