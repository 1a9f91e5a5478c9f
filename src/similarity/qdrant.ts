import type { Logger } from 'pino';
import type { Schemas } from '@qdrant/js-client-rest';
import { UserError } from '../errors.js';
import { OperatorError } from '../platform/operator-error.js';
import {
  behindAlias,
  type CollectionSetup,
  createCollection,
  createFieldIndex,
  findCollection,
  indexFields,
  pointAlias,
} from './qdrant.collection.js';
import { QdrantConnection, type QdrantServer, statusOf } from './qdrant.connection.js';
import {
  deletedBefore,
  deletedPayload,
  IS_DELETED,
  newerOrSame,
  newerThan,
  numberPath,
  ofProducts,
  toStoredPayload,
} from './qdrant.filter.js';
import { QdrantSearch } from './qdrant.search.js';
import { checkDimension } from './ranking.js';
import type {
  IndexPoint,
  PointPayload,
  Revision,
  SearchRequest,
  SearchResult,
  VectorIndex,
} from './index.js';

export interface QdrantIndexOptions extends QdrantServer, CollectionSetup {
  readonly log?: Pick<Logger, 'warn'>;
}

/** Searches on their way at once: what 25 connections answer within the time of one search. */
const MAX_WAITING_SEARCHES = 512;

/** Searches a request: one answer then stays below a megabyte at the usual depths. */
const SEARCHES_A_REQUEST = 32;

/** Bytes of JSON an upsert may have, a fraction of the 32 MB that Qdrant accepts, so that it is applied quickly. */
const UPSERT_BYTES = 4 * 2 ** 20;

/** Bytes of JSON that a component of a vector takes at the most, and a payload of many tags. */
const COMPONENT_BYTES = 24;
const PAYLOAD_BYTES = 4096;

/** The same of what stands in place of a deleted point: its vector is a one and zeros. */
const DELETED_COMPONENT_BYTES = 2;
const DELETED_PAYLOAD_BYTES = 128;

/** Products or images named in one request. */
const NAMED_A_REQUEST = 500;

/** The first version that can make an upsert depend on what is there. */
const OLDEST = [1, 16] as const;

/**
 * Opens the index in Qdrant, made empty if there is none behind the alias. Needs Qdrant 1.16 or later.
 * @throws OperatorError when Qdrant is older or does not let us in
 * @throws Error when Qdrant does not answer, and when what it holds is of another encoder or dimension.
 */
export async function openQdrantIndex(options: QdrantIndexOptions): Promise<VectorIndex> {
  const { connection, version } = await connect(options);
  let physical = await findCollection(connection, options);
  if (physical === undefined) {
    physical = await createCollection(connection, options);
    await pointAlias(connection, options.collection, physical);
  } else {
    // One that an earlier release made lacks some.
    await indexFields(connection, physical);
  }
  return new QdrantIndex(connection, options, version, physical);
}

/** An index that is filled while another one answers. */
export interface QdrantReplacement {
  readonly index: VectorIndex;
  /** From here on the alias stands for it; the collection that it stood for before is deleted. */
  commit(): Promise<void>;
  /** Deletes it. */
  discard(): Promise<void>;
}

/** Makes an empty index next to the one behind the alias, whatever encoder that is of. */
export async function createQdrantReplacement(options: QdrantIndexOptions): Promise<QdrantReplacement> {
  const { connection, version } = await connect(options);
  const previous = await behindAlias(connection, options.collection);
  const physical = await createCollection(connection, options);
  const drop = (name: string) => connection.write((client) => client.deleteCollection(name));
  return {
    index: new QdrantIndex(connection, options, version, physical),
    commit: async () => {
      await pointAlias(connection, options.collection, physical);
      if (previous !== undefined) await drop(previous);
    },
    discard: async () => {
      await drop(physical);
    },
  };
}

async function connect(
  options: QdrantIndexOptions,
): Promise<{ connection: QdrantConnection; version: string }> {
  const connection = new QdrantConnection(options, options.log);
  const { version } = await connection
    // Needs the API key, which the version alone does not.
    .search((client) => client.getAliases())
    .then(() => connection.search((client) => client.versionInfo()))
    .catch((cause: unknown) => {
      const status = statusOf(cause);
      const remedy =
        status === 401 || status === 403 ? 'check QDRANT_API_KEY' : 'check QDRANT_URL and that it runs';
      throw new OperatorError(`Qdrant does not let us in at ${options.url}: ${remedy}.`, { cause });
    });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new OperatorError(
      `The Qdrant at ${options.url} is ${version}, and Vitrine needs ${OLDEST.join('.')} or newer: upgrade it.`,
    );
  }
  return { connection, version };
}

class QdrantIndex implements VectorIndex {
  readonly name: string;
  readonly #indexedFields = new Set<string>();
  #waitingSearches = 0;

  constructor(
    private readonly connection: QdrantConnection,
    private readonly setup: CollectionSetup,
    version: string,
    private physical: string,
  ) {
    this.name = `qdrant ${version}`;
  }

