import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ask } from './graphql.js';
import { listProducts } from './list-products.js';
import { CONNECTIONS, requestsPerSecond } from './requests-per-second.js';
import { PAGE_SIZE, SEARCH_PAGE } from './search-page.js';
import { openShop } from './shop.js';
import type { Benchmark } from './types.js';

const ROUNDS = 7;
const ROUND_SECONDS = 4;
/** Until V8 has compiled the hot code. */
const WARM_UP_SECONDS = 6;
/** Different queries in rotation, so that no response comes from a cache. */
const QUERIES = 200;
const COMPARED_ANSWERS = 20;

export const benchmarks: Benchmark[] = [
  {
    name: 'search-http',
    description:
      'a page of visualSearch over HTTP: the gateway ÷ a bare http server with the same index and SQL',
    run: compareWith('bare-server.ts', 0.7),
  },
  {
    name: 'search-mercurius',
    description: 'a page of visualSearch over HTTP: the gateway ÷ Mercurius with jit on the same schema',
    run: compareWith('mercurius-server.ts', 1),
  },
];

/** Requests per second of the gateway (A) and of another server (B) that gives the same answers. */
function compareWith(script: string, target: number): Benchmark['run'] {
  return async (report, progress) => {
    const shop = await openShop();
    try {
      progress('importing the demo catalog');
      const gateway = await shop.serve();
      const other = await shop.serveBench(script);
      const products = await listProducts(gateway.url);
      const ids = spread(products, QUERIES).map(({ id }) => id);
      await compareAnswers(gateway.url, other.url, ids.slice(0, COMPARED_ANSWERS));

      const searches = ids.map((product) => ({ query: SEARCH_PAGE, variables: { product } }));
      const rate = ({ url }: { readonly url: string }, seconds: number) =>
        requestsPerSecond(`${url}/graphql`, searches, seconds);
      progress('warming up');
      await rate(gateway, WARM_UP_SECONDS);
      await rate(other, WARM_UP_SECONDS);
      const a: number[] = [];
      const b: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        progress(`round ${round} of ${ROUNDS}`);
        a.push(await rate(gateway, ROUND_SECONDS));
        b.push(await rate(other, ROUND_SECONDS));
      }
      report({
        name: `visualSearch by product, ${PAGE_SIZE} results with SKUs, prices and stock`,
        unit: 'requests/s',
        a,
        b,
        target: { op: '>=', value: target },
        note: `${products.length} products, ${CONNECTIONS} connections; the answers of both are the same`,
      });
    } finally {
      await shop.close();
    }
  };
}

/** @throws Error unless both servers give the same response */
export async function compareAnswers(gateway: string, other: string, ids: readonly string[]): Promise<void> {
  for (const product of ids) {
    const [ours, theirs] = await Promise.all(
      [gateway, other].map(async (url) => {
        const answer = await ask(url, z.unknown(), SEARCH_PAGE, { product });
        // Image URLs contain the address of the server that responded.
        return JSON.parse(JSON.stringify(answer).replaceAll(url, '')) as unknown;
      }),
    );
    if (!isDeepStrictEqual(ours, theirs)) throw new Error(`The servers answer differently for ${product}.`);
  }
}

/** The given number of entries, evenly distributed. */
function spread<T>(entries: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(entries.length / count));
  return entries.filter((_, index) => index % step === 0).slice(0, count);
}
