import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { READINESS_MS } from '../../src/server/limits.js';
import { until } from '../support/waiting.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});

/** All of them are optional: statuses for errors as application/json. */
const APOLLO_LEAVES_OPEN = [
  'warn 572B', // SHOULD answer 200 when parsing fails
  'warn 7B9B', // SHOULD answer 200 when a variable is bad
  'warn FDE2', // SHOULD answer 200 when validation fails
];

test('speaks GraphQL over HTTP: what Apollo Server leaves open, and no more', async () => {
  const audited = await startTestServer();
  const url = await audited.app.listen({ port: 0, host: '127.0.0.1' });
  const results = await Promise.all(
    serverAudits({ url: `${url}/graphql`, fetchFn: fetch }).map((audit) => audit.fn()),
  );
  const failed = results.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${status} ${id}`);
  expect(results.length).toBeGreaterThanOrEqual(60);
  expect(failed.sort()).toEqual(APOLLO_LEAVES_OPEN);
});

test('a URL that is none is an error like others', async () => {
  const response = await server.app.inject({ url: '/images/%' });
  expect(response.statusCode).toBe(400);
  expect(response.json()).toEqual({ error: { code: 'BAD_USER_INPUT', message: expect.any(String) } });
});

test('readiness is what the gateway says, and an error means unready', async () => {
  expect((await server.app.inject('/health/live')).json()).toEqual({ status: 'ok' });
  const ready = await server.app.inject('/health/ready');
  expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ok', checks: { postgres: 'ok' } }]);
  const states = [
    async () => ({ status: 'unavailable' as const, checks: { postgres: 'no answer' } }),
    () => Promise.reject(new Error('no connection')),
  ];
  for (const state of states) {
    const unready = await startTestServer({ ready: state });
    const response = await unready.app.inject('/health/ready');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ status: 'unavailable' });
  }
});

test('those who ask at about the same time share one readiness check', async () => {
  let checks = 0;
  const { app } = await startTestServer({
    ready: async () => {
      checks += 1;
      await setImmediate();
      return { status: 'ok', checks: {} };
    },
  });
  const responses = await Promise.all(Array.from({ length: 20 }, () => app.inject('/health/ready')));
  expect(new Set(responses.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  expect(checks).toBe(1);
  await sleep(READINESS_MS);
  await until('it is checked again', async () => {
    await app.inject('/health/ready');
    return checks === 2;
  });
});

test('metrics count requests by route, operations by a bounded name, and errors by code', async () => {
  const metered = await startTestServer();
  const post = (payload: object) => metered.app.inject({ method: 'POST', url: '/graphql', payload });
  for (let index = 0; index < 120; index += 1) await post({ query: `query Name${index} { channel }` });
  await post({ query: '{ missing { id } }' });
  const body = await metered.metrics();
  expect(body).toContain(
    'http_request_duration_seconds_count{method="POST",route="/graphql",status="200"} 121',
  );
  expect(body).toContain('graphql_operation_duration_seconds_count{operation="Name0"} 1');
  expect(body).toContain('graphql_operation_duration_seconds_count{operation="other"} 20');
  expect(body).toContain('graphql_errors_total{code="NOT_FOUND"} 1');
  expect(body).toContain('process_cpu_seconds_total');
});

test('any page may call the API, without credentials', async () => {
  const preflight = await server.app.inject({
    method: 'OPTIONS',
    url: '/graphql',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization',
    },
  });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'content-type,authorization',
  });
  expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials');
});

test('an unknown path says where things are', async () => {
  const response = await server.app.inject('/nowhere');
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({
    error: { code: 'NOT_FOUND', message: expect.stringContaining('/graphql') },
  });
});

test('closing lets the request in flight end', async () => {
  const closing = await startTestServer();
  await closing.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = closing.app.server.address() as AddressInfo;
  const answer = new Promise<string>((resolve, reject) => {
    const call = request(
      {
        port,
        host: '127.0.0.1',
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () => resolve(body));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify({ query: '{ slow }' }));
  });
  await new Promise((resolve) => closing.app.server.once('request', resolve));
  await closing.app.close();
  expect(JSON.parse(await answer)).toMatchObject({ data: { slow: 'done' } });
});
