import type { GaugeSource } from '../graph/gauge.js';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServerContext } from '../graph/server-context.js';
import type { TrustedDocuments } from './graphql/trusted-documents.js';
import { MAX_OPERATION_NAMES } from './limits.js';

/** Seconds, from a response out of memory to one that ran into a timeout. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Prometheus metrics of the process, HTTP by route, GraphQL by operation name and error code, and WebSockets. */
export interface Metrics {
  readonly registry: Registry;
  readonly plugin: ApolloServerPlugin<ServerContext>;
  readonly countError: (code: string) => void;
  /** Number of open WebSockets. */
  readonly sockets: Gauge;
  readonly subscriptions: Gauge;
  readonly compilations: Counter;
  /** Total selections of the cached compiled operations. */
  readonly compiledSelections: Gauge;
  /** Times every request of the server and serves GET /metrics. */
  install(app: FastifyInstance): void;
}

/** The documents whose operations have labels of their own. */
type Labeled = Pick<TrustedDocuments, 'has' | 'operationNames'>;

export function createMetrics(
  gauges: readonly GaugeSource[] = [],
  documents: Labeled = { has: () => false, operationNames: new Set() },
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, help, label, read } of gauges) {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        // A gauge that fails is left out; the other metrics are still returned.
        const counts = await read().catch(() => ({}));
        gauge.reset();
        for (const [value, count] of Object.entries(counts)) gauge.set({ [label]: value }, count);
      },
    });
  }
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of the response.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  const operations = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time from the parsed request of a GraphQL operation to its result.',
    labelNames: ['operation'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors in GraphQL responses, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const sockets = new Gauge({
    name: 'graphql_websockets',
    help: 'Open WebSockets.',
    registers: [registry],
  });
  const subscriptions = new Gauge({
    name: 'graphql_subscriptions',
    help: 'Open subscriptions.',
    registers: [registry],
  });
  const compilations = new Counter({
    name: 'graphql_compilations_total',
    help: 'GraphQL operations that were compiled.',
    registers: [registry],
  });
  const compiledSelections = new Gauge({
    name: 'graphql_compiled_selections',
    help: 'Selections of the compiled GraphQL operations in memory.',
    registers: [registry],
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

  return {
    registry,
    countError: (code) => errors.inc({ code }),
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
      app.get('/metrics', async (_request, reply) =>
        reply.type(registry.contentType).send(await registry.metrics()),
      );
    },
  };
}
