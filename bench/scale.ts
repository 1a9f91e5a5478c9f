import { setTimeout as sleep } from 'node:timers/promises';
import type { VectorIndex } from '../src/vector-index/port.js';
import { openQdrantIndex } from '../src/vector-index/qdrant/qdrant-index.js';
import { benchCollection, noQdrant, type Quantization } from './qdrant.js';
import { embedGarments, LargeShop } from './scale-data.js';
import { bootstrapInterval, mean, median, percentile } from './statistics.js';
import { BUSY_CHANGES_PER_SECOND } from './stock-writers.js';
import type { Benchmark, Measurement } from './types.js';

const PAGE = 24;
const QUERIES = 100;
/** At fewer, the graph is small, and a search of any kind finds nearly all. */
const LARGE = 500_000;
const SMALL = 20_000;
const FILLED_AT_ONCE = 2_000;
const RECALL = 0.99;

const ROUNDS = 5;
const ROUND_SECONDS = 6;
/** Well within what one core of Qdrant answers, so that it measures latency and no queue. */
const SEARCHES_PER_SECOND = 10;

/** A minute. */
const WARM_UP_TRIES = 60;
const WARM_UP_PAUSE_MS = 1_000;

/** As the gateway creates collections, last: Qdrant builds its graph again for each, and changes are measured with it. */
const QUANTIZATIONS: readonly Quantization[] = ['binary', 'none', 'scalar'];

type Report = (m: Measurement) => void;
type Say = (line: string) => void;

export const benchmarks: Benchmark[] = [scaled(SMALL), scaled(LARGE)];

function scaled(images: number): Benchmark {
  const size = images.toLocaleString('en');
  return {
    name: `scale-qdrant-${images}`,
    description: `Qdrant with ${size} images of a shop: recall and latency by filter, memory, and searches beside changes`,
    skip: noQdrant,
    async run(report, progress) {
      const shop = new LargeShop(await embedGarments(progress), images, QUERIES);
      progress('ranking everything in plain JavaScript, to compare with');
      const asked = shop.queries.map((query) => {
        const shapes = shop.shapes(query);
        return { query, shapes, exact: shop.exactPages(query, shapes, PAGE) };
      });
      const qdrant = benchCollection();
      const { url, apiKey, collection } = qdrant;
      const index = await openQdrantIndex({
        ...{ url, collection, encoder: 'bench@1', dimension: shop.dimension },
        ...(apiKey !== null && { apiKey }),
      });
      try {
        await qdrant.quantize('binary');
        await fill(index, shop, progress);
        for (const quantization of QUANTIZATIONS) {
          progress(`waiting until Qdrant has built its graph: ${quantization}`);
          await qdrant.quantize(quantization);
          await qdrant.settle();
          await measure(index, asked, quantization, report, progress);
          report({
            name: `${quantization}: resident memory of Qdrant`,
            ...{ unit: 'MB', a: [(await qdrant.residentBytes()) / 1e6], b: [] },
            note: `${size} vectors of ${shop.dimension} numbers, which are ${Math.round((4 * images * shop.dimension) / 1e6)} MB; files that are mapped count while they are in memory`,
          });
        }
        await besideChanges(index, shop, report, progress);
      } finally {
        await index.close();
        await qdrant.drop();
      }
    },
  };
}

async function fill(index: VectorIndex, shop: LargeShop, progress: Say): Promise<void> {
  let filled = 0;
  for (const points of shop.points(FILLED_AT_ONCE)) {
    await index.upsert(points, 1);
    filled += points.length;
    progress(`filling Qdrant: ${filled.toLocaleString('en')} of ${shop.images.toLocaleString('en')}`);
  }
}

interface AskedQuery {
  readonly query: LargeShop['queries'][number];
  readonly shapes: ReturnType<LargeShop['shapes']>;
  readonly exact: Readonly<Record<string, readonly number[]>>;
}

