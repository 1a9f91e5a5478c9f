import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../../platform/postgres.js';

/** More than a partner adds in an hour within its budget would take memory, and wait for the next hour. */
const MOST_UNUSED = 50_000;
/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 5_000;

/** Completes `used`, which begins with categories that are kept, by those above them. */
const AND_ABOVE = sql`UNION
        SELECT category.parent_id FROM categories category JOIN used USING (id) WHERE category.parent_id IS NOT NULL`;

const idRow = z.object({ id: z.number() }).transform(({ id }) => id);

/** Ids of categories without a product in them or below them. The newest are first: their parents are older. */
export const unusedCategories = (db: Queryable): Promise<number[]> =>
  query(
    db,
    sql`/* category.unused */ WITH RECURSIVE used AS (
        SELECT category_id AS id FROM products ${AND_ABOVE}
      )
      SELECT id FROM categories WHERE NOT EXISTS (SELECT FROM used WHERE used.id = categories.id)
      ORDER BY id DESC LIMIT ${MOST_UNUSED}`,
    idRow,
  );

/**
 * Deletes those of these categories that are still unused, and have no children but these; returns how many. Writers keep
 * those that they need.
 */
export async function deleteUnused(db: Queryable, ids: readonly number[]): Promise<number> {
  let deleted = 0;
  for (let at = 0; at < ids.length; at += PRUNED_AT_ONCE)
    deleted += await deleteSome(db, ids.slice(at, at + PRUNED_AT_ONCE));
  return deleted;
}

const deleteSome = (db: Queryable, ids: readonly number[]): Promise<number> =>
  execute(
    db,
    sql`/* category.deleteUnused */ WITH RECURSIVE used AS (
        (SELECT category_id AS id FROM products UNION SELECT id FROM categories WHERE id <> ALL(${ids}::int[])) ${AND_ABOVE}
      )
      DELETE FROM categories WHERE id IN (
        SELECT id FROM categories
        WHERE id = ANY(${ids}::int[]) AND NOT EXISTS (SELECT FROM used WHERE used.id = categories.id)
        ORDER BY id DESC FOR UPDATE SKIP LOCKED)`,
  );
