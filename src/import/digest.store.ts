import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { execute } from '../platform/postgres.js';

interface DigestInput {
  readonly productId: number;
  /** Hex. */
  readonly digest: string;
}

/**
 * Remembers of products, which the caller has locked, what rows they were made of. Triggers forget that as soon as
 * anybody changes a product, or what belongs to it, except for prices and stock.
 */
export async function keepDigests(client: ClientBase, digests: readonly DigestInput[]): Promise<void> {
  await execute(
    client,
    sql`/* import.keepDigests */ INSERT INTO import_digests (product_id, digest)
      SELECT product_id, decode(digest, 'hex') FROM unnest(
        ${digests.map(({ productId }) => productId)}::integer[],
        ${digests.map(({ digest }) => digest)}::text[]
      ) AS input (product_id, digest)
      ON CONFLICT (product_id) DO UPDATE SET digest = excluded.digest
      WHERE import_digests.digest <> excluded.digest`,
  );
}
