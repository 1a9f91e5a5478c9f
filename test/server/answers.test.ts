import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  COMPILE_FROM_EXECUTION,
  MAX_ANSWER_CHARS,
  MAX_ANSWER_FIELDS,
  MAX_UNSENT_BYTES_PER_CLIENT,
} from '../../src/server/limits.js';
import { boundUnsent, createUnsent } from '../../src/server/unsent.js';
import { openClient, subscribe } from '../support/subscriptions.js';
import { until } from '../support/waiting.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { AMPLE } from '../support/gateway.js';
import { LONG_TEXT, longShop } from './support/long-shop.js';
import { startTestServer } from './support/server.js';

let app: FastifyInstance;
let port: number;
beforeAll(async () => {
  ({ app } = await startTestServer({ schema: longShop() }));
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});

const answer = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
  extensions: z.object({ cost: z.object({ requested: z.number(), actual: z.number() }) }),
});

async function ask(query: string) {
  const response = await app.inject({ method: 'POST', url: '/graphql', payload: { query } });
  const { data, errors, extensions } = answer.parse(response.json());
  return { status: response.statusCode, chars: response.body.length, data, errors, cost: extensions.cost };
}

const aliased = (count: number, field: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');

const long = 'n'.repeat(15_000);

// Failed on 2026-11-29: the first one made a response of 1 GB, and 3.7 GB of memory.
describe('an answer that is too large is refused, whoever executes it', () => {
  test.each([
    ['of long texts', `{ products(first: 100) { ${aliased(20, 'description')} } }`, MAX_ANSWER_CHARS],
    ['of long names', `{ products(first: 200) { ${long}: note } }`, MAX_ANSWER_CHARS],
    ['of errors at long names', `{ products(first: 200) { ${long}: broken } }`, MAX_ANSWER_CHARS],
    [
      'of lists',
      `{ products(first: 30) { skus { ...F } } } fragment F on Sku { code also }`,
      MAX_ANSWER_FIELDS,
    ],
  ])('%s', async (_of, query, limit) => {
    for (let sent = 0; sent < COMPILE_FROM_EXECUTION + 1; sent += 1) {
      const { status, chars, data, errors, cost } = await ask(query);
      expect(errors).toMatchObject([
        { message: expect.stringContaining(String(limit)), extensions: { code: 'COST_EXCEEDED' } },
      ]);
      expect(data).toBeNull();
      expect(status).toBe(400);
      expect(chars).toBeLessThan(2_000);
      expect(cost.actual - cost.requested).toBe(limit === MAX_ANSWER_FIELDS ? limit : 0);
    }
  });

  test('one that fits is complete', async () => {
    const count = Math.floor(MAX_ANSWER_CHARS / LONG_TEXT.length) - 1;
    const { data, errors } = await ask(`{ products(first: ${count}) { description } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({ products: Array(count).fill({ description: LONG_TEXT }) });
  });

  test('over a WebSocket', async () => {
    const client = openClient(`ws://127.0.0.1:${port}/graphql`);
    const events = subscribe(client, `subscription { told { skus { ${long.slice(0, 1_500)}: code } } }`);
    const event = await events.next();
    expect(event?.errors).toMatchObject([{ code: 'COST_EXCEEDED' }]);
    await client.dispose();
  });
});

describe('the actual cost', () => {
  test('of a text has a point for 250 characters beyond the first hundred', async () => {
    const query = '{ products(first: 10) { id description } }';
    await ask(query);
    const { cost } = await ask(query);
    // The texts were assumed to cost 5 points each.
    const texts = 10 * (1 + (LONG_TEXT.length + 'description'.length - 100) / 250);
    expect(cost.actual).toBe(Math.ceil(cost.requested - 10 * 5 + texts));
  });

  // Failed on 2026-11-29: a search for the facets of nothing cost nothing.
  test('of a list that is empty is that of one entry', async () => {
    const query = '{ products(first: 2) { facets { code } } }';
    await ask(query);
    const { cost } = await ask(query);
    expect(cost.requested - cost.actual).toBe(2 * (5 * 501 - 500));
  });

  test('of what failed is what was estimated', async () => {
    const query = '{ products(first: 2) { failing { code } } }';
    await ask(query);
    const { cost, errors } = await ask(query);
    expect(errors).toHaveLength(2);
    expect(cost.actual).toBe(cost.requested);
  });
});

// Failed on 2026-11-29: fifty at once cost 140,000 points each, of a budget of 100,000.
test('what lists cost beyond the estimate is paid before they are resolved', async () => {
  const capacity = 20_000;
  const budgets = new MemoryBudgets({ ...AMPLE, anonymousRate: 1, burstSeconds: capacity });
  const { app: small } = await startTestServer({ schema: longShop(), budgets });
  const query = '{ products(first: 4) { skus { code also } } }';
  const lists = z.object({
    // None when even the estimate could not be paid.
    data: z.object({ products: z.array(z.object({ skus: z.array(z.unknown()).nullable() })) }).optional(),
    errors: answer.shape.errors,
  });
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () =>
      lists.parse((await small.inject({ method: 'POST', url: '/graphql', payload: { query } })).json()),
    ),
  );
  const fields = answers
    .flatMap(({ data }) => data?.products ?? [])
    .reduce((sum, { skus }) => sum + 2 * (skus?.length ?? 0), 0);
  // One list may begin when a single point is left.
  expect(fields).toBeLessThan(capacity + 2 * 2_000 + 500);
  expect(fields).toBeGreaterThan(capacity / 2);
  expect(new Set(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code)))).toEqual(
    new Set(['THROTTLED']),
  );
});

