import { openEmbeddedIndex } from '../src/vector-index/embedded/embedded-index.js';
import { type IndexFilter, type IndexPoint, MATCH_ALL, type VectorIndex } from '../src/vector-index/port.js';
import { generator, mean, median } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const DIMENSION = 512;
const PAGE = 24;
const QUERIES = 16;
const BATCH = 8;
const ROUNDS = 5;
const CLUSTERS = 500;
const CATEGORIES = 10;
const SIZES = ['xs', 's', 'm', 'l', 'xl'];

/** By the share of products that pass. A category is a set of clusters, so most queries are far from it. */
const FILTERS: Record<string, Partial<IndexFilter>> = {
  'no filter': {},
  'a tag of 50 %': { clauses: [['sellable:1']] },
  'a tag of 10 %': { clauses: [['category:3']] },
  'a tag of 1 %': { clauses: [['brand:7']] },
  'in stock and category and size, three tags': { clauses: [['sellable:1'], ['category:3'], ['size:m']] },
  'in stock and category and size, one tag': { clauses: [['sellable:1|category:3|size:m']] },
};

export const benchmarks: Benchmark[] = [embedded(20_000), embedded(200_000)];

function embedded(images: number): Benchmark {
  const size = images.toLocaleString('en');
  return {
    name: `index-embedded-${images}`,
    description: `The embedded index, ${size} images: search latency and recall by filter`,
    async run(report, progress) {
      progress(`making ${size} vectors of ${DIMENSION}`);
      const data = new Data(images);
      const index = await openEmbeddedIndex({ dimension: DIMENSION });
      try {
        const start = performance.now();
        await index.upsert(data.points, 1);
        progress(`loaded in ${((performance.now() - start) / 1000).toFixed(1)} s`);
        await measure(index, data, report, progress);
      } finally {
        await index.close();
      }
    },
  };
}

async function measure(
  index: VectorIndex,
  data: Data,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  progress('ranking everything in plain JavaScript, to compare with');
  const exactScores = data.queries.map((query) => data.scores(query));
  for (const [filterName, part] of Object.entries(FILTERS)) {
    const filter = { ...MATCH_ALL, ...part };
    const requests = data.queries.map((vector) => ({ vector, filter, limit: PAGE }));
    const exact = exactScores.map((scores) => data.best(scores, filter));
    const found = await index.search(requests);
    const recalls = exact.map((products, q) => {
      const matched = new Set(found[q]?.matches.map((match) => match.productId));
      return products.length === 0 ? 1 : products.filter((id) => matched.has(id)).length / products.length;
    });

    const alone: number[] = [];
    const batched: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const times: number[] = [];
      for (const request of requests) times.push(await milliseconds(() => index.search([request])));
      alone.push(median(times));
      const batches: number[] = [];
      for (let q = 0; q < requests.length; q += BATCH)
        batches.push((await milliseconds(() => index.search(requests.slice(q, q + BATCH)))) / BATCH);
      batched.push(median(batches));
      const query = data.queries[round];
      if (query !== undefined) plain.push(await milliseconds(() => data.scores(query)));
    }
    const note = 'ratio to scoring every image in plain JavaScript';
    report({ name: `${filterName}: search p50`, unit: 'ms', a: alone, b: plain, note });
    report({
      name: `${filterName}: search p50 in batches of ${BATCH}`,
      unit: 'ms a query',
      a: batched,
      b: plain,
      note,
    });
    report({
      name: `${filterName}: recall@${PAGE}`,
      unit: 'of the exact page',
      a: [mean(recalls)],
      b: [],
      note: `mean of ${QUERIES} queries, the worst ${Math.min(...recalls).toFixed(3)}`,
    });
  }
}

/** Products with two images each, in clusters, because the vectors of real images share directions. */
class Data {
  readonly points: readonly IndexPoint[];
  readonly queries: readonly Float32Array[];

  constructor(images: number) {
    const random = generator(images);
    const centers = Array.from({ length: CLUSTERS }, () => near(undefined, 1, random));
    const center = () => Math.floor(random() * CLUSTERS);
    const points: IndexPoint[] = [];
    for (let productId = 1; points.length < images; productId++) {
      const cluster = center();
      const category = `category:${cluster % CATEGORIES}`;
      const size = `size:${SIZES[Math.floor(random() * SIZES.length)] ?? ''}`;
      const tags = [category, size, `brand:${Math.floor(random() * 100)}`];
      if (random() < 0.5) tags.push('sellable:1', `sellable:1|${category}|${size}`);
      const payload = { tags, numbers: { price: Math.floor(random() * 20_000) } };
      const vector = near(centers[cluster], 0.7, random);
      points.push({ imageId: 2 * productId, productId, vector, payload });
      points.push({ imageId: 2 * productId + 1, productId, vector: near(vector, 0.4, random), payload });
    }
    this.points = points;
    this.queries = Array.from({ length: QUERIES }, () => near(centers[center()], 0.7, random));
  }

  /** The cosine of the query with every point, in float64. */
  scores(query: Float32Array): Float64Array {
    return Float64Array.from(this.points, ({ vector }) => {
      let sum = 0;
      for (let i = 0; i < DIMENSION; i++) sum += (query[i] ?? 0) * (vector[i] ?? 0);
      return sum;
    });
  }

  /** The products of the exact page. */
  best(scores: Float64Array, { clauses }: IndexFilter): number[] {
    const ranked = this.points
      .map(({ productId, payload }, i) => ({ productId, tags: payload.tags, score: scores[i] ?? NaN }))
      .filter(({ tags }) => clauses.every((clause) => clause.some((tag) => tags.includes(tag))))
      .sort((a, b) => b.score - a.score);
    return [...new Set(ranked.map(({ productId }) => productId))].slice(0, PAGE);
  }
}

/** A unit vector around `center`; `spread` is the length of the added vector. */
function near(center: Float32Array | undefined, spread: number, random: () => number): Float32Array {
  // Uniform numbers in [-0.5, 0.5) have a variance of 1/12.
  const scale = spread * Math.sqrt(12 / DIMENSION);
  const vector = new Float32Array(DIMENSION);
  let squares = 0;
  for (let i = 0; i < DIMENSION; i++) {
    const x = (center?.[i] ?? 0) + (random() - 0.5) * scale;
    vector[i] = x;
    squares += x * x;
  }
  const length = Math.sqrt(squares);
  for (let i = 0; i < DIMENSION; i++) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
