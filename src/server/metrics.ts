import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ERROR_STATUS } from '../errors.js';
import type { GaugeSource } from '../graph/gauge.js';
import type { Meter } from '../graph/meter.js';
import type { Payer, ServerContext } from '../graph/server-context.js';
import { addGauge } from './gauges.js';
import { MAX_COST, MAX_OPERATION_NAMES } from './limits.js';
import { createMeter } from './meter.js';
import type { TrustedDocuments } from './graphql/trusted-documents.js';

/** Seconds, from a response out of memory to one that ran into a timeout. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Estimated points, from a small field to the limit. */
const COST_BUCKETS = [10, 100, 500, 1_000, 2_500, 5_000, 10_000, MAX_COST];

const PAYERS: readonly Payer['kind'][] = ['key', 'client'];

const CACHES = ['documents', 'compiled', 'renditions'] as const;
type Cache = (typeof CACHES)[number];

/** Prometheus metrics of the process: HTTP by route, GraphQL by operation and code, and what features report. */
export interface Metrics {
  readonly registry: Registry;
  readonly meter: Meter;
  readonly plugin: ApolloServerPlugin<ServerContext>;
  /** An error of a GraphQL response. */
  readonly countError: (code: string) => void;
  /** An error of a route other than /graphql. */
  readonly countHttpError: (code: string) => void;
  readonly observeCost: (cost: number) => void;
  readonly countThrottled: (payer: Payer['kind']) => void;
  readonly countLookup: (cache: Cache, isHit: boolean) => void;
  readonly countUpload: (bytes: number) => void;
  /** Number of open WebSockets. */
  readonly sockets: Gauge;
  readonly subscriptions: Gauge;
  readonly compilations: Counter;
  /** Total selections of the cached compiled operations. */
  readonly compiledSelections: Gauge;
  add(source: GaugeSource): void;
  /** Times every request of the server, and counts its connections. */
  install(app: FastifyInstance): void;
}

/** The documents whose operations have labels of their own. */
type Labeled = Pick<TrustedDocuments, 'has' | 'operationNames'>;

export function createMetrics(documents: Labeled = { has: () => false, operationNames: new Set() }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of the response.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const operations = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time from the parsed request of a GraphQL operation to its result.',
    labelNames: ['operation'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors in GraphQL responses, by code.',
    labelNames: ['code'],
    registers,
  });
  const httpErrors = new Counter({
    name: 'http_errors_total',
    help: 'Errors of other routes than /graphql, such as /images, by code.',
    labelNames: ['code'],
    registers,
  });
  // A series that starts at its first error hides that error from rate().
  for (const code of [...Object.keys(ERROR_STATUS), 'INTERNAL_SERVER_ERROR'])
    for (const counter of [errors, httpErrors]) counter.inc({ code }, 0);
  const costs = new Histogram({
    name: 'graphql_operation_cost',
    help: 'Estimated cost of GraphQL operations, including those that were refused for it.',
    buckets: COST_BUCKETS,
    registers,
  });
  const throttled = new Counter({
    name: 'graphql_throttled_total',
    help: 'GraphQL requests that were refused because the budget of their API key or client lacked points.',
    labelNames: ['payer'],
    registers,
  });
  for (const payer of PAYERS) throttled.inc({ payer }, 0);
  const lookups = new Counter({
    name: 'vitrine_cache_lookups_total',
    help: 'Lookups in the caches of parsed documents, compiled operations, and renditions of images.',
    labelNames: ['cache', 'result'],
    registers,
  });
  for (const cache of CACHES) for (const result of ['hit', 'miss']) lookups.inc({ cache, result }, 0);
  const uploads = new Counter({
    name: 'vitrine_uploads_total',
    help: 'Images that were uploaded and stored.',
    registers,
  });
  const uploadedBytes = new Counter({
    name: 'vitrine_uploaded_bytes_total',
    help: 'Bytes of the images that were uploaded and stored.',
    registers,
  });
  const sockets = new Gauge({ name: 'graphql_websockets', help: 'Open WebSockets.', registers });
  const subscriptions = new Gauge({ name: 'graphql_subscriptions', help: 'Open subscriptions.', registers });
  const compilations = new Counter({
    name: 'graphql_compilations_total',
    help: 'GraphQL operations that were compiled.',
    registers,
  });
  const compiledSelections = new Gauge({
    name: 'graphql_compiled_selections',
    help: 'Selections of the compiled GraphQL operations in memory.',
    registers,
  });
  const knownNames = new Set<string>();

  // Clients choose the names, so only the first ones get their own label and the rest share one. The names of trusted
  // documents are not theirs to choose: nothing else is counted as such an operation, or takes its label.
  const labelOf = (name: string | null | undefined, isTrusted: boolean): string => {
    if (!name) return 'anonymous';
    if (isTrusted) return name;
    if (documents.operationNames.has(name)) return 'other';
    if (knownNames.size < MAX_OPERATION_NAMES) knownNames.add(name);
    return knownNames.has(name) ? name : 'other';
  };
  const add = (source: GaugeSource): void => addGauge(registry, source);

  return {
    registry,
    meter: createMeter(registry),
    add,
    countError: (code) => errors.inc({ code }),
    countHttpError: (code) => httpErrors.inc({ code }),
    observeCost: (cost) => costs.observe(cost),
    countThrottled: (payer) => throttled.inc({ payer }),
    countLookup: (cache, isHit) => lookups.inc({ cache, result: isHit ? 'hit' : 'miss' }),
    countUpload(bytes) {
      uploads.inc();
      uploadedBytes.inc(bytes);
    },
    sockets,
    subscriptions,
    compilations,
    compiledSelections,
    plugin: {
      async requestDidStart() {
        const startedAt = performance.now();
        return {
          async willSendResponse({ operation, operationName, queryHash }) {
            if (!operation) return;
            const seconds = (performance.now() - startedAt) / 1000;
            operations.observe({ operation: labelOf(operationName, documents.has(queryHash)) }, seconds);
          },
        };
      },
    },
    install(app) {
      app.addHook('onResponse', (request, reply, done) => {
        const route = request.routeOptions.url ?? 'unknown';
        const labels = { method: request.method, route, status: String(reply.statusCode) };
        requests.observe(labels, reply.elapsedTime / 1000);
        done();
      });
      add({
        name: 'http_connections',
        help: 'Open connections to the HTTP server, including WebSockets.',
        type: 'gauge',
        labels: [],
        read: async () => [{ labels: {}, value: await connectionsOf(app) }],
      });
    },
  };
}

function connectionsOf({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
