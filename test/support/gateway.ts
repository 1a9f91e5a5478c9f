import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { z } from 'zod';
import { openAgentDoor } from '../../src/agents/agents.js';
import { type KnownAgents, openKnownAgents } from '../../src/agents/ucp/known-agents.js';
import { readConfig, type Config, type GuestLimits } from '../../src/config.js';
import { openContext } from '../../src/app/open-context.js';
import { openBlobStore, type BlobStore } from '../../src/platform/blob-store.js';
import type { Database } from '../../src/platform/postgres.js';
import type { CountLimits } from '../../src/catalog/facets/kept-counts.js';
import { readCatalogImage } from '../../src/images/read-image.js';
import { techPackFile } from '../../src/design/tech-packs.js';
import { DesignEngineName } from '../../src/design/order.js';
import type { Budgets } from '../../src/budgets/budgets.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { gatewayGauges } from '../../src/app/gateway-gauges.js';
import { observedEncoder } from '../../src/app/observed-encoder.js';
import { createSchema } from '../../src/app/schema.js';
import { openServices, type Services } from '../../src/app/services.js';
import { asSubgraph } from '../../src/app/subgraph.js';
import type { TrustedDocuments } from '../../src/server/graphql/trusted-documents.js';
import { createServer } from '../../src/server/http.js';
import { createMetrics } from '../../src/server/metrics.js';
import { openEmbeddedIndex } from '../../src/vector-index/embedded/embedded-index.js';
import type { VectorIndex } from '../../src/vector-index/port.js';
import type { SameProductModel } from '../../src/search/probability/same-product.js';
import { ReplaceableIndex } from '../../src/vector-index/replaceable.js';
import { currentPosition } from '../../src/sync/change.store.js';
import { openFollowedIndex, type FollowedIndex } from '../../src/sync/followed-index.js';
import { loadIndex } from '../../src/sync/load-index.js';
import { revisionOf } from '../../src/sync/revision.js';
import type { Bodies } from '../../src/vision/bodies/bodies.js';
import type { Detector } from '../../src/vision/detector.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER } from './catalog.js';
import { createTestDatabase } from './database.js';
import { silentProgress } from './progress.js';

interface TestAnswer {
  readonly data: unknown;
  readonly errors: readonly { message: string; code: string }[];
}

