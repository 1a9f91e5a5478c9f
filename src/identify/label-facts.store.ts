import sql from 'sql-template-tag';
import { z } from 'zod';
import { fold } from '../graph/text.js';
import { anyOf } from '../platform/any-of.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { toVector } from '../vector-index/vectors.js';
import { LabelKind } from './label.types.js';

/** The known labels of a product: its values by kind, in lowercase. Unknown kinds are left out. */
export interface LabelFacts {
  readonly values: ReadonlyMap<LabelKind, readonly string[]>;
  /** The topmost category above its own. */
  readonly topCategory: string;
}

/** Kinds that correspond to the attribute with the same name in lowercase. */
const ATTRIBUTE_KINDS = [
  LabelKind.COLOR,
  LabelKind.MATERIAL,
  LabelKind.PATTERN,
  LabelKind.LENGTH,
  LabelKind.STYLE,
  LabelKind.ERA,
] as const;
const ATTRIBUTE_NAMES = ATTRIBUTE_KINDS.map((kind) => kind.toLowerCase());

const factsRow = z.object({
  key: z.number(),
  category: z.string(),
  topCategory: z.string(),
  brand: z.string().nullable(),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** Products that no longer exist are left out. */
export async function readLabelFacts(
  db: Queryable,
  productKeys: readonly number[],
): Promise<Map<number, LabelFacts>> {
  const rows = await queryPrepared(
    db,
    sql`/* identify.labelFacts */
      SELECT product.id AS key, category.handle AS category, brand.handle AS brand,
        (WITH RECURSIVE above AS (
          SELECT category.handle, category.parent_id
          UNION ALL SELECT parent.handle, parent.parent_id FROM categories parent JOIN above ON parent.id = above.parent_id
        ) SELECT handle FROM above WHERE parent_id IS NULL) AS "topCategory",
        coalesce((SELECT jsonb_agg(jsonb_build_object('name', name, 'value', value))
          FROM product_attributes WHERE product_id = product.id AND name = ANY(${ATTRIBUTE_NAMES}::text[])), '[]') AS attributes
      FROM products product JOIN categories category ON category.id = product.category_id
      LEFT JOIN brands brand ON brand.id = product.brand_id
      WHERE product.id = ${anyOf(productKeys, 'int')}`,
    factsRow,
  );
  return new Map(rows.map(({ key, topCategory, ...row }) => [key, { topCategory, values: toValues(row) }]));
}

function toValues({
  category,
  brand,
  attributes,
}: Omit<z.infer<typeof factsRow>, 'key' | 'topCategory'>): Map<LabelKind, string[]> {
  const values = new Map([[LabelKind.CATEGORY, [category]]]);
  if (brand !== null) values.set(LabelKind.BRAND, [brand]);
  for (const kind of ATTRIBUTE_KINDS) {
    const name = kind.toLowerCase();
    const own = attributes.filter((attribute) => attribute.name === name).map(({ value }) => fold(value));
    if (own.length > 0) values.set(kind, [...new Set(own)]);
  }
  return values;
}

const extent = z.object({ products: z.number(), lastProduct: z.number() });
export type CatalogExtent = z.infer<typeof extent>;

/** How many products there are, how many of them were added after `since`, and the newest. */
export async function readExtent(
  db: Queryable,
  since: number,
): Promise<CatalogExtent & { readonly newer: number }> {
  const [row] = await query(
    db,
    sql`/* identify.extent */ SELECT count(*) AS products, coalesce(max(id), 0) AS "lastProduct",
      count(*) FILTER (WHERE id > ${since}) AS newer FROM products`,
    extent.extend({ newer: z.number() }),
  );
  return row ?? { products: 0, lastProduct: 0, newer: 0 };
}

const exemplar = z.object({ productId: z.number(), vector: z.instanceof(Buffer) });

/** The first image of a random sample of products, always the same. */
export async function readExemplars(
  db: Queryable,
  encoder: string,
  limit: number,
): Promise<{ productId: number; vector: Float32Array }[]> {
  const rows = await query(
    db,
    sql`/* identify.exemplars */
      SELECT image.product_id AS "productId", embedding.vector
      FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
      JOIN encoders encoder ON encoder.id = embedding.encoder_id AND encoder.name = ${encoder}
      WHERE image.position = 0 ORDER BY md5(image.product_id::text) LIMIT ${limit}`,
    exemplar,
  );
  return rows.map(({ productId, vector }) => ({ productId, vector: toVector(vector) }));
}
