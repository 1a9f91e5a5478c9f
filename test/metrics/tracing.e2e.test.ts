import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { picture } from '../boards/support.js';
import { seedMarkets } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { vitrine } from '../support/process.js';
import { until } from '../support/waiting.js';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(attribute),
  status: z.object({ message: z.string().optional() }),
});
type Span = z.infer<typeof span>;
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

const SEARCH = `query FindRed($image: ImageInput!, $text: String) {
  visualSearch(query: { like: [{ image: $image }], text: $text }) { nodes { handle } }
}`;
/** The trace and span of a caller, as W3C Trace Context writes them. */
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

/** A collector that keeps what it gets. */
const spans: Span[] = [];
let resources: unknown[] = [];
let collector: Server;
let database: TestDatabase;
let gateway: GatewayProcess;
let folder: string;
beforeAll(async () => {
  collector = createServer((request, response) => {
    json(request).then(
      (body) => {
        for (const { resource, scopeSpans } of exported.parse(body).resourceSpans) {
          resources = resource.attributes;
          spans.push(...scopeSpans.flatMap((scope) => scope.spans));
        }
        response.setHeader('content-type', 'application/json').end('{}');
      },
      () => response.writeHead(400).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'vitrine-tracing-'));
  database = await createTestDatabase();
  await seedMarkets(database.db);
  gateway = await startGatewayProcess(database.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    LOG_LEVEL: 'debug',
  });
});
afterAll(async () => {
  await gateway.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  collector.closeAllConnections();
  collector.close();
});

const inTrace = (traceId: string): Span[] => spans.filter((one) => one.traceId === traceId);
const nameOf = (spanId: string | undefined): string | undefined =>
  spanId === CALLER ? 'the caller' : spans.find((one) => one.spanId === spanId)?.name;

test('a search is a trace that continues the caller’s, and contains nothing that was sent', async () => {
  const image = { base64: (await picture(200, 30, 30)).toString('base64') };
  await gateway.ask(z.unknown(), SEARCH, { image, text: 'confidentialwords' }, undefined, {
    traceparent: `00-${TRACE}-${CALLER}-01`,
    'x-forwarded-for': '203.0.113.9',
  });
  await until('the request is exported', () => inTrace(TRACE).some(({ name }) => name === 'POST /graphql'));

  const parents = Object.fromEntries(
    inTrace(TRACE).map(({ name, parentSpanId }) => [name, nameOf(parentSpanId)]),
  );
  expect(parents).toMatchObject({
    'POST /graphql': 'the caller',
    'execute query': 'POST /graphql',
    'resolve Query.visualSearch': 'execute query',
    'encoder.encode': 'resolve Query.visualSearch',
    'encoder.see': 'resolve Query.visualSearch',
    'image.decode': 'encoder.see',
    'index.search': 'resolve Query.visualSearch',
    'sql search.prove': 'resolve Query.visualSearch',
  });
  const [request] = inTrace(TRACE).filter(({ name }) => name === 'POST /graphql');
  expect(Object.fromEntries(request?.attributes.map(({ key, value }) => [key, value]) ?? [])).toMatchObject({
    'http.request.method': { stringValue: 'POST' },
    'http.route': { stringValue: '/graphql' },
    'http.response.status_code': { intValue: 200 },
  });
  expect(resources).toEqual(
    expect.arrayContaining([
      { key: 'service.name', value: { stringValue: 'vitrine' } },
      { key: 'deployment.environment.name', value: { stringValue: 'test' } },
    ]),
  );
  const text = JSON.stringify(inTrace(TRACE));
  for (const secret of ['confidentialwords', '203.0.113.9', image.base64.slice(0, 40), 'SELECT'])
    expect(text).not.toContain(secret);
});

test('a request that fails has the code of its error, and its log line names the trace', async () => {
  const traceId = TRACE.replace('0af', '1af');
  const headers = { traceparent: `00-${traceId}-${CALLER}-01` };
  const failing = gateway.ask(
    z.unknown(),
    SEARCH,
    { image: { base64: Buffer.from('confidentialbytes').toString('base64') } },
    undefined,
    headers,
  );
  await expect(failing).rejects.toThrow();
  await until('the request is exported', () => inTrace(traceId).some(({ name }) => name === 'POST /graphql'));
  const resolver = inTrace(traceId).find(({ name }) => name === 'resolve Query.visualSearch');
  expect(resolver?.attributes).toContainEqual({
    key: 'error.type',
    value: { stringValue: 'IMAGE_UNDECODABLE' },
  });
  expect(JSON.stringify(inTrace(traceId))).not.toContain('confidential');
  const line = gateway.output.stderr.split('\n').find((text) => text.includes(traceId)) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({ trace_id: traceId, requestId: expect.any(String) });
});

test('background work is in no trace', async () => {
  const names = new Set(
    spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name),
  );
  for (const name of names) expect(name).toMatch(/^(GET|POST) /);
});

test('a collector that does not answer does not hold up the end', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const running = vitrine(['serve'], {
    env: {
      DATABASE_URL: database.url,
      VITRINE_DATA: folder,
      VITRINE_DEMO: '0',
      PORT: '0',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    },
  });
  try {
    const [url] = await running.says(/http:\/\/[\d.]+:\d+(?=\/graphql)/);
    await (await fetch(`${url}/health/live`)).text();
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('exiting')]);
  } finally {
    running.child.kill('SIGKILL');
    silent.closeAllConnections();
    silent.close();
  }
});
