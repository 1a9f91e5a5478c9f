import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { MIGRATIONS } from './migrate.js';
import { OperatorError } from './operator-error.js';
import type { Queryable } from './postgres.js';
import { appliedMigrations } from './schema-version.store.js';

/** How a database's schema compares to this version of Vitrine. */
export interface SchemaVersion {
  /** Migrations of this version that the database lacks, in order. */
  readonly pending: readonly string[];
  /** Migrations of a newer version that this version is incompatible with. */
  readonly unknown: readonly string[];
}

/** The database's schema does not match this version of Vitrine. */
export class SchemaMismatchError extends OperatorError {}

/** The migrations were rewritten before 0.1.0: a database that has this one cannot be migrated. */
const BEFORE_RELEASE = '0002_similarity';

/**
 * The migrations of the running code. They are read once, when the code loads, because an in-place upgrade puts the
 * next version's files into the folder while this version still runs.
 */
const KNOWN: readonly string[] = readdirSync(MIGRATIONS)
  .filter((file) => /^\d+_.*\.sql$/.test(file))
  .map((file) => basename(file, '.sql'))
  .sort();

/** @throws SchemaMismatchError for a database of a development version before 0.1.0 */
export async function readSchemaVersion(db: Queryable): Promise<SchemaVersion> {
  const applied = await appliedMigrations(db);
  const names = new Set(applied.map(({ name }) => name));
  if (names.has(BEFORE_RELEASE)) {
    throw new SchemaMismatchError(
      'The database was created by a development version before 0.1.0 and cannot be upgraded: start over with an ' +
        'empty data folder (VITRINE_DATA) or an empty database (DATABASE_URL), and import your feeds again.',
    );
  }
  return {
    pending: KNOWN.filter((name) => !names.has(name)),
    unknown: applied
      .filter(({ name, since }) => !KNOWN.includes(name) && (since === null || !KNOWN.includes(since)))
      .map(({ name }) => name),
  };
}

/** @throws SchemaMismatchError that says whether to migrate the database or to upgrade Vitrine */
export async function checkSchemaVersion(db: Queryable): Promise<void> {
  const version = await readSchemaVersion(db);
  if (version.unknown.length > 0) throw new SchemaMismatchError(tooNew(version));
  if (version.pending.length === 0) return;
  throw new SchemaMismatchError(
    `The database is not up to date (${list(version.pending)} missing): run \`npx vitrine migrate\` first.`,
  );
}

/** The message about a database that a newer version has migrated. */
export const tooNew = ({ unknown }: SchemaVersion): string =>
  `The database was migrated by a newer version of Vitrine (${list(unknown)}), and this version cannot work with it: ` +
  'start the version that migrated it, or a newer one.';

const list = (names: readonly string[]): string => names.join(', ');
