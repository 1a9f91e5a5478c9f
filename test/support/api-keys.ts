import { randomUUID } from 'node:crypto';
import { hashSecret, makeSecret } from '../../src/access/api-key.js';
import { ApiKeyStore } from '../../src/access/api-key.store.js';
import { SCOPES, type Scope } from '../../src/access/caller.js';
import { listMarkets } from '../../src/import/market.store.js';
import type { Database } from '../../src/platform/postgres.js';

/** Creates an API key with all scopes or the given ones, in any channel or in one; returns its secret. */
export async function seedApiKey(
  db: Database,
  {
    name = `key-${randomUUID()}`,
    scopes = SCOPES,
    channel = null,
  }: { name?: string; scopes?: readonly Scope[]; channel?: string | null } = {},
): Promise<string> {
  const secret = makeSecret();
  const market = channel === null ? null : (await listMarkets(db)).find(({ handle }) => handle === channel);
  if (market === undefined) throw new Error(`there is no channel ${channel ?? ''}`);
  const key = { name, hash: hashSecret(secret), scopes, channelId: market?.channelId ?? null };
  await new ApiKeyStore(db).create(key);
  return secret;
}
