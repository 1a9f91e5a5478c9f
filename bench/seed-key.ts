import type { Client } from 'pg';
import { keptOf, makeSecret } from '../src/access/api-key.js';
import { type Scope, SCOPES } from '../src/access/caller.js';
import { createKey } from '../src/access/manage-keys.store.js';

/** Creates a key with these scopes and no other limits; returns its secret. */
export async function seedKey(db: Client, scopes: readonly Scope[] = SCOPES): Promise<string> {
  const secret = makeSecret();
  await createKey(db, {
    name: 'bench',
    ...keptOf(secret),
    scopes,
    channelIds: [],
    origins: [],
    expiresAt: null,
    budget: null,
    trustedDocumentsOnly: false,
  });
  return secret;
}
