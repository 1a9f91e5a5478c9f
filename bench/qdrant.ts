import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';

const POLL_MS = 500;

/** Why benchmarks that need Qdrant are skipped; undefined when it is available. */
export const noQdrant = (): string | undefined =>
  process.env['QDRANT_URL'] === undefined ? 'QDRANT_URL is not set' : undefined;

/** How a collection keeps its vectors in memory; the originals decide among the candidates. */
export type Quantization = 'scalar' | 'none' | 'binary';

const QUANTIZED = {
  scalar: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
  none: 'Disabled',
  binary: { binary: { always_ram: true } },
} as const;

/** A separate collection on the Qdrant server that QDRANT_URL names. */
export interface BenchCollection {
  readonly url: string;
  readonly apiKey: string | null;
  readonly collection: string;
  /** Resolves once Qdrant has built the graph. */
  settle(): Promise<void>;
  /** Begins to store the vectors in another way. */
  quantize(quantization: Quantization): Promise<void>;
  /** Memory of the whole server, mapped files included. */
  residentBytes(): Promise<number>;
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
    async quantize(quantization) {
      for (const name of await made())
        await client.updateCollection(name, { quantization_config: QUANTIZED[quantization] });
    },
    async residentBytes() {
      const response = await fetch(new URL('metrics', `${url.replace(/\/$/, '')}/`), {
        headers: apiKey === null ? {} : { 'api-key': apiKey },
      });
      const [, bytes] = /^memory_resident_bytes (\d+)/m.exec(await response.text()) ?? [];
      return Number(bytes);
    },
    async drop() {
      for (const name of await made()) await client.deleteCollection(name);
    },
  };
}
