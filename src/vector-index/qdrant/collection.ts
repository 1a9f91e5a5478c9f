import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { type QdrantConnection, statusOf } from './connection.js';

/**
 * The collections of an index. Each encoder has an alias, `<collection>_<encoder>`, which gateways read and write: a
 * gateway with the previous encoder continues to work until it is restarted with the new one. The points are in a
 * separate collection for each filling, `<alias>_<n>`, so that a new one can be filled while the old one answers.
 */
export interface CollectionSetup {
  /** The configured name, which is the prefix of all other names. */
  readonly collection: string;
  /** The id of the encoder that makes the vectors, `name@version`. */
  readonly encoder: string;
  readonly dimension: number;
  /** For new collections; Qdrant's defaults if it is left out. */
  readonly cluster?: ClusterSetup;
}

/** How a collection is spread over a Qdrant cluster. Null: Qdrant's default. */
export interface ClusterSetup {
  readonly shards: number | null;
  readonly replicationFactor: number | null;
  /** How many replicas must have applied a write before it is confirmed. */
  readonly writeConsistency: number | null;
}

const metadataShape = z.object({ collection: z.string(), encoder: z.string() });
const vectorsShape = z.object({ size: z.number() });

export function aliasOf({ collection, encoder }: Pick<CollectionSetup, 'collection' | 'encoder'>): string {
  return `${collection}_${encoder.replaceAll(/[^a-zA-Z0-9.]+/g, '-')}`;
}

/**
 * The collection that the alias refers to; undefined if there is none.
 * @throws Error when it has vectors of another encoder or dimension
 */
export async function findCollection(
  connection: QdrantConnection,
  setup: CollectionSetup,
): Promise<string | undefined> {
  const physical = await behindAlias(connection, aliasOf(setup));
  if (physical !== undefined) await checkEncoder(connection, physical, setup);
  return physical;
}

/** Creates an empty collection next to the one in use; it is not queried before `pointAlias`. */
export async function createCollection(
  connection: QdrantConnection,
  setup: CollectionSetup,
): Promise<string> {
  const { collection, encoder, dimension, cluster } = setup;
  const alias = aliasOf(setup);
  const numbers = (await fillingsOf(connection, alias)).map((name) => Number(name.slice(alias.length + 1)));
  const physical = `${alias}_${Math.max(0, ...numbers) + 1}`;
  const body: Schemas['CreateCollection'] & { collection_name: string } = {
    collection_name: physical,
    // The originals are read only for rescoring: the page cache holds those that are read often.
    vectors: { size: dimension, distance: 'Cosine', on_disk: true },
    quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    ...(cluster?.shards != null && { shard_number: cluster.shards }),
    ...(cluster?.replicationFactor != null && { replication_factor: cluster.replicationFactor }),
    ...(cluster?.writeConsistency != null && { write_consistency_factor: cluster.writeConsistency }),
    metadata: { collection, encoder, dimension },
  };
  try {
    // The client's own createCollection leaves out the metadata.
    await connection.write((client) => client.api().createCollection(body));
  } catch (error) {
    // Created by an attempt whose response was lost, or by another gateway that starts at the same time.
    if (statusOf(error) !== 409 && !(await exists(connection, physical))) throw error;
  }
  // Before the first point: the graph's extra edges follow the values of the fields that are indexed at that time.
  await createFieldIndex(connection, physical, 'tags', 'keyword');
  await createFieldIndex(connection, physical, 'productId', { type: 'integer', lookup: true, range: false });
  // Writes filter by these; no search follows them through the graph.
  const number = { type: 'integer', lookup: false, range: true, enable_hnsw: false } as const;
  await createFieldIndex(connection, physical, 'revision', number);
  await createFieldIndex(connection, physical, 'deletedAt', number);
  return physical;
}

/** The collections that an alias refers to, referred to, or was meant to refer to. */
async function fillingsOf(connection: QdrantConnection, alias: string): Promise<string[]> {
  const { collections } = await connection.read((client) => client.getCollections());
  return collections
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${alias}_`) && /^\d+$/.test(name.slice(alias.length + 1)));
}

/** Deletes what killed fillings left behind; the caller ensures that no filling is in progress. */
export async function dropLeftovers(connection: QdrantConnection, setup: CollectionSetup): Promise<void> {
  const alias = aliasOf(setup);
  const current = await behindAlias(connection, alias);
  for (const name of await fillingsOf(connection, alias))
    if (name !== current) await dropCollection(connection, name);
}

export async function dropCollection(connection: QdrantConnection, name: string): Promise<void> {
  await connection.write((client) => client.deleteCollection(name));
}

/** The encoders that have an index under the configured name. */
export async function findEncoders(connection: QdrantConnection, collection: string): Promise<string[]> {
  const { aliases } = await connection.read((client) => client.getAliases());
  const ours = aliases.filter(({ alias_name }) => alias_name.startsWith(`${collection}_`));
  const encoders: string[] = [];
  for (const { alias_name, collection_name } of ours) {
    const { config } = await connection.read((client) => client.getCollection(collection_name));
    const { data } = metadataShape.safeParse(config.metadata);
    if (data?.collection === collection && aliasOf(data) === alias_name) encoders.push(data.encoder);
  }
  return encoders;
}

/** Does nothing when the field already has an index. */
export async function createFieldIndex(
  connection: QdrantConnection,
  physical: string,
  field: string,
  schema: Schemas['PayloadFieldSchema'],
): Promise<void> {
  await connection.write((client) =>
    client.createPayloadIndex(physical, { field_name: field, field_schema: schema, wait: true }),
  );
}

/** Atomic: clients of the alias see either the old or the new collection. */
export async function pointAlias(
  connection: QdrantConnection,
  alias: string,
  physical: string,
): Promise<void> {
  await connection.write((client) =>
    client.updateCollectionAliases({
      actions: [
        { delete_alias: { alias_name: alias } },
        { create_alias: { alias_name: alias, collection_name: physical } },
      ],
    }),
  );
}

export async function behindAlias(connection: QdrantConnection, alias: string): Promise<string | undefined> {
  const { aliases } = await connection.read((client) => client.getAliases());
  const found = aliases.find(({ alias_name }) => alias_name === alias)?.collection_name;
  if (found === undefined && (await exists(connection, alias))) {
    throw new Error(
      `Qdrant has a collection "${alias}" that is not Vitrine's: set QDRANT_COLLECTION to another name, ` +
        'or delete that collection if nothing needs it.',
    );
  }
  return found;
}

async function checkEncoder(
  connection: QdrantConnection,
  physical: string,
  setup: CollectionSetup,
): Promise<void> {
  const { config } = await connection.read((client) => client.getCollection(physical));
  const dimension = vectorsShape.safeParse(config.params.vectors).data?.size;
  const encoder = metadataShape.safeParse(config.metadata).data?.encoder ?? 'an unnamed encoder';
  if (encoder === setup.encoder && dimension === setup.dimension) return;
  throw new Error(
    `The Qdrant collection "${physical}" holds vectors of ${encoder} (${dimension ?? 'no'} numbers), but ` +
      `the configured encoder is ${setup.encoder} (${setup.dimension} numbers). ` +
      'Change the name or version in its model.json, then run `npx vitrine reindex`.',
  );
}

async function exists(connection: QdrantConnection, name: string): Promise<boolean> {
  return (await connection.read((client) => client.collectionExists(name))).exists;
}
