import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { LEAST_CAPACITY } from '../../src/budgets/budgets.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { startTestServer, type TestServer } from '../server/support/server.js';

const RATE = 1_000;
/** A request that costs about 19,000 points. */
const DEAR = `{ expensive(times: [${Array<number>(18).fill(1).join(', ')}]) }`;

let now = 0;
let app: FastifyInstance;
let metrics: TestServer['metrics'];
beforeEach(async () => {
  now = 0;
  const budgets = new MemoryBudgets({ anonymousRate: RATE, keyRate: RATE, burstSeconds: 1, now: () => now });
  ({ app, metrics } = await startTestServer({ budgets }));
});

const post = (query: string) => app.inject({ method: 'POST', url: '/graphql', payload: { query } });

interface Throttled {
  readonly errors: readonly [
    { readonly extensions: { readonly code: string; readonly retryAfterMs: number } },
  ];
  readonly extensions: { readonly cost: { readonly available: number } };
}

describe('a caller without points', () => {
  test('is throttled with the time after which the request succeeds', async () => {
    expect((await post(DEAR)).statusCode).toBe(200);
    const refused = await post(DEAR);
    expect(refused.statusCode).toBe(429);
    const { errors, extensions } = refused.json<Throttled>();
    const [{ extensions: error }] = errors;
    expect(error.code).toBe('THROTTLED');
    expect(extensions.cost.available).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBe(Math.ceil(error.retryAfterMs / 1_000));
    now += error.retryAfterMs;
    expect((await post(DEAR)).statusCode).toBe(200);
    const { errors: others } = (await post(DEAR)).json<Throttled>();
    now += others[0].extensions.retryAfterMs - 2;
    expect((await post(DEAR)).statusCode).toBe(429);
    expect(await metrics()).toContain('graphql_throttled_total{payer="client"} 3');
  });

  test('can still send what it can afford', async () => {
    await post(DEAR);
    expect((await post(DEAR)).statusCode).toBe(429);
    expect((await post('{ channel }')).statusCode).toBe(200);
  });

  test('never has more than the capacity', async () => {
    now += 1_000_000_000;
    const { extensions } = (await post('{ channel }')).json<Throttled>();
    expect(extensions.cost.available).toBeLessThan(LEAST_CAPACITY);
    expect(extensions.cost.available).toBeGreaterThan(LEAST_CAPACITY - 100);
  });
});

test('documents that are never valid cost something too', async () => {
  const text = (n: number): string =>
    `{ ${Array.from({ length: 300 }, (_, i) => `nope${n}x${i}`).join(' ')} }`;
  let n = 0;
  let status = 0;
  while (status !== 429 && n < 2_000) status = (await post(text((n += 1)))).statusCode;
  expect(status).toBe(429);
  while ((await post('{ channel }')).statusCode === 200);
  // Before it is parsed.
  const refused = await post('{');
  expect(refused.statusCode).toBe(429);
  expect(refused.json<Throttled>().errors[0].extensions.retryAfterMs).toBeGreaterThan(0);
  expect(refused.headers['retry-after']).toBe('1');
});

test('a document that is not valid costs the same each time', async () => {
  const text = `{ ${Array.from({ length: 300 }, (_, i) => `nope${i}`).join(' ')} }`;
  const costs = [];
  for (let round = 0; round < 3; round += 1)
    costs.push(
      (await post(text)).json<{ extensions: { cost: { actual: number } } }>().extensions.cost.actual,
    );
  expect(costs[0]).toBeGreaterThan(80);
  expect(new Set(costs).size).toBe(1);
});

test('large bodies cost something, whatever is in them', async () => {
  const body = (size: number) => ({ query: '{ channel }', variables: { unused: 'x'.repeat(size) } });
  const cost = async (size: number): Promise<number> => {
    const response = await app.inject({ method: 'POST', url: '/graphql', payload: body(size) });
    return response.json<{ extensions: { cost: { actual: number } } }>().extensions.cost.actual;
  };
  await cost(1);
  expect((await cost(4_000_000)) - (await cost(1))).toBe(1_000);
});

test('uploads and renditions are paid for, and what is in memory is not', async () => {
  const { default: sharp } = await import('sharp');
  const upload = async (shade: number) => {
    const image = sharp({
      create: { width: 900, height: 900, channels: 3, background: { r: shade, g: 9, b: 9 } },
    });
    return app.inject({
      method: 'POST',
      url: '/images',
      headers: { 'content-type': 'image/png' },
      payload: await image.png().toBuffer(),
    });
  };
  const first = await upload(0);
  const { id } = first.json<{ id: string }>();
  const statuses = [];
  for (let shade = 1; shade < 60; shade += 1) statuses.push((await upload(shade)).statusCode);
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(429);
  const refused = await upload(61);
  expect(refused.json()).toMatchObject({ error: { code: 'THROTTLED', retryAfterMs: expect.any(Number) } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);

  const render = (width: number) => app.inject({ url: `/images/${id}?width=${width}` });
  expect((await render(400)).statusCode).toBe(429);
  now += 30_000;
  expect((await render(400)).statusCode).toBe(200);
  while ((await upload(62 + now)).statusCode === 200) now += 1;
  expect((await render(900)).statusCode).toBe(429);
  expect((await render(400)).statusCode).toBe(200);
});

test('GraphiQL is paid for when it is sent, and its page, the shop, and health are free', async () => {
  const { body } = await app.inject({ url: '/graphiql' });
  const url = /src="(\/page\/graphiql-\w+\.js)"/.exec(body)?.[1] ?? '';
  const script = await app.inject({ url });
  expect(script.statusCode).toBe(200);
  const known = { 'if-none-match': String(script.headers.etag) };
  while ((await post(DEAR)).statusCode === 200);
  while ((await app.inject({ url })).statusCode === 200);
  const refused = await app.inject({ url });
  expect(refused.json()).toMatchObject({ error: { code: 'THROTTLED' } });
  expect(String(refused.headers['cache-control'])).not.toContain('immutable');
  expect((await app.inject({ url, headers: known })).statusCode).toBe(304);
  expect((await app.inject({ url: '/graphiql' })).statusCode).toBe(200);
  expect((await app.inject({ url: '/' })).statusCode).toBe(200);
  expect((await app.inject({ url: '/health/live' })).statusCode).toBe(200);
});