describe('responses that nobody reads', () => {
  const opened: Socket[] = [];
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy();
  });

  const body = JSON.stringify({ query: '{ products(first: 120) { description } }' });
  const request = [
    'POST /graphql HTTP/1.1',
    'Host: shop.example',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');

  /** A connection that sends a request and reads the status, and nothing after it. */
  async function sendFrom(localAddress: string): Promise<{ socket: Socket; status: number }> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    opened.push(socket);
    await once(socket, 'connect');
    socket.write(request);
    await once(socket, 'readable');
    const head = String(socket.read(15));
    return { socket, status: Number(head.slice(9, 12)) };
  }

  // Failed on 2026-11-29: five large answers took 7.8 GB for as long as their connections lasted.
  test('wait for a client up to its share; then it is refused, and others are not', async () => {
    const bytes = 120 * 3 * LONG_TEXT.length;
    const most = Math.floor(MAX_UNSENT_BYTES_PER_CLIENT / bytes);
    const sockets = [];
    const statuses = [];
    for (let sent = 0; sent < most + 3; sent += 1) {
      const { socket, status } = await sendFrom('127.0.0.5');
      sockets.push(socket);
      statuses.push(status);
    }
    expect(statuses).toEqual([...Array<number>(most).fill(200), 503, 503, 503]);
    expect((await sendFrom('127.0.0.6')).status).toBe(200);
    for (const socket of sockets) socket.resume();
    await until('it has read them', async () => (await sendFrom('127.0.0.5')).status === 200);
  });

  // Failed on 2026-11-29: each counted for ever, until all requests of the address were refused.
  test('do not count when their clients had gone before they were ready', async () => {
    const picture = Buffer.alloc(MAX_UNSENT_BYTES_PER_CLIENT / 4);
    const server = Fastify();
    boundUnsent(server, () => false, createUnsent());
    let asked = 0;
    let ready = (): void => undefined;
    server.get('/picture', async (_request, reply) => {
      asked += 1;
      await new Promise<void>((resolve) => (ready = resolve));
      return reply.send(picture);
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = z.object({ port: z.number() }).parse(server.server.address());
    for (let n = 1; n <= 6; n += 1) {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.write('GET /picture HTTP/1.1\r\nHost: shop.example\r\n\r\n');
      await until('it is asked for', () => asked === n);
      socket.destroy();
      await until(
        'the client has gone',
        () =>
          new Promise((resolve, reject) =>
            server.server.getConnections((error, count) => (error ? reject(error) : resolve(count === 0))),
          ),
      );
      ready();
    }
    const last = fetch(`http://127.0.0.1:${port}/picture`);
    await until('it is asked for', () => asked === 7);
    ready();
    expect((await last).status).toBe(200);
    await server.close();
  });

  test('of all clients together are bounded: whoever has most loses its oldest', () => {
    const unsent = createUnsent(300_000);
    const lost: string[] = [];
    const hold = (address: string, bytes: number, name: string) =>
      unsent.hold(address, bytes, () => lost.push(name));
    hold('192.0.2.1', 100_000, 'the oldest');
    hold('192.0.2.1', 100_000, 'a later one');
    hold('192.0.2.2', 90_000, 'one of another');
    expect(lost).toEqual([]);
    hold('192.0.2.3', 70_000, 'the newest');
    expect(lost).toEqual(['the oldest']);
  });
});
