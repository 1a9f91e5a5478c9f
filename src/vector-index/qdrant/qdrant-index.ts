import type { Logger } from 'pino';
import type { Schemas } from '@qdrant/js-client-rest';
import { RequestError } from '../../errors.js';
import {
  aliasOf,
  behindAlias,
  type CollectionSetup,
  createCollection,
  createFieldIndex,
  dropCollection,
  dropLeftovers,
  findCollection,
  findEncoders,
  pointAlias,
} from './collection.js';
import { connect } from './connect.js';
import { type QdrantConnection, type QdrantServer, searchDeadline, statusOf } from './connection.js';
import {
  deletedBefore,
  deletedPayload,
  fromStoredPoint,
  IS_DELETED,
  newerOrSame,
  newerThan,
  numberPath,
  ofProducts,
  toStoredPayload,
} from './filter.js';
import { groupBy } from '../../platform/group-by.js';
import { chunks, cut, sharedSize } from '../cut.js';
import { QdrantSearch } from './search.js';
import { checkDimension, checkRequest } from '../page.js';
import { SearchTurns, vectorsOf } from '../search-turns.js';
import type {
  ImagePayload,
  IndexPoint,
  PointPayload,
  Revision,
  SearchRequest,
  SearchResult,
  VectorIndex,
} from '../port.js';

export interface QdrantIndexOptions extends QdrantServer, CollectionSetup {
  readonly log?: Pick<Logger, 'info' | 'warn'>;
}

/** Vectors that Qdrant searches for at once, for this gateway: several for each core of a large server. */
const MAX_VECTORS_IN_WORK = 64;

/** Searches that may wait: as many as it answers in about the time of one that takes long. */
const MAX_WAITING_SEARCHES = 448;

/** Searches per request: a response then stays below a megabyte at the usual depths. */
const SEARCHES_A_REQUEST = 32;

/** Maximum bytes of JSON in a write, a fraction of the 32 MB that Qdrant accepts, so that it is applied quickly. */
const WRITE_BYTES = 4 * 2 ** 20;

/** Maximum bytes of JSON for a vector component. */
const COMPONENT_BYTES = 24;

/** The same for the replacement of a deleted point, whose vector is a one followed by zeros. */
const DELETED_COMPONENT_BYTES = 2;
const DELETED_PAYLOAD_BYTES = 128;

/**
 * Attempts to find a collection that seems to be missing. The peers of a cluster learn of a replacement one after
 * another: a call may reach one that has deleted what another still requested.
 */
const LOOKUPS = 3;
const DELETED =
  'The search index was deleted from Qdrant: restart the gateway, or run `npx vitrine reindex`.';

/** Products or images named in one request. */
const NAMED_A_REQUEST = 500;

/**
 * Opens the index in Qdrant, and creates an empty one if there is none. Needs Qdrant 1.16 or later.
 * @throws OperatorError when Qdrant is older or rejects our credentials
 * @throws Error when Qdrant does not answer, and when its points are of another encoder or dimension
 */
export async function openQdrantIndex(options: QdrantIndexOptions): Promise<VectorIndex> {
  const { connection, version } = await connect(options);
  if ((await findCollection(connection, options)) === undefined)
    await pointAlias(connection, aliasOf(options), await createCollection(connection, options));
  return new QdrantIndex(connection, options, version, aliasOf(options));
}

/** Like `openQdrantIndex`, but returns null when there is none. */
export async function findQdrantIndex(options: QdrantIndexOptions): Promise<VectorIndex | null> {
  const { connection, version } = await connect(options);
  const physical = await findCollection(connection, options);
  return physical === undefined ? null : new QdrantIndex(connection, options, version, aliasOf(options));
}

/** An index that is filled while another one answers. */
export interface QdrantReplacement {
  readonly index: VectorIndex;
  /** Makes this the index that answers, and deletes the previous collection. */
  commit(): Promise<void>;
  /** Deletes this collection. */
  discard(): Promise<void>;
}

/**
 * Creates an empty index next to the one in use, and deletes replacements that were neither committed nor discarded.
 * The caller ensures that there is only one at a time.
 */
