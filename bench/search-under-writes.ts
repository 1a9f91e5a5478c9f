import { listProducts } from './list-products.js';
import { searchAtPace, SEARCHES_PER_SECOND } from './paced-searches.js';
import { PAGE_SIZE } from './search-page.js';
import { openShop } from './shop.js';
import { mean, percentile } from './statistics.js';
import { BUSY_CHANGES_PER_SECOND, LOAD_NOTE, startStockWriters } from './stock-writers.js';
import type { Benchmark } from './types.js';

const ROUNDS = 10;
const ROUND_SECONDS = 4;
const WARM_UP_SECONDS = 6;
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
        await searchAtPace(url, ids, WARM_UP_SECONDS);
        const [a, b]: [number[][], number[][]] = [[], []];
        const rates: number[] = [];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          b.push(await searchAtPace(url, ids, ROUND_SECONDS));
          await writers.start(CONNECTIONS, BUSY_CHANGES_PER_SECOND);
          a.push(await searchAtPace(url, ids, ROUND_SECONDS));
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
