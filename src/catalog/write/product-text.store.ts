import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../../platform/postgres.js';
import type { ProductText } from '../shown-text.js';

/** A text of a product in another language than its own; it has a title or a description. */
export interface TextInput extends ProductText {
  readonly productId: number;
  /** See `keywordsOf`. */
  readonly keywords: string;
  /** Of the rows of a feed that it was made of, in hex; by default it was made of something else. */
  readonly digest?: string | null;
}

/** Characters of a product's own keywords that each of its texts repeats, as the trigger on products writes them. */
export const MAX_OWN_KEYWORDS = 1_000;

const changed = z.object({ id: z.number() }).transform(({ id }) => id);

/**
 * Adds and changes texts of products, which the caller has locked; skips those that need no change, and those in a
 * product's own language. Returns the products whose texts changed.
 */
export async function upsertTexts(client: ClientBase, texts: readonly TextInput[]): Promise<number[]> {
  if (texts.length === 0) return [];
  return query(
    client,
    sql`/* product.upsertTexts */
      INSERT INTO product_texts (product_id, language, title, description, url, keywords, own_keywords, digest)
      SELECT product.id, input.language, input.title, input.description, input.url, input.keywords,
        left(product.keywords, ${MAX_OWN_KEYWORDS}), decode(input.digest, 'hex')
      FROM jsonb_to_recordset(${JSON.stringify(texts)}::jsonb) AS input
        ("productId" integer, language text, title text, description text, url text, keywords text, digest text)
      JOIN products product ON product.id = input."productId" AND product.language <> input.language
      LEFT JOIN product_texts existing ON existing.product_id = product.id AND existing.language = input.language
      WHERE existing.product_id IS NULL OR (existing.title, existing.description, existing.url, existing.keywords)
        IS DISTINCT FROM (input.title, input.description, input.url, input.keywords)
      ORDER BY product.id, input.language
      ON CONFLICT (product_id, language) DO UPDATE SET
        title = excluded.title, description = excluded.description, url = excluded.url, keywords = excluded.keywords,
        digest = excluded.digest
      RETURNING product_id AS id`,
    changed,
  );
}

/** Removes the texts of products that are not among these; returns the products that had any. */
export async function removeOtherTexts(
  client: ClientBase,
  productIds: readonly number[],
  kept: readonly Pick<TextInput, 'productId' | 'language'>[],
): Promise<number[]> {
  return query(
    client,
    sql`/* product.removeTexts */ DELETE FROM product_texts existing
      WHERE product_id = ANY(${productIds}::integer[]) AND NOT EXISTS (
        SELECT FROM unnest(
          ${kept.map(({ productId }) => productId)}::integer[], ${kept.map(({ language }) => language)}::text[]
        ) AS input (product_id, language)
        WHERE (input.product_id, input.language) = (existing.product_id, existing.language))
      RETURNING product_id AS id`,
    changed,
  );
}

/** How many characters the translations of these products have together. */
export async function translatedChars(client: ClientBase, productIds: readonly number[]): Promise<number> {
  if (productIds.length === 0) return 0;
  const [row] = await query(
    client,
    sql`/* product.textChars */
      SELECT coalesce(sum(coalesce(length(title), 0) + coalesce(length(description), 0)), 0)::integer AS chars
      FROM product_texts WHERE product_id = ANY(${productIds}::integer[])`,
    z.object({ chars: z.number() }),
  );
  return row?.chars ?? 0;
}

/** Remembers what rows of a feed texts are made of, also those that other rows said the same of. Digests are in hex. */
export async function keepTextDigests(
  client: ClientBase,
  language: string,
  digests: readonly { readonly productId: number; readonly digest: string }[],
): Promise<void> {
  await execute(
    client,
    sql`/* product.keepTextDigests */ UPDATE product_texts SET digest = decode(input.digest, 'hex')
      FROM unnest(
        ${digests.map(({ productId }) => productId)}::integer[], ${digests.map(({ digest }) => digest)}::text[]
      ) AS input (product_id, digest)
      WHERE product_texts.product_id = input.product_id AND product_texts.language = ${language}
        AND product_texts.digest IS DISTINCT FROM decode(input.digest, 'hex')`,
  );
}
