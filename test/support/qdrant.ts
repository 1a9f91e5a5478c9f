import { randomUUID } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';

const url = process.env['QDRANT_URL'];

/** Why tests on Qdrant are skipped; undefined when it is available. */
export const noQdrant = url === undefined ? 'needs QDRANT_URL, a running Qdrant' : undefined;

export interface TestCollection {
  readonly url: string;
  readonly apiKey: string | null;
  readonly collection: string;
  /** How many collections were created for its aliases. */
  countCollections(): Promise<number>;
  /** Deletes everything created for the alias. */
  drop(): Promise<void>;
}

/** A unique collection name on the Qdrant server that QDRANT_URL names. */
export function testCollection(): TestCollection {
  if (url === undefined) throw new Error(noQdrant);
  const apiKey = process.env['QDRANT_API_KEY'] ?? null;
  const collection = `vitrine_test_${randomUUID().slice(0, 8)}`;
  const client = new QdrantClient({ url, ...(apiKey === null ? {} : { apiKey }) });
  const made = async (): Promise<string[]> =>
    (await client.getCollections()).collections
      .map(({ name }) => name)
      .filter((name) => name.startsWith(collection));
  return {
    url,
    apiKey,
    collection,
    countCollections: async () => (await made()).length,
    async drop() {
      for (const name of await made()) await client.deleteCollection(name);
    },
  };
}
