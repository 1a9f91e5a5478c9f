import { Pool } from 'undici';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProducts } from './graphql.js';
import { PAGE_SIZE, SEARCH_PAGE } from './search-page.js';
import { openShop } from './shop.js';
import { mean, percentile } from './statistics.js';
import { BUSY_CHANGES_PER_SECOND, LOAD_NOTE, startStockWriters } from './stock-writers.js';
import type { Benchmark } from './types.js';

const ROUNDS = 10;
const ROUND_SECONDS = 4;
const WARM_UP_SECONDS = 6;
/** Well within a gateway's capacity, so that it measures latency and no queue. */
const SEARCHES_PER_SECOND = 25;
const CONNECTIONS = 4;

export const benchmarks: Benchmark[] = [
  {
    name: 'search-under-writes',
    description: 'the latency of visualSearch over HTTP: with 2,000 changes of stock a minute ÷ with none',
    async run(report, progress) {
      const shop = await openShop({ durable: true });
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const ids = (await listProducts(url)).map(({ id }) => id);
        const writers = await startStockWriters(shop);
        progress('warming up');
        await search(url, ids, WARM_UP_SECONDS);
        const [a, b]: [number[][], number[][]] = [[], []];
        const rates: number[] = [];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          b.push(await search(url, ids, ROUND_SECONDS));
          await writers.start(CONNECTIONS, BUSY_CHANGES_PER_SECOND);
          a.push(await search(url, ids, ROUND_SECONDS));
          rates.push(await writers.stop());
        }
        const note = `${SEARCHES_PER_SECOND} searches/s of ${PAGE_SIZE} results with SKUs, prices and stock; A: ${Math.round(60 * mean(rates))} changes a minute; ${LOAD_NOTE}`;
        for (const [name, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ] as const)
          report({
            name: `${name} of visualSearch by product, with writes (A), without (B)`,
            unit: 'ms',
            a: a.map((times) => percentile(times, share)),
            b: b.map((times) => percentile(times, share)),
            // The p99 of a round is its slowest request, which depends more on the machine than on the writes.
            ...(share === 0.5 && { target: { op: '<=', value: 1.2 } }),
            note,
          });
      } finally {
        await shop.close();
      }
    },
  },
];

/** Durations in milliseconds; searches are sent at a fixed rate, even if earlier ones are unanswered. */
async function search(url: string, ids: readonly string[], seconds: number): Promise<number[]> {
  const pool = new Pool(url);
  const start = performance.now();
  const ask = async (n: number): Promise<number> => {
    const due = start + (n * 1_000) / SEARCHES_PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
    const sent = performance.now();
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: SEARCH_PAGE, variables: { product: ids[n % ids.length] } }),
    });
    const answer = await body.text();
    if (statusCode !== 200 || answer.includes('"errors"')) throw new Error(answer);
    return performance.now() - sent;
  };
  const times = await Promise.all(Array.from({ length: seconds * SEARCHES_PER_SECOND }, (_, n) => ask(n)));
  await pool.close();
  return times;
}
