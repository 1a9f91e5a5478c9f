import type { PoolClient } from 'pg';
import { RequestError } from '../errors.js';
import { errorCode } from '../platform/operator-error.js';
import { withClient } from '../platform/connections.js';
import type { Database } from '../platform/postgres.js';
import { lockImports, setImportSettings, setLockTimeout } from './lock.store.js';

/** Postgres takes a moment to notice that an import was killed, and keeps its lock until then. */
const LOCK_TIMEOUT = '3s';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs `work` with a dedicated connection, while no other import runs on this database.
 *
 * @throws RequestError another import is running
 */
export async function withImportLock<T>(db: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const locked = async (client: PoolClient): Promise<T> => {
    await setLockTimeout(client, LOCK_TIMEOUT);
    await lockImports(client).catch((cause: unknown) => {
      if (errorCode(cause) !== LOCK_NOT_AVAILABLE) throw cause;
      throw new RequestError(
        'BAD_USER_INPUT',
        'Another import is running on this database: wait until it ends.',
        {
          cause,
        },
      );
    });
    await setImportSettings(client);
    return work(client);
  };
  // The lock and the temporary tables end with the connection.
  return withClient(db, locked, { keepsState: true });
}
