import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { demoProducts, type Product } from '../demo/catalog/products.js';
import { lookAtGarments } from '../src/design/local/look-at-garments.js';
import { openLocalEngine } from '../src/design/local/local-engine.js';
import { openSpace, randomGarment, violations } from '../src/design/local/space.js';
import { random, type Random } from '../src/platform/random.js';
import { dot, meanDirection } from '../src/vector-index/vectors.js';
import { DEFAULT_ENCODER, openEncoder, type OpenEncoder } from '../src/vision/encoder.js';
import { ask } from './graphql.js';
import { listProducts } from './list-products.js';
import { PAGE_SIZE, SEARCH_PAGE } from './search-page.js';
import { openShop } from './shop.js';
import { bootstrapInterval, median, percentile } from './statistics.js';
import type { Benchmark } from './types.js';

const BOARDS_A_KIND = 10;
const PINS = 5;
const RANDOM_GARMENTS = 1_000;
/** Garments in the encoder at once. */
const AT_ONCE = 8;
/** As the pictures of the demo catalog and those of designs are. */
const FINAL_HEIGHT = 600;
/** Random garments whose picture is also drawn in that size, for each board. */
const FINALISTS = 6;
const JOBS = 3;
const SEARCHES_BEFORE = 300;

interface Shown {
  readonly product: Product;
  readonly vector: Float32Array;
}

interface Board {
  readonly name: string;
  readonly pins: readonly Shown[];
}

const ANYTHING = {
  ...{ types: [], colors: [], materials: [], patterns: [] },
  ...{ silhouettes: [], sleeves: [], necklines: [], lengths: [] },
};

