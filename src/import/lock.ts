import type { PoolClient } from 'pg';
import sql from 'sql-template-tag';
import { RequestError } from '../errors.js';
import { errorCode } from '../platform/operator-error.js';
import { execute, withClient, type Database } from '../platform/postgres.js';

/** Any number that nobody else locks in this database. */
const IMPORT_LOCK = 0x76_69_6d_70;
/** Postgres takes a moment to notice that an import was killed, and keeps its lock until then. */
const LOCK_TIMEOUT = '3s';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs `work` with a connection of its own, while no other import runs on this database.
 *
 * @throws RequestError another import is running
 */
export async function withImportLock<T>(db: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const locked = async (client: PoolClient): Promise<T> => {
    await execute(
      client,
      sql`/* import.lockTimeout */ SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`,
    );
    await execute(client, sql`/* import.lock */ SELECT pg_advisory_lock(${IMPORT_LOCK})`).catch(
      (cause: unknown) => {
        if (errorCode(cause) !== LOCK_NOT_AVAILABLE) throw cause;
        throw new RequestError(
          'BAD_USER_INPUT',
          'Another import is running on this database: wait until it has ended.',
          {
            cause,
          },
        );
      },
    );
    await execute(
      client,
      sql`/* import.settings */ SELECT set_config('lock_timeout', '0', false),
        set_config('vitrine.actor', 'import', false), set_config('vitrine.reason', 'prune', false)`,
    );
    return work(client);
  };
  // The lock and the temporary tables end with the connection.
  return withClient(db, locked, { keepsState: true });
}
