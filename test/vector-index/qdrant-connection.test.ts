import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { QdrantConnection, SEARCH_DEADLINE_MS } from '../../src/vector-index/qdrant/connection.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/waiting.js';

/**
 * Calls to a Qdrant that fails, as a search makes them. Failed on 2026-11-28: a search took 26 s when Qdrant was
 * silent, and each attempt of each search logged a warning.
 */

/** Far more than the deadline of a search, and far less than several attempts with a timeout each. */
const SOON_MS = 10_000;
/** From when a healthy Qdrant is there until one of the searches tries again. */
const PROBES_AFTER_MS = 1_100;

/** Answers the list of collections, which needs no vectors; nothing while it hangs, like a process that was stopped. */
let hangs = false;
let requests = 0;
const server = createServer((_request, response) => {
  requests += 1;
  if (hangs) return;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ result: { collections: [] }, status: 'ok' }));
});

let proxy: FaultProxy;
let connection: QdrantConnection;
let said: string[] = [];
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  proxy = await startFaultProxy(`http://127.0.0.1:${address.port}`);
  said = [];
  hangs = false;
  const log = pino(
    { level: 'info' },
    { write: (line: string) => said.push(/"msg":"([^"]*)"/.exec(line)?.[1] ?? '') },
  );
  connection = new QdrantConnection({ url: proxy.url.replace(/\/$/, '') }, log);
});
afterEach(async () => {
  connection.close();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const search = (): Promise<unknown> => connection.search((client) => client.getCollections());
const outcome = (): Promise<unknown> =>
  search().then(
    () => 'an answer',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
const soon = <T>(work: Promise<T>): Promise<T | string> =>
  Promise.race([work, sleep(SOON_MS, 'took too long', { ref: false })]);

test.each(['silent', 'refuse', 'reset', 'slow'] as const)(
  'Qdrant goes %s: searches fail together, then at once, and work again when it is back',
  async (fault) => {
    expect(await outcome()).toBe('an answer');
    await proxy.set(fault, 2 * SEARCH_DEADLINE_MS);
    const waiting = Array.from({ length: 100 }, outcome);
    expect(new Set(await soon(Promise.all(waiting)))).toEqual(new Set(['INDEX_UNAVAILABLE']));

    await proxy.set('forward');
    await until('all searches are answered', async () => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, outcome));
      return outcomes.every((each) => each === 'an answer');
    });
    expect(said.slice(0, 2)).toEqual([
      'Qdrant does not answer; searches fail until it does',
      'Qdrant answers again',
    ]);
    // There is no line for each failure; a busy machine may be too slow for the deadline once more.
    expect(said.length).toBeLessThanOrEqual(4);
  },
);

test('a Qdrant that is a little slow answers', async () => {
  await proxy.set('slow');
  const asked = Array.from({ length: 20 }, outcome);
  expect(await Promise.all(asked)).toEqual(Array(20).fill('an answer'));
  expect(said).toEqual([]);
});

test('while Qdrant hangs, one search per second reaches it', async () => {
  hangs = true;
  await Promise.all(Array.from({ length: 10 }, outcome));
  await sleep(PROBES_AFTER_MS);
  requests = 0;
  const failed = await Promise.all(Array.from({ length: 50 }, outcome));
  expect(new Set(failed)).toEqual(new Set(['INDEX_UNAVAILABLE']));
  expect(requests).toBe(1);
  hangs = false;
  await until('a search is answered', async () => (await outcome()) === 'an answer');
});

test('a short restart of Qdrant is not noticed', async () => {
  expect(await outcome()).toBe('an answer');
  await proxy.set('refuse');
  const asked = Array.from({ length: 20 }, outcome);
  await sleep(300);
  await proxy.set('forward');
  expect(await Promise.all(asked)).toEqual(Array(20).fill('an answer'));
  expect(said).toEqual([]);
});

test('work that waits longer ends when the connection closes', async () => {
  await proxy.set('silent');
  const reading = connection.read((client) => client.getCollections()).catch((error: unknown) => error);
  const writing = connection.write((client) => client.deleteCollection('x')).catch((error: unknown) => error);
  connection.close();
  // A read alone would take 25 s, and a write five minutes.
  for (const ended of await Promise.all([soon(reading), soon(writing)]))
    expect(ended).toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  expect(said).toEqual([]);
});
