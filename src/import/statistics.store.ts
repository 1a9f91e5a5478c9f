import sql from 'sql-template-tag';
import { execute, type Queryable } from '../platform/postgres.js';

/**
 * Tells Postgres how large the tables are that an import writes to. Until its own workers notice, after a minute, it
 * takes them for as small as they were and reads them from end to end. Waits for no writer, nor does any wait for it.
 */
export async function renewStatistics(db: Queryable): Promise<void> {
  await execute(
    db,
    sql`/* import.renewStatistics */ ANALYZE brands, categories, embeddings, import_digests, prices,
      product_attributes, product_images, products, skus, stock_levels`,
  );
}
