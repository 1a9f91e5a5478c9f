import sql from 'sql-template-tag';
import { execute, type Queryable } from '../platform/postgres.js';

/** Keys that another gateway recorded less than a minute ago, or that are locked, are left as they are. */
export async function writeKeyUses(db: Queryable, keyIds: readonly number[]): Promise<void> {
  await execute(
    db,
    sql`/* apiKey.uses */ UPDATE api_keys SET last_used_at = now() WHERE id IN (
      SELECT id FROM api_keys
      WHERE id = ANY(${keyIds}::integer[]) AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
      FOR NO KEY UPDATE SKIP LOCKED)`,
  );
}
