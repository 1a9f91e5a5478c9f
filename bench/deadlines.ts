import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { listProducts } from './list-products.js';
import { benchCollection, noQdrant } from './qdrant.js';
import { SEARCH_PAGE } from './search-page.js';
import { openShop } from './shop.js';
import { percentile } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';
import { OPERATION_DEADLINE_MS } from '../src/server/limits.js';
import { SEARCH_DEADLINE_MS } from '../src/vector-index/qdrant/connection.js';
import { type FaultProxy, startFaultProxy } from '../test/support/fault-proxy.js';

const ROUNDS = 3;
const FAULT_SECONDS = 12;
const REQUESTS_PER_SECOND = 25;
/** Until the gateway answers as before, a request is sent this often. */
const RECOVERY_POLL_MS = 500;
const MOST_OF_DEADLINE = 1.1;

export const benchmarks: Benchmark[] = [
  {
    name: 'deadline-postgres',
    description: 'how long answers take while Postgres is silent ÷ the deadline of an operation',
    async run(report, progress) {
      const shop = await openShop();
      const proxy = await startFaultProxy(shop.databaseUrl);
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve({ DATABASE_URL: proxy.url });
        const times = await whileSilent(url, proxy, { query: '{ products { nodes { title } } }' }, progress);
        report(
          figure(
            'a page of products, Postgres silent (A), the deadline of an operation (B)',
            times,
            OPERATION_DEADLINE_MS,
          ),
        );
      } finally {
        await proxy.close();
        await shop.close();
      }
    },
  },
  {
    name: 'deadline-qdrant',
    description: 'how long answers take while Qdrant is silent ÷ the deadline of the index',
    skip: noQdrant,
    async run(report, progress) {
      const shop = await openShop();
      const qdrant = benchCollection();
      const proxy = await startFaultProxy(qdrant.url);
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve({
          QDRANT_URL: proxy.url,
          QDRANT_COLLECTION: qdrant.collection,
          ...(qdrant.apiKey !== null && { QDRANT_API_KEY: qdrant.apiKey }),
        });
        await qdrant.settle();
        const product = (await listProducts(url))[0]?.id;
        const search = { query: SEARCH_PAGE, variables: { product } };
        const times = await whileSilent(url, proxy, search, progress);
        report(
          figure('a search, Qdrant silent (A), the deadline of the index (B)', times, SEARCH_DEADLINE_MS),
        );
      } finally {
        await proxy.close();
        await shop.close();
        await qdrant.drop();
      }
    },
  },
];

function figure(of: string, times: readonly number[][], deadlineMs: number): Measurement {
  return {
    name: `p99 of ${of}`,
    unit: 'ms',
    a: times.map((round) => percentile(round, 0.99)),
    b: times.map(() => deadlineMs),
    target: { op: '<=', value: MOST_OF_DEADLINE },
    note: `${REQUESTS_PER_SECOND} requests/s for ${FAULT_SECONDS} s`,
  };
}

/** The durations in milliseconds of each round's requests, which are sent while the server behind the proxy is silent. */
async function whileSilent(
  url: string,
  proxy: FaultProxy,
  body: object,
  progress: (text: string) => void,
): Promise<number[][]> {
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const ask = async (): Promise<string> => {
    const response = await request(`${url}/graphql`, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.body.text();
  };
  const rounds: number[][] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`round ${round} of ${ROUNDS}`);
    while ((await ask()).includes('"errors"')) await sleep(RECOVERY_POLL_MS);
    await proxy.set('silent');
    const start = performance.now();
    const timed = async (n: number): Promise<number> => {
      await sleep(Math.max(0, start + (n * 1_000) / REQUESTS_PER_SECOND - performance.now()));
      const sent = performance.now();
      await ask();
      return performance.now() - sent;
    };
    rounds.push(
      await Promise.all(Array.from({ length: FAULT_SECONDS * REQUESTS_PER_SECOND }, (_, n) => timed(n))),
    );
    await proxy.set('forward');
  }
  await dispatcher.close();
  return rounds;
}
