import sql from 'sql-template-tag';
import { execute, type Queryable } from '../platform/postgres.js';

/** Any number that no other lock in this database uses. */
const IMPORT_LOCK = 0x76_69_6d_70;

/** For statements on this connection that wait for a lock, such as '3s'. */
export async function setLockTimeout(client: Queryable, timeout: string): Promise<void> {
  await execute(client, sql`/* import.lockTimeout */ SELECT set_config('lock_timeout', ${timeout}, false)`);
}

/** Waits for a running import, up to the lock timeout; the lock ends with the connection. */
export async function lockImports(client: Queryable): Promise<void> {
  await execute(client, sql`/* import.lock */ SELECT pg_advisory_lock(${IMPORT_LOCK})`);
}

/** Later locks may wait as long as a statement may take, and the ledger records the import as the author. */
export async function setImportSettings(client: Queryable): Promise<void> {
  await execute(
    client,
    sql`/* import.settings */ SELECT set_config('lock_timeout', '0', false),
        set_config('vitrine.actor', 'import', false), set_config('vitrine.reason', 'prune', false)`,
  );
}
