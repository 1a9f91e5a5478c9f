import sql from 'sql-template-tag';
import { z } from 'zod';
import { errorCode } from './operator-error.js';
import { query, type Queryable } from './postgres.js';

const UNDEFINED_TABLE = '42P01';

const row = z.object({ name: z.string() });

/** In the order in which they ran; none of a database that no version has touched. */
export async function appliedMigrations(db: Queryable): Promise<{ name: string; compatible: boolean }[]> {
  const names = await orNone(
    query(db, sql`/* schema.applied */ SELECT name FROM migrations ORDER BY id`, row),
  );
  const marks = await orNone(
    query(db, sql`/* schema.compatible */ SELECT name FROM compatible_migrations`, row),
  );
  const compatible = new Set(marks.map(({ name }) => name));
  return names.map(({ name }) => ({ name, compatible: compatible.has(name) }));
}

const orNone = <T>(rows: Promise<T[]>): Promise<T[]> =>
  rows.catch((error: unknown) => {
    if (errorCode(error) === UNDEFINED_TABLE) return [];
    throw error;
  });