async function measure(
  index: VectorIndex,
  asked: readonly AskedQuery[],
  quantization: Quantization,
  report: Report,
  progress: Say,
): Promise<void> {
  await warmUp(index, asked);
  for (const shape of Object.keys(asked[0]?.shapes ?? {})) {
    const times: number[] = [];
    const recalls: number[] = [];
    for (const { query, shapes, exact } of asked) {
      const filter = shapes[shape]?.filter;
      const wanted = exact[shape] ?? [];
      if (filter === undefined || wanted.length === 0) continue;
      const start = performance.now();
      const [found] = await index.search([{ vector: query.vector, filter, limit: PAGE }]);
      times.push(performance.now() - start);
      const matched = new Set(found?.matches.map(({ productId }) => productId));
      recalls.push(wanted.filter((id) => matched.has(id)).length / wanted.length);
    }
    progress(
      `${quantization}: ${shape}: recall ${mean(recalls).toFixed(3)}, p50 ${median(times).toFixed(1)} ms`,
    );
    report({
      name: `${quantization}, ${shape}: recall@${PAGE}`,
      ...{ unit: 'of the exact page', a: [mean(recalls)], b: [], interval: bootstrapInterval(recalls) },
      // What the gateway chooses by itself.
      ...(quantization === 'scalar' && { target: { of: 'a', op: '>=', value: RECALL } as const }),
      note: `${recalls.length} queries, the worst ${Math.min(...recalls).toFixed(2)}`,
    });
    report({
      name: `${quantization}, ${shape}: search p50`,
      ...{ unit: 'ms', a: [median(times)], b: [], note: `p99 ${percentile(times, 0.99).toFixed(1)} ms` },
    });
  }
}

/** After a graph was built, its file and the vectors are read for the first time, which a gateway does not wait for. */
async function warmUp(index: VectorIndex, asked: readonly AskedQuery[]): Promise<void> {
  for (const { query, shapes } of asked)
    for (const { filter } of Object.values(shapes))
      for (let tries = 1; ; tries += 1) {
        try {
          await index.search([{ vector: query.vector, filter, limit: PAGE }]);
          break;
        } catch (error) {
          if (tries === WARM_UP_TRIES) throw error;
          await sleep(WARM_UP_PAUSE_MS);
        }
      }
}

/** Searches at a fixed rate, in turns with and without changes of stock. */
async function besideChanges(
  index: VectorIndex,
  shop: LargeShop,
  report: Report,
  progress: Say,
): Promise<void> {
  const [beside, alone]: [number[][], number[][]] = [[], []];
  let revision = 1;
  let changed = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`searches beside changes: round ${round} of ${ROUNDS}`);
    alone.push(await searches(index, shop));
    const stop = new AbortController();
    const changes = (async () => {
      for (const start = performance.now(), before = changed; !stop.signal.aborted; changed += 1) {
        const due = start + ((changed - before) * 1_000) / BUSY_CHANGES_PER_SECOND;
        await sleep(Math.max(0, due - performance.now()));
        revision += 1;
        const { imageId, productId, payload } = shop.point((changed * 7_919) % shop.images, changed % 32);
        await index.setPayloads([{ imageId, productId, payload }], revision);
      }
    })();
    beside.push(await searches(index, shop));
    stop.abort();
    await changes;
  }
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    report({
      name: `${name} of searches in stock, with changes (A), without (B)`,
      unit: 'ms',
      a: beside.map((times) => percentile(times, share)),
      b: alone.map((times) => percentile(times, share)),
      note: `${SEARCHES_PER_SECOND} searches/s; ${Math.round((60 * changed) / (ROUNDS * ROUND_SECONDS))} changes of a payload a minute`,
    });
}

async function searches(index: VectorIndex, shop: LargeShop): Promise<number[]> {
  const start = performance.now();
  return Promise.all(
    Array.from({ length: ROUND_SECONDS * SEARCHES_PER_SECOND }, async (_, n) => {
      const query = shop.queries[n % shop.queries.length];
      if (query === undefined) throw new Error('the shop has queries');
      const filter = shop.shapes(query)['one tag: in stock']?.filter;
      if (filter === undefined) throw new Error('a query has a filter by stock');
      await sleep(Math.max(0, start + (n * 1_000) / SEARCHES_PER_SECOND - performance.now()));
      const sent = performance.now();
      await index.search([{ vector: query.vector, filter, limit: PAGE }]);
      return performance.now() - sent;
    }),
  );
}
