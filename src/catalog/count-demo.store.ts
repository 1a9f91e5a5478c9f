import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';

const countsRow = z.object({ products: z.number(), ofDemo: z.number() });

/** How many products there are, and how many of them belong to the demo catalog. */
export async function countDemo(db: Queryable): Promise<z.infer<typeof countsRow>> {
  const [row] = await query(
    db,
    sql`/* catalog.countDemo */ SELECT count(*) AS products, count(*) FILTER (WHERE is_demo) AS "ofDemo" FROM products`,
    countsRow,
  );
  return row ?? { products: 0, ofDemo: 0 };
}
