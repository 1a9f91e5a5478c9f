import sql from 'sql-template-tag';
import { execute, type Queryable } from '../platform/postgres.js';

/**
 * Until the end of the transaction, ledgers record `actor` as the author, and statements wait for a lock for a few
 * seconds at most.
 */
export async function actAs(client: Queryable, actor: string): Promise<void> {
  await execute(
    client,
    sql`/* mutation.actor */ SELECT set_config('vitrine.actor', ${actor}, true),
            set_config('lock_timeout', '5s', true)`,
  );
}