export const benchmarks: Benchmark[] = [
  {
    name: 'design-quality',
    description: 'designs of the local engine beside random garments and the products of the demo catalog',
    async run(report, progress) {
      const encoder = await openEncoder({ directory: DEFAULT_ENCODER });
      // After the encoder, whose module allows formats of photographs alone.
      sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
      const engine = openLocalEngine(DEFAULT_ENCODER);
      try {
        progress('encoding the demo catalog');
        const catalog = await encodeCatalog(encoder);
        const boards = makeBoards(catalog, random('boards'));
        progress(`drawing ${RANDOM_GARMENTS} random garments`);
        const randoms = await drawRandom(encoder);
        const known = catalog.map(({ vector }, product) => ({ product, vector, price: null }));
        const order = {
          ...{ wanted: ANYTHING, maxPrice: null, currency: 'EUR', count: 1, away: [], known },
          ...{ prompt: '', negativePrompt: '', palette: [], exemplars: [] },
        };
        const [designed, chance, products, novelty, seconds]: number[][] = [[], [], [], [], []];
        let broken = 0;
        const space = openSpace(ANYTHING);
        for (const [number, board] of boards.entries()) {
          const toward = meanDirection(board.pins.map(({ vector }) => vector));
          if (toward === null || space === null) throw new Error('a board has a direction');
          const startedAt = performance.now();
          const [design] = await engine.design(
            { ...order, toward: [toward], seed: String(number) },
            { progress: () => undefined, draft: () => undefined },
            new AbortController().signal,
          );
          if (design?.garment == null) throw new Error(`${board.name} has no design`);
          seconds?.push((performance.now() - startedAt) / 1_000);
          const vector = await encoder.encode(design.picture);
          const nearest = Math.max(...catalog.map((product) => dot(product.vector, vector)));
          broken += violations(space, design.garment).length + Number(nearest > 0.97);
          designed?.push(dot(vector, toward));
          novelty?.push(1 - nearest);
          chance?.push(await bestOf(encoder, randoms, toward));
          const pinned = new Set(board.pins);
          products?.push(
            Math.max(
              ...catalog.filter((shown) => !pinned.has(shown)).map((shown) => dot(shown.vector, toward)),
            ),
          );
          progress(
            `${board.name}: design ${designed?.at(-1)?.toFixed(3)}, random ${chance?.at(-1)?.toFixed(3)}, product ${products?.at(-1)?.toFixed(3)}`,
          );
        }
        const a = designed ?? [];
        const gains = a.map((value, i) => value - (chance?.[i] ?? NaN));
        const note = `${boards.length} boards of ${PINS} pins, one design each, toward the mean of the pins`;
        const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
        report({
          ...{ name: 'cosine of designs to the board, minus that of the best of 1,000 random garments' },
          ...{ unit: '', a: [mean(gains)], b: [], interval: bootstrapInterval(gains), note },
          target: { of: 'a', op: '>=', value: 0.1 },
        });
        report({
          ...{ name: 'cosine to the board: designs (A), the best of 1,000 random garments (B)' },
          ...{ unit: '', a: [mean(a)], b: [mean(chance ?? [])], note },
        });
        report({
          ...{ name: 'cosine to the board: designs (A), the nearest product that is not pinned (B)' },
          ...{ unit: '', a: [mean(a)], b: [mean(products ?? [])], note },
        });
        report({
          ...{ name: 'boards whose design is nearer than every product that is not pinned', unit: '%' },
          a: [(100 * a.filter((value, i) => value > (products?.[i] ?? NaN)).length) / a.length],
          ...{ b: [], target: { of: 'a', op: '>=', value: 50 }, note },
        });
        report({
          ...{
            name: 'novelty: 1 − cosine to the nearest product, median',
            unit: '',
            a: [median(novelty ?? [])],
          },
          ...{ b: [], note },
        });
        report({
          ...{
            name: 'constraints that a design breaks, copies of products included',
            unit: '',
            a: [broken],
            b: [],
          },
          ...{ target: { of: 'a', op: '<=', value: 0 }, note },
        });
        report({
          ...{ name: 'time to one design, p95', unit: 's', a: [percentile(seconds ?? [], 0.95)], b: [] },
          ...{ target: { of: 'a', op: '<=', value: 30 }, note: 'the whole process, with nothing else to do' },
        });
      } finally {
        await engine.close();
        await encoder.close();
      }
    },
  },
  {
    name: 'design-beside-searches',
    description: 'searches over HTTP while designs are made ÷ without, and how long a job takes meanwhile',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve({ VITRINE_DESIGN_JOBS: '1' });
        const ids = (await listProducts(url)).map(({ id }) => id);
        const search = async (number: number): Promise<number> => {
          const startedAt = performance.now();
          await ask(url, z.unknown(), SEARCH_PAGE, { product: ids[(number * 37) % ids.length] });
          return performance.now() - startedAt;
        };
        for (let number = 0; number < SEARCHES_BEFORE; number += 1) await search(number);
        // The first job starts the engine's process.
        let { id: last } = await runJob(url, ids, 0, async () => undefined);
        const [beside, alone, firsts, totals]: number[][] = [[], [], [], []];
        for (let job = 1; job <= JOBS; job += 1) {
          progress(`job ${job} of ${JOBS}`);
          const quiet: number[] = [];
          for (let number = 0; number < SEARCHES_BEFORE; number += 1) {
            // The same requests and pauses as beside a job: a processor that slept is slower at first.
            await readJob(url, last);
            quiet.push(await search(number));
            await pause();
          }
          alone?.push(median(quiet));
          const during: number[] = [];
          const { id, firstMs, totalMs } = await runJob(url, ids, job, async (number) => {
            during.push(await search(number));
          });
          last = id;
          beside?.push(median(during));
          firsts?.push(firstMs / 1_000);
          totals?.push(totalMs / 1_000);
        }
        report({
          ...{
            name: `p50 of visualSearch, ${PAGE_SIZE} results, one at a time, beside a job (A), without (B)`,
          },
          ...{ unit: 'ms', a: beside ?? [], b: alone ?? [], target: { op: '<=', value: 1.3 } },
        });
        report({
          ...{ name: 'from designCreate to the first picture', unit: 's', a: firsts ?? [], b: [] },
          ...{ target: { of: 'a', op: '<=', value: 2 }, note: 'of three designs, searches beside' },
        });
        report({
          ...{ name: 'from designCreate to three finished designs', unit: 's', a: totals ?? [], b: [] },
          ...{ target: { of: 'a', op: '<=', value: 30 }, note: 'searches beside' },
        });
      } finally {
        await shop.close();
      }
    },
  },
];

const SEED = 'vitrine demo 1';

async function encodeCatalog(encoder: OpenEncoder): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const product of demoProducts(SEED)) {
    const image = product.colorways[0]?.image;
    if (image === undefined) continue;
    const file = await readFile(new URL(`../catalog/images/${image}`, import.meta.url));
    shown.push({ product, vector: await encoder.encode(file) });
  }
  return shown;
}

