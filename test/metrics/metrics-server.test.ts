import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createMetricsServer } from '../../src/server/metrics-server.js';
import { createMetrics } from '../../src/server/metrics.js';
import { startTestServer } from '../server/support/server.js';
import { valueOf } from './support.js';

const metrics = createMetrics();
let app: FastifyInstance;
beforeAll(async () => {
  app = await createMetricsServer({
    metrics,
    ready: async () => ({ status: 'unavailable', checks: { postgres: 'gone' } }),
    leaving: new AbortController().signal,
    log: pino({ level: 'silent' }),
  });
});
afterAll(() => app.close());

test('serves metrics and health', async () => {
  const { headers, body } = await app.inject('/metrics');
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining('text/plain'),
    'cache-control': 'no-store',
  });
  expect(valueOf(body, 'graphql_errors_total', { code: 'SERVICE_OVERLOADED' })).toBe(0);
  expect((await app.inject('/health/live')).statusCode).toBe(200);
  expect((await app.inject('/health/ready')).statusCode).toBe(503);
});

test('the public server has no metrics', async () => {
  const server = await startTestServer();
  expect((await server.app.inject('/metrics')).statusCode).toBe(404);
});

test('a metric that never comes does not keep the others', async () => {
  let reads = 0;
  metrics.add({
    name: 'vitrine_test_silent',
    help: 'h',
    type: 'gauge',
    labels: [],
    read() {
      reads += 1;
      return new Promise(() => undefined);
    },
  });
  metrics.add({
    name: 'vitrine_test_broken',
    help: 'h',
    type: 'counter',
    labels: [],
    read: () => Promise.reject(new Error('broken')),
  });
  for (let scrape = 0; scrape < 2; scrape += 1) {
    const { body } = await app.inject('/metrics');
    expect(valueOf(body, 'vitrine_uploads_total')).toBe(0);
    expect(valueOf(body, 'vitrine_test_silent')).toBeUndefined();
    expect(valueOf(body, 'vitrine_test_broken')).toBeUndefined();
  }
  // The second scrape waits for the same read, so that scrapes of a silent database do not pile up.
  expect(reads).toBe(1);
});
