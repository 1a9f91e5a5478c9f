import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import type { Scope } from './caller.js';

const listedKeyRow = z.object({
  name: z.string(),
  /** How its secret begins; null for keys that were made before this was kept. */
  prefix: z.string().nullable(),
  scopes: z.array(z.string()),
  /** The handles of its channels; null: all. */
  channels: z.array(z.string()).nullable(),
  origins: z.array(z.string()),
  budget: z.number().nullable(),
  trustedDocumentsOnly: z.boolean(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  /** Until when the secret before the last rotation works as well. */
  previousUntil: z.date().nullable(),
  revokedAt: z.date().nullable(),
});

/** An API key as the operator sees it. Nobody can read its secret. */
export type ListedKey = z.infer<typeof listedKeyRow>;

export interface NewApiKey {
  readonly name: string;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
  /** How the secret begins. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** The ids of its only channels, first that of requests that name none; empty: all channels. */
  readonly channelIds: readonly number[];
  readonly origins: readonly string[];
  readonly expiresAt: Date | null;
  readonly budget: number | null;
  readonly trustedDocumentsOnly: boolean;
}

/** All keys, oldest first. */
export async function listKeys(db: Queryable): Promise<ListedKey[]> {
  return query(
    db,
    sql`/* apiKey.list */
      SELECT name, prefix, grants AS scopes,
        CASE WHEN NOT all_channels THEN ARRAY(
          SELECT channel.handle::text FROM api_key_channels JOIN channels channel ON channel.id = channel_id
          WHERE api_key_id = api_keys.id ORDER BY position) END AS channels,
        origins, budget, trusted_documents_only AS "trustedDocumentsOnly", created_at AS "createdAt",
        expires_at AS "expiresAt", last_used_at AS "lastUsedAt",
        CASE WHEN previous_until > now() THEN previous_until END AS "previousUntil", revoked_at AS "revokedAt"
      FROM api_keys ORDER BY id`,
    listedKeyRow,
  );
}

/** Returns false when the name is taken, even by a revoked key. */
export async function createKey(db: Queryable, key: NewApiKey): Promise<boolean> {
  const { name, hash, prefix, scopes, channelIds, origins, expiresAt, budget, trustedDocumentsOnly } = key;
  const [row] = await query(
    db,
    sql`/* apiKey.create */
      WITH created AS (
        INSERT INTO api_keys (name, hash, prefix, grants, all_channels, channel_id, origins, expires_at, budget,
          trusted_documents_only)
        VALUES (${name}, ${hash}, ${prefix}, ${scopes}::text[], ${channelIds.length === 0}, ${channelIds[0] ?? null},
          ${origins}::text[], ${expiresAt}, ${budget}, ${trustedDocumentsOnly})
        ON CONFLICT (name) DO NOTHING RETURNING id
      ), limited AS (
        INSERT INTO api_key_channels (api_key_id, channel_id, position)
        SELECT created.id, channel.id, channel.n
        FROM created, unnest(${channelIds}::integer[]) WITH ORDINALITY AS channel (id, n)
      )
      SELECT count(*) AS created FROM created`,
    z.object({ created: z.number() }),
  );
  return row?.created === 1;
}

/** Returns false when no active key has this name. */
export async function revokeKey(db: Queryable, name: string): Promise<boolean> {
  const revoked = await execute(
    db,
    sql`/* apiKey.revoke */ UPDATE api_keys SET revoked_at = now() WHERE name = ${name} AND revoked_at IS NULL`,
  );
  return revoked > 0;
}

/**
 * Gives a key a new secret. The one before works for `overlapSeconds` more, and any older one no longer. Returns false
 * when no key with this name is valid.
 */
export async function rotateKey(
  db: Queryable,
  name: string,
  { hash, prefix }: Pick<NewApiKey, 'hash' | 'prefix'>,
  overlapSeconds: number,
): Promise<boolean> {
  const rotated = await execute(
    db,
    sql`/* apiKey.rotate */ UPDATE api_keys SET hash = ${hash}, prefix = ${prefix}, previous_hash = hash,
        previous_until = now() + make_interval(secs => ${overlapSeconds})
      WHERE name = ${name} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
  );
  return rotated > 0;
}
