import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import sharp from 'sharp';
import { seedChannels, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startFakeQdrant } from '../support/fake-qdrant.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateways.js';
import { noQdrant, testCollection } from '../support/qdrant.js';
import { until } from '../support/waiting.js';

/**
 * Gateways whose Qdrant fails. Failed on 2026-11-28: a gateway did not start without Qdrant, and a running one became
 * unready, which cut off the checkout.
 */

/** More than a search may take on a busy machine, and less than one took when each attempt had a timeout of its own. */
const SEARCH_WITHIN_MS = 20_000;
/** Less than the time after which a process that has not stopped is ended. */
const STOPS_WITHIN_MS = 15_000;

let database: TestDatabase;
let image: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedChannels(database.db);
  await seedProduct(database.db, { handle: 'shirt', skus: [{ code: 'SHIRT', stock: { berlin: 900 } }] });
  const color = { r: 200, g: 30, b: 30 };
  const bytes = await sharp({ create: { width: 32, height: 32, channels: 3, background: color } })
    .png()
    .toBuffer();
  image = bytes.toString('base64');
});
afterAll(() => database.drop());

const proxies: FaultProxy[] = [];
const gateways: GatewayProcess[] = [];
const servers: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.kill()));
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The Qdrant of QDRANT_URL, or what stands in for it. */
async function startQdrant(): Promise<{ url: string; env: Record<string, string> }> {
  if (noQdrant !== undefined) {
    const fake = await startFakeQdrant();
    servers.push(fake);
    return { url: fake.url, env: {} };
  }
  const real = testCollection();
  servers.push({ close: () => real.drop() });
  const { url, apiKey, collection } = real;
  return { url, env: { QDRANT_COLLECTION: collection, ...(apiKey !== null && { QDRANT_API_KEY: apiKey }) } };
}

async function start(
  qdrantUrl: string,
  env: Record<string, string> = {},
): Promise<{
  proxy: FaultProxy;
  gateway: (fault: 'forward' | 'silent' | 'refuse') => Promise<GatewayProcess>;
}> {
  const proxy = await startFaultProxy(qdrantUrl);
  proxies.push(proxy);
  return {
    proxy,
    async gateway(fault) {
      await proxy.set(fault);
      const gateway = await startGatewayProcess(database.url, { QDRANT_URL: proxy.url, ...env });
      gateways.push(gateway);
      return gateway;
    },
  };
}

const readiness = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });
const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).default([]),
});

async function ready({ url }: GatewayProcess): Promise<{ http: number } & z.infer<typeof readiness>> {
  const response = await fetch(`${url}/health/ready`);
  return { http: response.status, ...readiness.parse(await response.json()) };
}

async function ask({ url }: GatewayProcess, query: string, variables = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(SEARCH_WITHIN_MS),
  });
  const { data, errors } = answer.parse(await response.json());
  return {
    http: response.status,
    retryAfter: response.headers.get('retry-after'),
    data,
    codes: errors.map(({ extensions }) => extensions.code),
  };
}

const search = (gateway: GatewayProcess) =>
  ask(
    gateway,
    `query ($image: Base64!) {
      visualSearch(query: { like: [{ image: { base64: $image } }] }) { nodes { handle } }
    }`,
    { image },
  );

/** No image is encoded. */
const FOUND = { http: 200, codes: [], data: { visualSearch: { nodes: [] } } };
const AWAY = { http: 503, retryAfter: '5', data: { visualSearch: null }, codes: ['INDEX_UNAVAILABLE'] };

async function sellsWithoutSearches(gateway: GatewayProcess): Promise<void> {
  const state = await ready(gateway);
  expect(state).toMatchObject({ http: 200, status: 'degraded', checks: { postgres: 'ok' } });
  expect(state.checks['index']).toMatch(/^degraded: /);
  expect(await ask(gateway, '{ products(first: 1) { nodes { handle } } }')).toMatchObject({
    http: 200,
    retryAfter: null,
    data: { products: { nodes: [{ handle: 'shirt' }] } },
  });
  const { data } = await ask(gateway, '{ sku(code: "SHIRT") { id } }');
  const { sku } = z.object({ sku: z.object({ id: z.string() }) }).parse(data);
  const hold = `mutation ($sku: ID!) {
    holdCreate(input: { lines: [{ sku: $sku }] }) { hold { id } userErrors { code } }
  }`;
  expect(await ask(gateway, hold, { sku: sku.id })).toMatchObject({
    http: 200,
    codes: [],
    data: { holdCreate: { userErrors: [] } },
  });
  expect(await search(gateway)).toEqual(AWAY);
  // With other data, the answer is worth having.
  const both = await ask(
    gateway,
    `query ($image: Base64!) {
      channel { handle }
      visualSearch(query: { like: [{ image: { base64: $image } }] }) { nodes { handle } }
    }`,
    { image },
  );
  expect(both).toMatchObject({ http: 200, retryAfter: '5', codes: ['INDEX_UNAVAILABLE'] });
}

async function stopsSoon(gateway: GatewayProcess): Promise<void> {
  gateways.splice(gateways.indexOf(gateway), 1);
  const began = Date.now();
  await gateway.stop();
  expect(Date.now() - began).toBeLessThan(STOPS_WITHIN_MS);
}

test.each(['refuse', 'silent'] as const)(
  'a gateway that starts while Qdrant is away (%s) serves everything except searches, and stops',
  async (fault) => {
    const { gateway: open } = await start('http://127.0.0.1:1');
    const gateway = await open(fault);
    await sellsWithoutSearches(gateway);
    await stopsSoon(gateway);
    expect(gateway.output.stderr).not.toMatch(/"level":50|A resolver failed/);
  },
);

test('a gateway opens the index as soon as Qdrant is there', async () => {
  const { url, env } = await startQdrant();
  const { proxy, gateway: open } = await start(url, env);
  const gateway = await open('refuse');
  await sellsWithoutSearches(gateway);
  await proxy.set('forward');
  await until('the gateway is well', async () => (await ready(gateway)).status === 'ok');
  expect(await search(gateway)).toMatchObject(FOUND);
});

test('a gateway whose Qdrant is silent for a while', async () => {
  const { url, env } = await startQdrant();
  const { proxy, gateway: open } = await start(url, env);
  const gateway = await open('forward');
  await until('the gateway is well', async () => (await ready(gateway)).status === 'ok');
  expect(await search(gateway)).toMatchObject(FOUND);
  await proxy.set('silent');
  const failed = await Promise.all(Array.from({ length: 30 }, () => search(gateway)));
  expect(failed).toEqual(Array(30).fill(AWAY));
  await sellsWithoutSearches(gateway);
  const lines = gateway.output.stderr.split('\n').filter((line) => line.includes('Qdrant does not answer'));
  expect(lines).toHaveLength(1);
  await proxy.set('forward');
  await until('searches work', async () => (await search(gateway)).http === 200);
  expect(await search(gateway)).toMatchObject(FOUND);
  await proxy.set('silent');
  await stopsSoon(gateway);
});
