import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';
import { vitrine, type Running } from '../support/process.js';
import { until } from '../support/waiting.js';

/**
 * A gateway in a separate process, behind a proxy that fails as networks do. Failed on 2026-11-28 without timeouts on
 * the client's side: after the silence, no request was ever answered.
 */

// A process loads the encoder, and each fault takes a few seconds to be noticed.
jest.setTimeout(120_000);

/** Longer than a gateway takes to give up its connections; this silence once left a gateway unresponsive. */
const SILENCE_MS = 15_000;
/** A request that is in flight when Postgres becomes silent fails within this time. */
const FAILS_WITHIN_MS = 20_000;
/** From when Postgres is available again until the gateway is. */
const HEALS_WITHIN_MS = 15_000;
/** More than the pool's connections. */
const IN_FLIGHT = 15;
/** So many that most of them wait for a connection. */
const MANY_IN_FLIGHT = 50;

const PRODUCTS = '{ products(first: 10) { nodes { handle } } }';
const products = z.object({
  data: z.object({ products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) }),
});
const failure = z.object({
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).min(1),
});

let database: TestDatabase;
let proxy: FaultProxy;
let folder: string;
let gateway: Running;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  await seedProduct(database.db, { handle: 'shirt', skus: [{ code: 'SHIRT' }] });
  proxy = await startFaultProxy(database.url);
  folder = await mkdtemp(join(tmpdir(), 'vitrine-silent-'));
  gateway = vitrine(['serve'], {
    env: { DATABASE_URL: proxy.url, VITRINE_DATA: folder, VITRINE_DEMO: '0', PORT: '0', LOG_LEVEL: 'info' },
  });
  [, url = ''] = await gateway.says(/GraphQL +(\S+)\/graphql\n/);
});
afterEach(() => proxy.set('forward'));
afterAll(async () => {
  gateway.child.kill('SIGKILL');
  await gateway.ended;
  await proxy.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function ask(): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: PRODUCTS }),
    signal: AbortSignal.timeout(FAILS_WITHIN_MS),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
}

const readiness = async (): Promise<number> => {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(FAILS_WITHIN_MS) });
  await response.text();
  return response.status;
};

/** Retries until the response has products. */
async function heals(): Promise<void> {
  const deadline = Date.now() + HEALS_WITHIN_MS;
  let last: unknown = null;
  while (Date.now() < deadline) {
    const { status, body } = await ask();
    if (status === 200 && products.safeParse(body).success) return;
    last = body;
    await sleep(100);
  }
  throw new Error(`The gateway did not answer again within ${HEALS_WITHIN_MS} ms: ${JSON.stringify(last)}`);
}

/** Waits for a heartbeat of the connection that hears of changes, and for the pause after a failure. */
const HEARS_WITHIN_MS = 60_000;

const toldOf = (pattern: RegExp): number => gateway.output.stderr.match(pattern)?.length ?? 0;
const losses = (): number => toldOf(/Postgres notifications are unavailable/g);
const returns = (): number => toldOf(/Postgres notifications are available again/g);

async function soon(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + HEARS_WITHIN_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Notifications: ${losses()} losses, ${returns()} returns.`);
    await sleep(50);
  }
}

test.each(['silent', 'reset', 'refuse'] as const)(
  'Postgres goes %s: requests fail with a code, and are answered once it is well again',
  async (fault) => {
    await heals();
    // As many connections as the pool can have, all of them idle.
    await Promise.all(Array.from({ length: IN_FLIGHT }, ask));
    const said = gateway.output.stderr.length;

    const fallen = Date.now();
    await proxy.set(fault);
    const answers = await Promise.all(Array.from({ length: IN_FLIGHT }, ask));
    for (const { status, retryAfter, body } of answers) {
      // The reset may be noticed before the request, which then gets another connection that fails differently.
      const codes = failure.parse(body).errors.map(({ extensions }) => extensions.code);
      expect(new Set(codes)).toEqual(new Set(['DATABASE_UNAVAILABLE']));
      expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '5' });
    }
    // Checks at about the same time share an answer, so that of before the fault may still be told.
    await until('it is unready', async () => (await readiness()) === 503);
    await sleep(Math.max(0, SILENCE_MS - (Date.now() - fallen)));

    await proxy.set('forward');
    await heals();
    await until('it is ready', async () => (await readiness()) === 200);
    const [dumped] = /_events|connectionParameters|INTERNAL/.exec(gateway.output.stderr.slice(said)) ?? [];
    expect(dumped).toBeUndefined();
  },
);

test('what changes after a silence is told by the changes again', async () => {
  await heals();
  await soon(() => returns() === losses());
  const before = losses();
  await proxy.set('silent');
  await soon(() => losses() > before);
  await proxy.set('forward');
  await soon(() => returns() === losses());
});

test('Postgres goes slow: the gateway stays ready, and each request ends in time', async () => {
  await heals();
  await proxy.set('slow');
  const { status, body } = await ask();
  expect({ status, isAnswered: products.safeParse(body).success }).toEqual({ status: 200, isAnswered: true });
  const [ready, ...answers] = await Promise.all([
    readiness(),
    ...Array.from({ length: MANY_IN_FLIGHT }, ask),
  ]);
  expect(ready).toBe(200);
  // Those that waited too long for a connection are told to come back; nothing else may fail.
  const failed = answers.filter((answer) => !products.safeParse(answer.body).success);
  const codes = failed.map((answer) => failure.parse(answer.body).errors[0]?.extensions.code);
  expect(codes).toEqual(codes.map(() => 'SERVICE_OVERLOADED'));
  expect(answers.length).toBeGreaterThan(failed.length);
});
