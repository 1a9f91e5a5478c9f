import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { z } from 'zod';
import { type BlobStore, openBlobStore } from '../../../src/platform/blob-store.js';
import { createServer, type HttpOptions } from '../../../src/server/http.js';
import { MemoryBudgets } from '../../../src/budgets/memory-budgets.js';
import { AMPLE } from '../../support/gateway.js';
import { createMetrics } from '../../../src/server/metrics.js';
import { TestContext, testSchema } from './schema.js';

export interface TestServer {
  readonly app: FastifyInstance;
  readonly uploads: BlobStore;
  /** What GET /metrics returns. */
  readonly metrics: () => Promise<string>;
  /** The parsed log. */
  readonly logged: Record<string, unknown>[];
}

const logEntry = z.record(z.string(), z.unknown());
const started: { app: FastifyInstance; folder: string }[] = [];

// A server left open after a failed test would keep the test process from ending.
afterAll(async () => {
  for (const { app, folder } of started) {
    await app.close();
    await rm(folder, { recursive: true });
  }
});

/** A server with the test schema and a separate folder; closed after the file's last test. */
export async function startTestServer(options: Partial<HttpOptions<TestContext>> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-http-'));
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info' },
    {
      write: (line: string) => {
        const entry: unknown = JSON.parse(line);
        logged.push(logEntry.parse(entry));
      },
    },
  );
  await writeOperations(join(folder, 'operations'));
  const metrics = createMetrics(options.documents);
  const uploads = await openBlobStore(join(folder, 'uploads'));
  const app = await createServer({
    schema: await testSchema(),
    createContext: (facts) => new TestContext(facts),
    budgets: new MemoryBudgets(AMPLE),
    uploads,
    catalogImage: async () => null,
    isHeld: async () => false,
    techPack: async () => null,
    ready: async () => ({ status: 'ok', checks: { postgres: 'ok' } }),
    metrics,
    log,
    operations: pathToFileURL(join(folder, 'operations/')),
    ...options,
  });
  started.push({ app, folder });
  return { app, uploads, metrics: () => metrics.registry.metrics(), logged };
}

/** Two groups of sample operations. */
async function writeOperations(folder: string): Promise<void> {
  const files = {
    '1-to-begin-with/2-second.graphql': '# Which market? Nothing else.\nquery Second { channel }',
    '1-to-begin-with/1-first.graphql':
      '# The first garments:\n# </script>\nquery First($first: Int) { garments(first: $first) { nodes { id } } }',
    '1-to-begin-with/1-first.variables.json': '{ "first": 3 }',
    '2-more/1-third.graphql': 'subscription Third { ticks }',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: readonly { message: string; code: unknown; path: unknown; locations: unknown }[];
}

/** Sends an operation to POST /graphql. */
export async function send(
  app: FastifyInstance,
  query: string,
  variables?: Record<string, unknown>,
  operationName?: string,
): Promise<Answer> {
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query, variables, operationName },
  });
  const { data, errors = [] } = response.json<{ data?: unknown; errors?: Record<string, never>[] }>();
  return {
    status: response.statusCode,
    data,
    errors: errors.map(({ message, extensions, path, locations }) => ({
      message: String(message),
      code: extensions?.['code'],
      path,
      locations,
    })),
  };
}
