import { LRUCache } from 'lru-cache';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { inBackground } from '../platform/clients.js';
import { query, type Queryable } from '../platform/postgres.js';
import { type Caller, type Scope, SCOPES } from './caller.js';

/** Every request with an API key looks up the key. Every gateway notices a revocation after at most this time. */
export const API_KEY_CACHE_MS = 2_000;
const CACHE_SIZE = 1_000;
/** Hashes of keys that are known to be valid. */
const MAX_KNOWN = 10_000;

const keyRow = z.object({
  keyId: z.number(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).transform((scopes): ReadonlySet<Scope> => new Set(scopes)),
  channels: z.array(z.string()),
  budget: z.number().nullable(),
  trustedDocumentsOnly: z.boolean(),
  origins: z.array(z.string()).transform((origins): ReadonlySet<string> => new Set(origins)),
  validUntil: z.date().nullable(),
});

/** An API key that is valid. */
interface ValidKey {
  readonly caller: Caller & { readonly keyId: number };
  /** The only origins from which browsers may use it; empty: any. */
  readonly origins: ReadonlySet<string>;
  /** When the key or this secret expires; null: never. */
  readonly validUntil: Date | null;
}

/** The valid API keys, for all requests of a process. */
export class ApiKeyStore {
  readonly #cache = new LRUCache<string, ValidKey>({ max: CACHE_SIZE, ttl: API_KEY_CACHE_MS });
  readonly #known = new LRUCache<string, true>({ max: MAX_KNOWN });
  readonly #reading = new Map<string, Promise<ValidKey | null>>();

  constructor(private readonly db: Queryable) {}

  /** Whether the key with this SHA-256 was valid when it was last looked up. */
  knows(hash: Buffer): boolean {
    return this.#known.has(hash.toString('hex'));
  }

  /** The key whose secret has this SHA-256; null when there is none, or when it expired or was revoked. */
  async find(hash: Buffer): Promise<ValidKey | null> {
    const cacheKey = hash.toString('hex');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && (cached.validUntil === null || cached.validUntil.getTime() > Date.now())) {
      return cached;
    }
    // Requests that arrive together read it once.
    const reading = this.#reading.get(cacheKey) ?? inBackground(() => this.#read(hash, cacheKey));
    this.#reading.set(cacheKey, reading);
    return reading.finally(() => this.#reading.delete(cacheKey));
  }

  async #read(hash: Buffer, cacheKey: string): Promise<ValidKey | null> {
    // A key without any of its channels left would otherwise be a key for all channels.
    const [row] = await query(
      this.db,
      sql`/* apiKey.find */
        SELECT api_key.id AS "keyId", api_key.name, api_key.grants AS scopes, mine.channels, api_key.budget,
          api_key.trusted_documents_only AS "trustedDocumentsOnly", api_key.origins,
          CASE WHEN api_key.hash = ${hash} THEN api_key.expires_at ELSE least(api_key.expires_at, api_key.previous_until) END
            AS "validUntil"
        FROM api_keys api_key CROSS JOIN LATERAL (
          SELECT ARRAY(
            SELECT channel.handle::text FROM api_key_channels JOIN channels channel ON channel.id = channel_id
            WHERE api_key_id = api_key.id ORDER BY position) AS channels) mine
        WHERE (api_key.hash = ${hash} OR (api_key.previous_hash = ${hash} AND api_key.previous_until > now()))
          AND api_key.revoked_at IS NULL AND (api_key.expires_at IS NULL OR api_key.expires_at > now())
          AND (api_key.all_channels OR cardinality(mine.channels) > 0)`,
      keyRow,
    );
    // Misses are not cached, so that a new key works at once.
    if (row === undefined) {
      this.#cache.delete(cacheKey);
      this.#known.delete(cacheKey);
      return null;
    }
    const { origins, validUntil, ...caller } = row;
    const key = { caller: { ...caller, shopper: null, shopperAddress: null }, origins, validUntil };
    this.#cache.set(cacheKey, key);
    this.#known.set(cacheKey, true);
    return key;
  }
}
