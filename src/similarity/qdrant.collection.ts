import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { type QdrantConnection, statusOf } from './qdrant.connection.js';

/**
 * The collections behind an alias. The alias is the configured name; the points lie in a collection of their own
 * for each filling, `<alias>_<encoder>_<n>`, so that an index can be filled anew while the old one answers.
 */
export interface CollectionSetup {
  /** The alias, the configured name. */
  readonly collection: string;
  /** The id of the encoder that makes the vectors, `name@version`. */
  readonly encoder: string;
  readonly dimension: number;
}

const metadataShape = z.object({ encoder: z.string() });
const vectorsShape = z.object({ size: z.number() });

/**
 * The collection that the alias stands for; undefined when there is none.
 * @throws Error when it holds vectors of another encoder or dimension.
 */
export async function findCollection(
  connection: QdrantConnection,
  setup: CollectionSetup,
): Promise<string | undefined> {
  const physical = await behindAlias(connection, setup.collection);
  if (physical !== undefined) await checkEncoder(connection, physical, setup);
  return physical;
}

/** Makes an empty collection next to the one in use; nothing asks it before `pointAlias`. */
export async function createCollection(
  connection: QdrantConnection,
  { collection, encoder, dimension }: CollectionSetup,
): Promise<string> {
  const { collections } = await connection.search((client) => client.getCollections());
  const prefix = `${collection}_${slug(encoder)}_`;
  const numbers = collections
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => Number(name.slice(prefix.length)));
  const physical = `${prefix}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
  const body: Schemas['CreateCollection'] & { collection_name: string } = {
    collection_name: physical,
    // The originals are read only to rescore: the page cache holds what is asked often.
    vectors: { size: dimension, distance: 'Cosine', on_disk: true },
    quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    metadata: { encoder, dimension },
  };
  try {
    // The client's own createCollection leaves out the metadata.
    await connection.write((client) => client.api().createCollection(body));
  } catch (error) {
    // Made by a try whose answer was lost, or by another gateway that starts at the same time.
    if (statusOf(error) !== 409 && !(await exists(connection, physical))) throw error;
  }
  // Before the first point: the graph's extra edges follow the values of the fields that are indexed by then.
  await indexFields(connection, physical);
  return physical;
}

/** Makes the indexes of the fields that every point has; does nothing about those that are there. */
export async function indexFields(connection: QdrantConnection, physical: string): Promise<void> {
  const number = { type: 'integer', lookup: false, range: true, enable_hnsw: false } as const;
  await createFieldIndex(connection, physical, 'tags', 'keyword');
  await createFieldIndex(connection, physical, 'productId', { type: 'integer', lookup: true, range: false });
  // Writes ask for these; no search follows them through the graph.
  await createFieldIndex(connection, physical, 'revision', number);
  await createFieldIndex(connection, physical, 'deletedAt', number);
}

/** Does nothing when the field has its index. */
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

/** In one step: whoever asks the alias sees the one or the other. */
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
  const { aliases } = await connection.search((client) => client.getAliases());
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
  const { config } = await connection.search((client) => client.getCollection(physical));
  const dimension = vectorsShape.safeParse(config.params.vectors).data?.size;
  // A server before 1.16 kept no metadata: of a collection that one made the name alone tells.
  const encoder = metadataShape.safeParse(config.metadata).data?.encoder;
  const isSame =
    encoder === undefined
      ? physical.startsWith(`${setup.collection}_${slug(setup.encoder)}_`)
      : encoder === setup.encoder;
  if (isSame && dimension === setup.dimension) return;
  throw new Error(
    `The Qdrant collection "${physical}" holds vectors of ${encoder ?? 'another encoder'} (${dimension ?? 'no'} numbers), ` +
      `the configured encoder is ${setup.encoder} (${setup.dimension} numbers). ` +
      'Run `npx vitrine reindex` to fill the index with it, or set VITRINE_ENCODER back.',
  );
}

async function exists(connection: QdrantConnection, name: string): Promise<boolean> {
  return (await connection.search((client) => client.collectionExists(name))).exists;
}

function slug(encoder: string): string {
  return encoder.replaceAll(/[^a-zA-Z0-9.]+/g, '-');
}
