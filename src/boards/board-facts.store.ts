import sql from 'sql-template-tag';
import { z } from 'zod';
import { LabelKind } from '../identify/label.types.js';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';

const factRow = z.object({ productKey: z.number(), kind: z.enum(LabelKind), value: z.string() });
/** A label that a product has. */
export type PinnedLabel = z.infer<typeof factRow>;

/** The category of each product, and its colors, materials, patterns, styles, and eras, in lowercase. */
export async function readProductLabels(
  db: Queryable,
  productKeys: readonly number[],
): Promise<PinnedLabel[]> {
  return queryPrepared(
    db,
    sql`/* board.facts */
      SELECT product.id AS "productKey", 'CATEGORY' AS kind, lower(category.name) AS value
      FROM products product JOIN categories category ON category.id = product.category_id
      WHERE product.id = ${anyOf(productKeys, 'int')}
      UNION ALL
      SELECT product_id, upper(name), lower(value) FROM product_attributes
      WHERE product_id = ${anyOf(productKeys, 'int')} AND name IN ('color', 'material', 'pattern', 'style', 'era')
      ORDER BY 1, 2, 3`,
    factRow,
  );
}

const colorRow = z.object({ color: z.string() });

/** The color of each liked pin: of its image, or of its product's first image. */
export async function readLikedColors(db: Queryable, board: string): Promise<string[]> {
  const rows = await queryPrepared(
    db,
    sql`/* board.colors */ SELECT coalesce(image.dominant_color, upload.dominant_color) AS color FROM pins pin
      LEFT JOIN pinned_images upload ON upload.sha256 = pin.sha256
      LEFT JOIN shown_images image ON image.product_id = pin.product_id AND image.position = 0
      WHERE pin.board_id = ${board}::uuid AND pin.positive
        AND coalesce(image.dominant_color, upload.dominant_color) IS NOT NULL
      ORDER BY pin.id`,
    colorRow,
  );
  return rows.map(({ color }) => color);
}
