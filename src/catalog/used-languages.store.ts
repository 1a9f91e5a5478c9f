import sql, { raw, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';

/** The languages of a table's rows, each found by a step through the index on them. Writers keep them few. */
export const languagesOf = (table: 'products' | 'product_texts'): Sql => sql`ARRAY(
    WITH RECURSIVE used (language) AS (
      (SELECT language FROM ${raw(table)} ORDER BY language LIMIT 1)
      UNION ALL SELECT (SELECT language FROM ${raw(table)} WHERE language > used.language ORDER BY language LIMIT 1)
      FROM used WHERE used.language IS NOT NULL
    ) SELECT language::text FROM used WHERE language IS NOT NULL)`;

const languages = z.object({ own: z.array(z.string()), translated: z.array(z.string()) });

/** The languages of products' own texts, and of translations. */
export async function usedLanguages(db: Queryable): Promise<z.infer<typeof languages>> {
  const statement = sql`/* product.languages */
    SELECT ${languagesOf('products')} AS own, ${languagesOf('product_texts')} AS translated`;
  const [used] = await query(db, statement, languages);
  return used ?? { own: [], translated: [] };
}