export async function createQdrantReplacement(options: QdrantIndexOptions): Promise<QdrantReplacement> {
  const { connection, version } = await connect(options);
  await dropLeftovers(connection, options);
  const physical = await createCollection(connection, options);
  return {
    index: new QdrantIndex(connection, options, version, physical),
    commit: async () => {
      await pointAlias(connection, aliasOf(options), physical);
      await dropLeftovers(connection, options);
    },
    discard: () => dropCollection(connection, physical),
  };
}

/** The encoders that have an index under the configured name, and a way to delete the index of each. */
export async function openQdrantEncoders(options: QdrantServer & { readonly collection: string }): Promise<{
  readonly encoders: readonly string[];
  drop(encoder: string): Promise<void>;
}> {
  const { connection } = await connect(options);
  const { collection } = options;
  return {
    encoders: await findEncoders(connection, collection),
    async drop(encoder) {
      const physical = await behindAlias(connection, aliasOf({ collection, encoder }));
      if (physical !== undefined) await dropCollection(connection, physical);
    },
  };
}

class QdrantIndex implements VectorIndex {
  readonly name: string;
  readonly #indexedFields = new Set<string>();
  readonly #turns = new SearchTurns(MAX_VECTORS_IN_WORK, MAX_WAITING_SEARCHES);

  constructor(
    private readonly connection: QdrantConnection,
    private readonly setup: CollectionSetup,
    version: string,
    /** The alias; for a replacement, the collection that the alias will refer to. */
    private readonly collection: string,
  ) {
    this.name = `qdrant ${version}`;
  }

  async search(requests: readonly SearchRequest[]): Promise<SearchResult[]> {
    for (const request of requests) checkRequest(request, this.setup.dimension);
    const found = await Promise.all(
      chunks(requests, SEARCHES_A_REQUEST).map((some) =>
        this.#turns.run(vectorsOf(some), () => this.#find(some)),
      ),
    );
    return found.flat();
  }