/** A gateway on a separate database with the embedded index, called over HTTP (in-process). */
export interface TestGateway {
  readonly db: Database;
  readonly http: FastifyInstance;
  readonly services: Services;
  /** What GET /metrics returns. */
  metrics(): Promise<string>;
  /** Resolves once the index has everything that is committed. */
  catchUp(): Promise<void>;
  /** With the `secret` of an API key, or anonymously; with other `headers`. */
  ask(
    document: string,
    variables?: Record<string, unknown>,
    secret?: string,
    headers?: Record<string, string>,
  ): Promise<TestAnswer>;
  /** Like `ask`, but fails on errors. */
  read<T>(
    schema: z.ZodType<T>,
    document: string,
    variables?: Record<string, unknown>,
    secret?: string,
  ): Promise<T>;
  /** Also listens on the network, on its own port; returns the URL of its WebSockets. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

/** More than any test spends. */
export const AMPLE = { anonymousRate: 1e9, keyRate: 1e9, burstSeconds: 1 };

/** Encodes nothing: for tests whose queries are products. */
const noEncoder: Encoder = {
  ...ENCODER,
  encode: () => Promise.reject(new Error('this test encodes nothing')),
  see: () => Promise.reject(new Error('this test encodes nothing')),
  open: () => Promise.reject(new Error('this test encodes nothing')),
  close: () => Promise.resolve(),
};

/**
 * `seed` fills the database before the index is loaded. With `follows: false`, the index stays as it was then, as
 * stale as possible, until `catchUp` loads it again. With `beside`, it is another instance on the database of that
 * gateway. With `qdrant`, that replaces the embedded index. `calibration` is the one included with the encoder.
 */
export async function startTestGateway(
  seed: (db: Database, images: BlobStore) => Promise<void>,
  options: {
    encoder?: Encoder;
    bodies?: Bodies;
    detector?: Detector;
    follows?: boolean;
    beside?: TestGateway;
    qdrant?: Config['qdrant'];
    calibration?: SameProductModel | null;
    anonymousScopes?: Config['anonymousScopes'];
    shoppers?: Config['shoppers'];
    guestLimits?: Partial<GuestLimits>;
    countLimits?: CountLimits;
    designEngines?: ReadonlySet<DesignEngineName>;
    trustedProxies?: readonly string[];
    imageHosts?: readonly string[];
    uploads?: BlobStore;
    budgets?: Budgets;
    subgraph?: boolean;
    documents?: TrustedDocuments;
    /** Agents that the gateway deals with, and its address. */
    agents?: { known: KnownAgents; publicUrl: string | null };
  } = {},
): Promise<TestGateway> {
  const encoder = options.encoder ?? noEncoder;
  const defaults = readConfig({});
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const own = options.beside === undefined ? await createTestDatabase() : null;
  const db = options.beside?.db ?? own?.db;
  if (db === undefined) throw new Error('a gateway has a database');
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-test-'));
  const catalogImages = await openBlobStore(join(folder, 'images'));
  await seed(db, catalogImages);
  const followed =
    options.follows === false
      ? await openStaleIndex(db, encoder)
      : await openFollowedIndex({
          db,
          encoder,
          qdrant: options.qdrant ?? null,
          log,
          progress: silentProgress,
        });
  const metrics = createMetrics();
  const services = openServices({
    db,
    background: db,
    encoder: observedEncoder(encoder, metrics.meter),
    bodies: options.bodies ?? null,
    detector: options.detector ?? null,
    calibration: options.calibration ?? null,
    followed,
    catalogImages,
    uploads: options.uploads ?? (await openBlobStore(join(folder, 'uploads'))),
    imageHosts: new Set(options.imageHosts),
    anonymousScopes: options.anonymousScopes ?? defaults.anonymousScopes,
    shoppers: options.shoppers ?? null,
    guestLimits: { ...defaults.guestLimits, ...options.guestLimits },
    countLimits: options.countLimits,
    designEngines: options.designEngines ?? new Set([DesignEngineName.LOCAL]),
    meter: metrics.meter,
    log,
  });
  const gauges = gatewayGauges({
    db,
    background: db,
    encoder: { load: () => ({ waiting: 0, inWork: 0 }) },
    imageVectors: services.imageVectors,
    followed,
    loops: { index: followed },
  });
  for (const gauge of gauges) metrics.add(gauge);
  const { known, publicUrl } = options.agents ?? { known: openKnownAgents(new Map()), publicUrl: null };
  const agents = { agents: known, publicUrl };
  const http = await createServer({
    schema: options.subgraph ? asSubgraph(createSchema(services)) : createSchema(services),
    createContext: (request) => openContext(services, request),
    budgets: options.budgets ?? new MemoryBudgets(AMPLE),
    uploads: services.uploads,
    catalogImage: (id) => readCatalogImage(services, id),
    isHeld: (id) => services.heldImages.has(id),
    techPack: (id, wish) => techPackFile(services, id, wish),
    ready: () => Promise.resolve({ status: 'ok', checks: {} }),
    metrics,
    trustedProxies: options.trustedProxies ?? [],
    ...(options.documents && { documents: options.documents }),
    openDoor: (app, door) => openAgentDoor(app, door, agents),
    log,
  });

  const ask: TestGateway['ask'] = async (document, variables = {}, secret, headers = {}) => {
    const response = await http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { ...headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
      payload: { query: document, variables },
    });
    const { data, errors } = answer.parse(response.json());
    return { data, errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })) };
  };
  return {
    db,
    http,
    services,
    metrics: () => metrics.registry.metrics(),
    catchUp: () => followed.catchUp(),
    ask,
    async read(schema, document, variables, secret) {
      const { data, errors } = await ask(document, variables, secret);
      if (errors.length > 0)
        throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
      return schema.parse(data);
    },
    async listen() {
      const url = await http.listen({ port: 0, host: '127.0.0.1' });
      return `${url.replace('http', 'ws')}/graphql`;
    },
    async close() {
      await http.close();
      await services.close();
      await followed.close();
      await own?.drop();
      await rm(folder, { recursive: true });
    },
  };
}

async function openStaleIndex(
  db: Database,
  encoder: Encoder,
): Promise<Omit<FollowedIndex, 'advance' | 'replace'>> {
  let position = '';
  const load = async (): Promise<VectorIndex> => {
    const index = await openEmbeddedIndex({ dimension: encoder.dimension });
    position = await currentPosition(db);
    await loadIndex(db, index, encoder.id, revisionOf(position), () => undefined);
    return index;
  };
  const index = new ReplaceableIndex(await load());
  return {
    index,
    position: () => position,
    catchUp: async () => index.replace(await load()).close(),
    health: () => ({ isFailing: false, failures: 0 }),
    close: () => index.close(),
  };
}
