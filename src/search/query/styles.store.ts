import sql from 'sql-template-tag';
import { z } from 'zod';
import { instantiate } from '../../graph/node.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';
import { Style } from '../visual-search.types.js';

/** Maximum products for the mean of a style; more hardly change it. */
const STYLE_EXEMPLARS = 200;
/** Number of products for the mean of the catalog. */
const CATALOG_SAMPLE = 500;
const MAX_STYLES = 200;

const samplesRow = z.object({ exemplars: z.array(z.string()), catalog: z.array(z.string()) });

/**
 * Encoded images (SHA-256 in hex): the first image of products with a style, and of any products. The selection stays
 * the same as long as those products exist.
 */
export async function readStyleSamples(
  db: Queryable,
  encoder: string,
  style: string,
): Promise<z.infer<typeof samplesRow>> {
  const encoded = sql`JOIN embeddings embedding ON embedding.sha256 = image.sha256
    AND embedding.encoder_id = (SELECT id FROM encoders WHERE name = ${encoder})`;
  const [row] = await queryPrepared(
    db,
    sql`/* style.samples */ SELECT ARRAY(
        SELECT encode(image.sha256, 'hex') FROM product_attributes attribute
        JOIN shown_images image ON image.product_id = attribute.product_id AND image.position = 0 ${encoded}
        WHERE attribute.name = 'style' AND lower(attribute.value) = lower(${style})
        ORDER BY hashint4(attribute.product_id), attribute.value LIMIT ${STYLE_EXEMPLARS}
      ) AS exemplars, ARRAY(
        SELECT encode(image.sha256, 'hex') FROM products product
        JOIN shown_images image ON image.product_id = product.id AND image.position = 0 ${encoded}
        ORDER BY hashint4(product.id), product.id LIMIT ${CATALOG_SAMPLE}
      ) AS catalog`,
    samplesRow,
  );
  return row ?? { exemplars: [], catalog: [] };
}

const styleRow = z.object({ handle: z.string(), productCount: z.number() });

/** The styles of the catalog: the values of the attribute "style". */
export async function readStyles(db: Queryable): Promise<Style[]> {
  const rows = await query(
    db,
    sql`/* style.all */ SELECT lower(value) AS handle, count(*) AS "productCount" FROM product_attributes
      WHERE name = 'style' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_STYLES}`,
    styleRow,
  );
  return rows.map((row) => instantiate(Style, row));
}
