import { QdrantClient } from '@qdrant/js-client-rest';

/** Why what needs a Qdrant is skipped; undefined when there is one. */
export const noQdrant = (): string | undefined =>
  process.env['QDRANT_URL'] === undefined ? 'QDRANT_URL is not set' : undefined;

/** A collection of one's own on the Qdrant that QDRANT_URL names; `drop` deletes what was made behind the alias. */
export function benchCollection() {
  const url = process.env['QDRANT_URL'] ?? '';
  const apiKey = process.env['QDRANT_API_KEY'] ?? null;
  const collection = `vitrinebench${process.pid}`;
  const client = new QdrantClient({ url, ...(apiKey !== null && { apiKey }), checkCompatibility: false });
  return {
    url,
    apiKey,
    collection,
    client,
    async drop(): Promise<void> {
      const { aliases } = await client.getAliases();
      for (const alias of aliases.filter(({ alias_name }) => alias_name === collection))
        await client.deleteCollection(alias.collection_name);
    },
  };
}
