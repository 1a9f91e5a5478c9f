import { randomUUID } from 'node:crypto';
import { hashSecret, makeSecret } from '../../src/access/api-key.js';
import { ApiKeyStore } from '../../src/access/api-key.store.js';
import { SCOPES, type Scope } from '../../src/access/caller.js';
import type { Database } from '../../src/platform/postgres.js';

/** A new API key that may do everything, or what `scopes` say; answers its secret. */
export async function seedApiKey(
  db: Database,
  { name = `key-${randomUUID()}`, scopes = SCOPES }: { name?: string; scopes?: readonly Scope[] } = {},
): Promise<string> {
  const secret = makeSecret();
  await new ApiKeyStore(db).create({ name, hash: hashSecret(secret), scopes, channelId: null });
  return secret;
}
