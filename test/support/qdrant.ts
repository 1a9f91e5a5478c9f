import { randomUUID } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';

const url = process.env['QDRANT_URL'];

/** Why tests on a Qdrant are skipped; undefined when there is one. */
export const noQdrant = url === undefined ? 'needs QDRANT_URL, a running Qdrant' : undefined;

export interface TestCollection {
  readonly url: string;
  readonly apiKey: string | null;
  readonly collection: string;
  /** Deletes what was made behind the alias. */
  drop(): Promise<void>;
}

/** A collection name of one's own on the Qdrant that QDRANT_URL names. */
export function testCollection(): TestCollection {
  if (url === undefined) throw new Error(noQdrant);
  const apiKey = process.env['QDRANT_API_KEY'] ?? null;
  const collection = `vitrine_test_${randomUUID().slice(0, 8)}`;
  return {
    url,
    apiKey,
    collection,
    async drop() {
      const client = new QdrantClient({ url, ...(apiKey === null ? {} : { apiKey }) });
      for (const { name } of (await client.getCollections()).collections) {
        if (name.startsWith(collection)) await client.deleteCollection(name);
      }
    },
  };
}
