import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';

const POLL_MS = 500;

/** Why benchmarks that need Qdrant are skipped; undefined when it is available. */
export const noQdrant = (): string | undefined =>
  process.env['QDRANT_URL'] === undefined ? 'QDRANT_URL is not set' : undefined;

/** A separate collection on the Qdrant server that QDRANT_URL names. */
export interface BenchCollection {
  readonly url: string;
  readonly apiKey: string | null;
  readonly collection: string;
  /** Resolves once Qdrant has built the graph. */
  settle(): Promise<void>;
  /** Deletes everything created under the name. */
  drop(): Promise<void>;
}

export function benchCollection(): BenchCollection {
  const url = process.env['QDRANT_URL'] ?? '';
  const apiKey = process.env['QDRANT_API_KEY'] ?? null;
  const collection = `vitrinebench${process.pid}`;
  const client = new QdrantClient({ url, ...(apiKey !== null && { apiKey }), checkCompatibility: false });
  const made = async (): Promise<string[]> => {
    const { collections } = await client.getCollections();
    return collections.map(({ name }) => name).filter((name) => name.startsWith(`${collection}_`));
  };
  return {
    url,
    apiKey,
    collection,
    async settle() {
      for (const name of await made())
        while ((await client.getCollection(name)).status !== 'green') await sleep(POLL_MS);
    },
    async drop() {
      for (const name of await made()) await client.deleteCollection(name);
    },
  };
}
