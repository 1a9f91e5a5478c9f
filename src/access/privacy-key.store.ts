import { randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Database } from '../platform/postgres.js';

/** The same length as the digest. */
const KEY_BYTES = 32;

/** The key for hashing what identifies people: shared by all gateways, and created by the first. */
export async function readPrivacyKey(db: Database): Promise<Buffer> {
  await execute(
    db,
    sql`/* privacyKey.make */ INSERT INTO guest_address_key (key) VALUES (${randomBytes(KEY_BYTES)}) ON CONFLICT DO NOTHING`,
  );
  const [row] = await query(
    db,
    sql`/* privacyKey.read */ SELECT key FROM guest_address_key`,
    z.object({ key: z.instanceof(Buffer) }),
  );
  if (row === undefined) throw new Error('the key was made before');
  return row.key;
}