  async upsert(points: readonly IndexPoint[], revision: Revision): Promise<void> {
    for (const { imageId, vector } of points)
      checkDimension(vector, this.setup.dimension, `The vector of image ${imageId}`);
    await this.#indexFields(points.map((point) => point.payload));
    const vectorBytes = this.setup.dimension * COMPONENT_BYTES;
    const known = new Map<PointPayload, number>();
    const sizeOf = ({ payload }: IndexPoint): number => {
      const bytes = known.get(payload) ?? bytesOf(payload);
      known.set(payload, bytes);
      return vectorBytes + bytes;
    };
    for (const some of cut(points, { most: NAMED_A_REQUEST, mostSize: WRITE_BYTES, sizeOf })) {
      await this.#write((client, collection) =>
        client.upsert(collection, {
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

  async setPayloads(images: readonly ImagePayload[], revision: Revision): Promise<void> {
    await this.#indexFields(images.map(({ payload }) => payload));
    const sizeOf = sharedSize(({ payload }: ImagePayload) => payload, bytesOf);
    for (const some of cut(images, { most: NAMED_A_REQUEST, mostSize: WRITE_BYTES, sizeOf })) {
      // Most images of a product have the same payload.
      const products = [...groupBy(some, ({ productId }) => productId)];
      const operations = products.flatMap(([productId, ofProduct]) =>
        [...groupBy(ofProduct, ({ payload }) => payload)].map(
          ([payload, alike]): Schemas['UpdateOperation'] => ({
            overwrite_payload: {
              payload: toStoredPayload(productId, payload, revision),
              filter: {
                must: [{ has_id: alike.map(({ imageId }) => imageId) }, ofProducts([productId])],
                must_not: [newerThan(revision)],
              },
            },
          }),
        ),
      );
      await this.#write((client, collection) => client.batchUpdate(collection, { wait: true, operations }));
    }
  }

  /**
   * Qdrant's own deletion is permanent and ignores revisions, so another point takes the place of a deleted one until
   * the deletion is forgotten.
   */
  async deleteImages(imageIds: readonly number[], revision: Revision): Promise<void> {
    const vector = Array.from({ length: this.setup.dimension }, (_, i) => Number(i === 0));
    const payload = deletedPayload(revision, new Date());
    const bytes = this.setup.dimension * DELETED_COMPONENT_BYTES + DELETED_PAYLOAD_BYTES;
    for (const some of cut(imageIds, { most: NAMED_A_REQUEST, mostSize: WRITE_BYTES, sizeOf: () => bytes })) {
      await this.#write((client, collection) =>
        client.upsert(collection, {
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
      const { points } = await this.#read((client, collection) =>
        client.scroll(collection, {
          filter: { must: [forgotten] },
          limit: NAMED_A_REQUEST,
          with_payload: false,
        }),
      );
      if (points.length === 0) return;
      // Some may be points again by now.
      const filter = { must: [{ has_id: points.map(({ id }) => id) }, forgotten] };
      await this.#write((client, collection) => client.delete(collection, { wait: true, filter }));
    }
  }

  async scan(after: number | null, limit: number): Promise<readonly IndexPoint[]> {
    const page = {
      ...(after !== null && { offset: after + 1 }),
      ...{ limit, filter: { must_not: [IS_DELETED] }, with_payload: true, with_vector: true },
    };
    const { points } = await this.#read((client, collection) => client.scroll(collection, page));
    return points.map(fromStoredPoint);
  }

  async count(): Promise<number> {
    // An index answers both counts; counting the other points would check every point.
    const [all, deleted] = await Promise.all(
      [{}, { filter: { must: [IS_DELETED] } }].map((which) =>
        this.#search((client, collection) => client.count(collection, { exact: true, ...which })),
      ),
    );
    return (all?.count ?? 0) - (deleted?.count ?? 0);
  }

  /** Does not wait for calls in flight, which end soon. Idle connections close by themselves. */
  async close(): Promise<void> {
    this.connection.close();
  }

  async #find(requests: readonly SearchRequest[]): Promise<SearchResult[]> {
    const searches = requests.map((request) => new QdrantSearch(request));
    const deadline = searchDeadline();
    for (;;) {
      const open = searches.filter((search) => search.result === undefined);
      if (open.length === 0) return searches.flatMap((search) => search.result ?? []);
      await this.#ask(open, deadline);
    }
  }

  async #ask(searches: readonly QdrantSearch[], deadline: number): Promise<void> {
    const answers = await this.#search(
      (client, collection) =>
        client.queryBatch(collection, { searches: searches.map((search) => search.query()) }),
      deadline,
    );
    for (const [i, search] of searches.entries()) search.take(answers[i]?.points);
  }

  /** A range needs an index on its field, and fields are known only when they first occur. */
  async #indexFields(payloads: readonly PointPayload[]): Promise<void> {
    const fields = new Set(payloads.flatMap(({ numbers }) => Object.keys(numbers)));
    for (const field of fields) {
      if (this.#indexedFields.has(field)) continue;
      await this.#untilFound(() =>
        createFieldIndex(this.connection, this.collection, numberPath(field), 'float'),
      );
      this.#indexedFields.add(field);
    }
  }

  #search<T>(
    call: (client: Client, collection: string) => Promise<T>,
    deadline = searchDeadline(),
  ): Promise<T> {
    return this.#untilFound(() =>
      this.connection.search((client) => call(client, this.collection), deadline),
    );
  }

  #read<T>(call: (client: Client, collection: string) => Promise<T>): Promise<T> {
    return this.#untilFound(() => this.connection.read((client) => call(client, this.collection)));
  }

  #write<T>(call: (client: Client, collection: string) => Promise<T>): Promise<T> {
    return this.#untilFound(() => this.connection.write((client) => call(client, this.collection)));
  }

  async #untilFound<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        if (attempt === LOOKUPS) throw new RequestError('INDEX_UNAVAILABLE', DELETED, { cause: error });
      }
    }
  }
}

type Client = Parameters<Parameters<QdrantConnection['search']>[0]>[0];

const bytesOf = (payload: PointPayload): number => Buffer.byteLength(JSON.stringify(payload));
