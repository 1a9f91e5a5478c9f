import sql from 'sql-template-tag';
import { z } from 'zod';
import { errorCode } from './operator-error.js';
import { query, type Queryable } from './postgres.js';

const UNDEFINED_TABLE = '42P01';

const migrationRow = z.object({ name: z.string() });
const markRow = z.object({ name: z.string(), since: z.string() });

/**
 * A migration that ran. Gateways that know the migration `since` work with it; null: only those that know this one.
 */
interface AppliedMigration {
  readonly name: string;
  readonly since: string | null;
}

/** In the order in which they ran; empty for a database that no version has migrated. */
export async function appliedMigrations(db: Queryable): Promise<AppliedMigration[]> {
  const names = await orNone(
    query(db, sql`/* schema.applied */ SELECT name FROM migrations ORDER BY id`, migrationRow),
  );
  const marks = await orNone(
    query(db, sql`/* schema.compatible */ SELECT name, since FROM compatible_migrations`, markRow),
  );
  const since = new Map(marks.map((mark) => [mark.name, mark.since]));
  return names.map(({ name }) => ({ name, since: since.get(name) ?? null }));
}

const orNone = <T>(rows: Promise<T[]>): Promise<T[]> =>
  rows.catch((error: unknown) => {
    if (errorCode(error) === UNDEFINED_TABLE) return [];
    throw error;
  });
