import { LRUCache } from 'lru-cache';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import { SCOPES, type Caller, type Scope } from './caller.js';

/** Every request with an API key looks up the key. Every gateway notices a revocation after at most this time. */
export const API_KEY_CACHE_MS = 2_000;
const CACHE_SIZE = 1_000;

const callerRow = z.object({
  keyId: z.number(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).transform((scopes): ReadonlySet<Scope> => new Set(scopes)),
  channelHandle: z.string().nullable(),
  trustedDocumentsOnly: z.boolean().default(false),
});

const apiKeyRow = z.object({
  name: z.string(),
  scopes: z.array(z.string()),
  channelHandle: z.string().nullable(),
  createdAt: z.date(),
  revokedAt: z.date().nullable(),
});

/** An API key as the operator sees it. Nobody can read its secret. */
export type ApiKey = z.infer<typeof apiKeyRow>;

interface NewApiKey {
  readonly name: string;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly channelId: number | null;
}

/** API keys, shared by all requests of a process. */
export class ApiKeyStore {
  readonly #cache = new LRUCache<string, Caller>({ max: CACHE_SIZE, ttl: API_KEY_CACHE_MS });

  constructor(private readonly db: Queryable) {}

  /** The caller whose secret has this SHA-256; null when there is none, or when the key was revoked. */
  async find(hash: Buffer): Promise<Caller | null> {
    const cacheKey = hash.toString('hex');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined) return cached;
    const [caller] = await query(
      this.db,
      sql`/* apiKey.find */
        SELECT api_key.id AS "keyId", api_key.name, api_key.scopes, channel.handle AS "channelHandle"
        FROM api_keys api_key LEFT JOIN channels channel ON channel.id = api_key.channel_id
        WHERE api_key.hash = ${hash} AND api_key.revoked_at IS NULL`,
      callerRow,
    );
    // Misses are not cached, so that a new key works at once.
    if (caller === undefined) return null;
    this.#cache.set(cacheKey, caller);
    return caller;
  }

  /** All keys, oldest first. */
  async list(): Promise<ApiKey[]> {
    return query(
      this.db,
      sql`/* apiKey.list */
        SELECT api_key.name, api_key.scopes, channel.handle AS "channelHandle", api_key.created_at AS "createdAt",
          api_key.revoked_at AS "revokedAt"
        FROM api_keys api_key LEFT JOIN channels channel ON channel.id = api_key.channel_id
        ORDER BY api_key.id`,
      apiKeyRow,
    );
  }

  /** Returns false when the name is taken, even by a revoked key. */
  async create({ name, hash, scopes, channelId }: NewApiKey): Promise<boolean> {
    const created = await execute(
      this.db,
      sql`/* apiKey.create */ INSERT INTO api_keys (name, hash, scopes, channel_id)
        VALUES (${name}, ${hash}, ${scopes}::text[], ${channelId}) ON CONFLICT (name) DO NOTHING`,
    );
    return created > 0;
  }

  /** Returns false when no active key has this name. */
  async revoke(name: string): Promise<boolean> {
    const revoked = await execute(
      this.db,
      sql`/* apiKey.revoke */ UPDATE api_keys SET revoked_at = now() WHERE name = ${name} AND revoked_at IS NULL`,
    );
    return revoked > 0;
  }
}
