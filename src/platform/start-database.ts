import type { Config } from '../config.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { hideUrlPasswords, type Logger } from './logging.js';
import { migrate } from './migrate.js';
import { errorCode, errorMessage, OperatorError } from './operator-error.js';
import { closeAll } from './close-all.js';
import { closeDatabase } from './connections.js';
import { COMMANDS, openDatabase, type Database, type PoolLimits } from './postgres.js';
import { checkSchemaVersion, readSchemaVersion } from './schema-version.js';

export interface RunningDatabase {
  readonly db: Database;
  /** For connections outside the pool (LISTEN); includes the password. */
  readonly url: string;
  /** Closes the pool, and stops using the embedded server if there is one. */
  close(): Promise<void>;
}

/**
 * The configured Postgres, or the data folder's embedded one, with an open pool. The embedded one is migrated; a
 * configured one is only checked, because gateways of several versions may share it (`vitrine migrate`).
 * @throws OperatorError that names the problem; SchemaMismatchError when the version does not match
 */
export async function startDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  log: Logger,
  limits: PoolLimits = COMMANDS,
): Promise<RunningDatabase> {
  const database = await connectDatabase(config, log, limits);
  const { db, url } = database;
  try {
    // Only this version uses the embedded server; a configured one may serve several versions at a time.
    if (config.databaseUrl === null) await migrateEmbedded(db, url, log);
    await checkSchemaVersion(db);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Like `startDatabase`, for a database of any version. @throws OperatorError that names the problem */
export async function connectDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  log: Logger,
  limits: PoolLimits = COMMANDS,
): Promise<RunningDatabase> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({ folder: config.dataFolder, log: (line) => log.info(line) })
      : null;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  const db = openPool(url, log, limits);
  const close = (): Promise<void> => closeAll([() => closeDatabase(db), async () => embedded?.stop()]);
  try {
    (await db.connect()).release();
    return { db, url, close };
  } catch (error) {
    await close();
    throw unreachable(url, error);
  }
}

/** A pool for the database at this URL, which may be unavailable. */
export const openPool = (url: string, log: Logger, limits: PoolLimits): Database =>
  openDatabase(
    url,
    (err) => log.warn({ err }, 'A connection to Postgres was lost; it will be replaced'),
    limits,
  );

async function migrateEmbedded(db: Database, url: string, log: Logger): Promise<void> {
  const { unknown } = await readSchemaVersion(db);
  if (unknown.length > 0) return;
  const applied = await migrate(url, log);
  if (applied.length > 0) log.info({ migrations: applied }, 'The database was migrated');
}

function unreachable(databaseUrl: string, error: unknown): OperatorError {
  const { host, username, pathname } = new URL(databaseUrl);
  const sentence = (): string => {
    switch (errorCode(error)) {
      case 'ECONNREFUSED':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
      case 'EHOSTUNREACH':
      case 'ENETUNREACH':
      case 'ETIMEDOUT':
        return `No Postgres is responding at ${host}: start it, or correct DATABASE_URL`;
      case '28P01':
      case '28000':
        return `Postgres at ${host} rejects the user "${username}": correct the name and password in DATABASE_URL`;
      case '3D000':
        return `Postgres at ${host} has no database "${pathname.slice(1)}": create it, or correct DATABASE_URL`;
      default:
        return `Postgres at ${host} cannot be used (${hideUrlPasswords(errorMessage(error))}): check DATABASE_URL`;
    }
  };
  return new OperatorError(`${sentence()}.`, { cause: error });
}