/** Boards of one style, of one kind of garment, and of both. */
function makeBoards(catalog: readonly Shown[], source: Random): Board[] {
  const styles = [...new Set(catalog.map(({ product }) => product.style))];
  const types = [...new Set(catalog.map(({ product }) => product.line.type))];
  const some = (count: number, filter: (product: Product) => boolean): Shown[] =>
    source.shuffle(catalog.filter(({ product }) => filter(product))).slice(0, count);
  return [
    ...Array.from({ length: BOARDS_A_KIND }, (_, i): Board => {
      const style = styles[i % styles.length];
      return { name: `style ${style}`, pins: some(PINS, (product) => product.style === style) };
    }),
    ...source
      .shuffle(types)
      .slice(0, BOARDS_A_KIND)
      .map((type): Board => ({
        name: `type ${type}`,
        pins: some(PINS, (product) => product.line.type === type),
      })),
    ...Array.from({ length: BOARDS_A_KIND }, (): Board => {
      const [style, type] = [source.pick(styles), source.pick(types)];
      const pins = [
        ...some(3, (product) => product.line.type === type),
        ...some(2, (product) => product.style === style && product.line.type !== type),
      ];
      return { name: `${style}, ${type}`, pins };
    }),
  ];
}

type Looks = Awaited<ReturnType<typeof lookAtGarments>>;

async function drawRandom(encoder: OpenEncoder): Promise<Looks> {
  const space = openSpace(ANYTHING);
  if (space === null) throw new Error('anything can be drawn');
  const source = random('chance');
  const looks: Looks = [];
  while (looks.length < RANDOM_GARMENTS) {
    const garments = Array.from({ length: AT_ONCE }, () => randomGarment(space, source));
    for (const look of await lookAtGarments(encoder, garments)) looks.push(look);
  }
  return looks;
}

/** The best cosine of random garments, of pictures of the size that designs have. */
async function bestOf(encoder: OpenEncoder, looks: Looks, toward: Float32Array): Promise<number> {
  const best = [...looks]
    .sort((a, b) => dot(b.vector, toward) - dot(a.vector, toward))
    .slice(0, FINALISTS)
    .map(({ garment }) => garment);
  const finals = await lookAtGarments(encoder, best, FINAL_HEIGHT);
  return Math.max(...finals.map(({ vector }) => dot(vector, toward)));
}

const created = z.object({
  designCreate: z.object({ job: z.object({ id: z.string() }).nullable(), userErrors: z.array(z.unknown()) }),
});
const jobState = z.object({
  designJob: z.object({
    state: z.string(),
    error: z.string().nullable(),
    designs: z.array(z.object({ id: z.string() })),
  }),
});

const readJob = async (url: string, id: string): Promise<z.infer<typeof jobState>['designJob']> =>
  (await ask(url, jobState, 'query ($id: ID!) { designJob(id: $id) { state error designs { id } } }', { id }))
    .designJob;

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Orders three designs, and does something else until they are finished. */
async function runJob(
  url: string,
  ids: readonly string[],
  number: number,
  meanwhile: (number: number) => Promise<unknown>,
): Promise<{ readonly id: string; readonly firstMs: number; readonly totalMs: number }> {
  const like = Array.from({ length: 6 }, (_, i) => ({ product: ids[(number * 53 + i * 71) % ids.length] }));
  const startedAt = performance.now();
  const { designCreate } = await ask(
    url,
    created,
    'mutation ($input: DesignCreateInput!) { designCreate(input: $input) { job { id } userErrors { message } } }',
    { input: { query: { like }, count: 3, seed: String(number) } },
  );
  const id = designCreate.job?.id;
  if (id === undefined) throw new Error(JSON.stringify(designCreate.userErrors));
  let firstMs = Infinity;
  for (let turn = 0; ; turn += 1) {
    const { state, error, designs } = await readJob(url, id);
    if (designs.length > 0) firstMs = Math.min(firstMs, performance.now() - startedAt);
    if (state === 'DONE') return { id, firstMs, totalMs: performance.now() - startedAt };
    if (state === 'FAILED') throw new Error(error ?? 'failed');
    await meanwhile(turn);
    await pause();
  }
}
