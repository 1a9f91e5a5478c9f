import { randomUUID } from 'node:crypto';
import { keptOf, makeSecret } from '../../src/access/api-key.js';
import { SCOPES, type Scope } from '../../src/access/caller.js';
import { createKey, type NewApiKey } from '../../src/access/manage-keys.store.js';
import { listMarkets } from '../../src/import/market.store.js';
import type { Database } from '../../src/platform/postgres.js';

/** What callers without a key may do by default. */
export const READER: readonly Scope[] = ['catalog:read', 'boards'];

interface Seed extends Partial<
  Pick<NewApiKey, 'name' | 'scopes' | 'origins' | 'expiresAt' | 'budget' | 'trustedDocumentsOnly'>
> {
  readonly channels?: readonly string[];
}

/** Creates an API key with all scopes or the given ones, in all channels or in some; returns its secret. */
export async function seedApiKey(
  db: Database,
  {
    name = `key-${randomUUID()}`,
    scopes = SCOPES,
    channels = [],
    origins = [],
    expiresAt = null,
    budget = null,
    trustedDocumentsOnly = false,
  }: Seed = {},
): Promise<string> {
  const secret = makeSecret();
  const markets = channels.length === 0 ? [] : await listMarkets(db);
  const channelIds = channels.map((channel) => {
    const market = markets.find(({ handle }) => handle === channel);
    if (market === undefined) throw new Error(`there is no channel ${channel}`);
    return market.channelId;
  });
  const limits = { origins, expiresAt, budget, trustedDocumentsOnly };
  await createKey(db, { name, ...keptOf(secret), scopes, channelIds, ...limits });
  return secret;
}
