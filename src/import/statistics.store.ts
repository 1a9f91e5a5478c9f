import sql, { raw } from 'sql-template-tag';
import { z } from 'zod';
import type { Logger } from '../platform/logging.js';
import { execute, query, type Queryable } from '../platform/postgres.js';

/** Those that an import writes to. */
const TABLES = [
  'brands',
  'categories',
  'embeddings',
  'import_digests',
  'prices',
  'product_attributes',
  'product_images',
  'products',
  'skus',
  'stock_levels',
];

/**
 * Tells Postgres how large the tables are that an import writes to. Until its own workers notice, after a minute, it
 * takes them for as small as they were and reads them from end to end. A table that is locked is skipped; plans that
 * are not the best are no reason to end an import, so neither is a failure.
 */
export async function renewStatistics(db: Queryable, log: Pick<Logger, 'warn'>): Promise<void> {
  for (const table of TABLES) {
    try {
      await execute(db, sql`/* import.renewStatistics */ ANALYZE (SKIP_LOCKED) ${raw(table)}`);
    } catch (err) {
      log.warn({ err, table }, 'The statistics of a table could not be renewed; the import may be slower');
    }
  }
}

/** How many products there are. */
export async function countProducts(db: Queryable): Promise<number> {
  const [row] = await query(
    db,
    sql`/* import.countProducts */ SELECT count(*) AS products FROM products`,
    z.object({ products: z.number() }),
  );
  return row?.products ?? 0;
}