  async search(requests: readonly SearchRequest[]): Promise<SearchResult[]> {
    for (const { vector } of requests) checkDimension(vector, this.setup.dimension, 'A query');
    if (this.#waitingSearches > 0 && this.#waitingSearches + requests.length > MAX_WAITING_SEARCHES)
      throw new UserError('SERVICE_OVERLOADED', 'Too many searches are waiting: try again in a few seconds.');
    this.#waitingSearches += requests.length;
    try {
      const searches = requests.map((request) => new QdrantSearch(request));
      for (;;) {
        const open = searches.filter((search) => search.result === undefined);
        if (open.length === 0) return searches.flatMap((search) => search.result ?? []);
        await Promise.all(chunks(open, SEARCHES_A_REQUEST).map((some) => this.#ask(some)));
      }
    } finally {
      this.#waitingSearches -= requests.length;
    }
  }

  async upsert(points: readonly IndexPoint[], revision: Revision): Promise<void> {
    for (const { imageId, vector } of points)
      checkDimension(vector, this.setup.dimension, `The vector of image ${imageId}`);
    await this.#indexFields(points.map((point) => point.payload));
    const bytes = this.setup.dimension * COMPONENT_BYTES + PAYLOAD_BYTES;
    for (const some of chunks(points, pointsARequest(bytes))) {
      await this.#write((client, physical) =>
        client.upsert(physical, {
          wait: true,
          points: some.map(({ imageId, productId, vector, payload }) => ({
            id: imageId,
            vector: Array.from(vector),
            payload: toStoredPayload(productId, payload, revision),
          })),
          update_filter: { must_not: [newerThan(revision)] },
        }),
      );
    }
  }

  async setPayloads(payloads: ReadonlyMap<number, PointPayload>, revision: Revision): Promise<void> {
    await this.#indexFields([...payloads.values()]);
    for (const some of chunks([...payloads], NAMED_A_REQUEST)) {
      const operations = some.map(([productId, payload]): Schemas['UpdateOperation'] => ({
        overwrite_payload: {
          payload: toStoredPayload(productId, payload, revision),
          filter: { must: [ofProducts([productId])], must_not: [newerThan(revision)] },
        },
      }));
      await this.#write((client, physical) => client.batchUpdate(physical, { wait: true, operations }));
    }
  }

  /** Qdrant deletes for good, whatever the revision: until it is forgotten, another point takes the place. */
  async deleteImages(imageIds: readonly number[], revision: Revision): Promise<void> {
    const vector = Array.from({ length: this.setup.dimension }, (_, i) => Number(i === 0));
    const payload = deletedPayload(revision, new Date());
    const bytes = this.setup.dimension * DELETED_COMPONENT_BYTES + DELETED_PAYLOAD_BYTES;
    for (const some of chunks(imageIds, Math.min(NAMED_A_REQUEST, pointsARequest(bytes)))) {
      await this.#write((client, physical) =>
        client.upsert(physical, {
          wait: true,
          points: some.map((id) => ({ id, vector, payload })),
          update_filter: { must_not: [newerOrSame(revision)] },
        }),
      );
    }
  }

  async forgetDeleted(before: Date): Promise<void> {
    const forgotten = deletedBefore(before);
    for (;;) {
      const { points } = await this.#read((client, physical) =>
        client.scroll(physical, {
          filter: { must: [forgotten] },
          limit: NAMED_A_REQUEST,
          with_payload: false,
        }),
      );
      if (points.length === 0) return;
      // Some may be points again by now.
      const filter = { must: [{ has_id: points.map(({ id }) => id) }, forgotten] };
      await this.#write((client, physical) => client.delete(physical, { wait: true, filter }));
    }
  }

  async count(): Promise<number> {
    // Two counts that an index answers, where the count of the others would ask every point.
    const [all, deleted] = await Promise.all(
      [{}, { filter: { must: [IS_DELETED] } }].map((which) =>
        this.#read((client, physical) => client.count(physical, { exact: true, ...which })),
      ),
    );
    return (all?.count ?? 0) - (deleted?.count ?? 0);
  }

  /** Connections that idle close by themselves. */
  async close(): Promise<void> {}

  async #ask(searches: readonly QdrantSearch[]): Promise<void> {
    const answers = await this.#read((client, physical) =>
      client.queryBatch(physical, { searches: searches.map((search) => search.query()) }),
    );
    for (const [i, search] of searches.entries()) search.take(answers[i]?.points);
  }

  /** A range is answered from an index on its field only; fields are known when they are first seen. */
  async #indexFields(payloads: readonly PointPayload[]): Promise<void> {
    const fields = new Set(payloads.flatMap(({ numbers }) => Object.keys(numbers)));
    for (const field of fields) {
      if (this.#indexedFields.has(field)) continue;
      await this.#onCurrent((physical) =>
        createFieldIndex(this.connection, physical, numberPath(field), 'float'),
      );
      this.#indexedFields.add(field);
    }
  }

  #read<T>(call: (client: Client, physical: string) => Promise<T>): Promise<T> {
    return this.#onCurrent((physical) => this.connection.search((client) => call(client, physical)));
  }

  #write<T>(call: (client: Client, physical: string) => Promise<T>): Promise<T> {
    return this.#onCurrent((physical) => this.connection.write((client) => call(client, physical)));
  }

  /**
   * Calls with the collection's own name, not the alias: a filling with another encoder must not be asked with
   * vectors of this one. When the collection is gone, the alias is looked up again, and the encoder checked.
   */
  async #onCurrent<T>(call: (physical: string) => Promise<T>): Promise<T> {
    try {
      return await call(this.physical);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      this.physical = await this.#findAgain();
      this.#indexedFields.clear();
      return await call(this.physical);
    }
  }

  async #findAgain(): Promise<string> {
    const remedy =
      'The search index was deleted, or filled with another encoder: run `npx vitrine reindex`, ' +
      'or restart the gateway with the encoder of the index.';
    const physical = await findCollection(this.connection, this.setup).catch((cause: unknown) => {
      throw new UserError('INDEX_UNAVAILABLE', remedy, { cause });
    });
    if (physical === undefined) throw new UserError('INDEX_UNAVAILABLE', remedy);
    return physical;
  }
}

type Client = Parameters<Parameters<QdrantConnection['search']>[0]>[0];

function pointsARequest(bytesAPoint: number): number {
  return Math.max(1, Math.floor(UPSERT_BYTES / bytesAPoint));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
