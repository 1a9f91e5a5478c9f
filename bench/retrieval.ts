import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ask, listProducts, uploadImage } from './graphql.js';
import { openShop } from './shop.js';
import { bootstrapInterval, mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';
import { ALTERATIONS } from '../src/calibration/alterations.js';

/** Photographs that do not ship: 1,500 products, and 150 photographs of other garments with their types. */
const PHOTOS = new URL('../../shared/photos/', import.meta.url);
export const PHOTOS_FEED = fileURLToPath(new URL('feed.tsv', PHOTOS));
const QUERIES = new URL('queries/', PHOTOS);

const RESULTS = 10;
/** Searches in flight: the encoder is kept busy, and refuses none. */
const CONCURRENCY = 8;

/** Why what needs the photographs is skipped; undefined where they are. */
export const noPhotographs = (): string | undefined =>
  existsSync(PHOTOS_FEED) ? undefined : 'the photographs are not beside this checkout (../shared/photos)';

export const benchmarks: Benchmark[] = [
  {
    name: 'retrieval-photos',
    description: 'photographs: is what the gateway finds of the kind that was asked for, and the very one?',
    skip: noPhotographs,
    run: runPhotos,
  },
  {
    name: 'retrieval-drawings',
    description: 'the demo catalog: is what looks like a product of its kind?',
    run: runDrawings,
  },
];

interface Photograph {
  /** Also its product's id, once it is in the catalog. */
  readonly name: string;
  readonly category: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

async function runPhotos(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void> {
  const photographs = await readPhotographs();
  const shop = await openShop();
  try {
    progress('importing 1,500 photographs');
    await shop.import(PHOTOS_FEED);
    let gateway = await shop.serve();
    progress(`searching with ${photographs.length} photographs`);
    const pages = await inTurns(photographs, async ({ bytes, category }) =>
      (await searchImage(gateway.url, bytes, RESULTS)).map((match) => Number(match.category === category)),
    );
    const sample = `${photographs.length} photographs that the encoder has not seen, among 1,500 products; 95 % intervals`;
    report(
      share(
        'type precision@1',
        pages.map((page) => page[0] ?? 0),
        sample,
      ),
    );
    report(share(`type precision@${RESULTS}`, pages.map(mean), sample));
    await gateway.stop();

    progress('adding the photographs to the catalog');
    await importPhotographs(photographs, (feed) => shop.import(feed));
    gateway = await shop.serve();
    for (const [name, alter] of Object.entries(ALTERATIONS)) {
      progress(`searching with copies: ${name}`);
      const hits = await inTurns(photographs, async ({ name: handle, bytes }) => {
        const [best] = await searchImage(gateway.url, Buffer.from(await alter(bytes)), 1);
        return Number(best?.handle === handle);
      });
      report(share(`recall@1 of the original: copy ${name}`, hits, `${sample}, and these photographs`));
    }
  } finally {
    await shop.close();
  }
}

async function runDrawings(
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const shop = await openShop();
  try {
    progress('importing the demo catalog');
    const { url } = await shop.serve();
    const products = await listProducts(url);
    progress(`searching with ${products.length} products`);
    const precisions = await inTurns(products, async ({ id, category }) => {
      const matches = await search(url, { product: id }, RESULTS);
      return mean(matches.map((match) => Number(match.category === category.handle)));
    });
    report(
      share(
        `type precision@${RESULTS}, leaving the product itself out`,
        precisions,
        `${products.length} products; drawings of this project, colorways of one design among them: a check, not a claim about photographs`,
      ),
    );
  } finally {
    await shop.close();
  }
}

export const share = (name: string, values: readonly number[], note: string): Measurement => ({
  name,
  unit: 'share',
  a: [mean(values)],
  b: [],
  interval: bootstrapInterval(values),
  note,
});

export async function readPhotographs(): Promise<Photograph[]> {
  const labels = await readFile(new URL('labels.tsv', QUERIES), 'utf8');
  const lines = labels.trim().split('\n').slice(1);
  return Promise.all(
    lines.map(async (line) => {
      const [file = '', type = ''] = line.split('\t');
      return {
        name: file.replace(/\.\w+$/, ''),
        category: type.replaceAll(' > ', '/'),
        bytes: await readFile(new URL(file, QUERIES)),
      };
    }),
  );
}

/** Imports the photographs as products of one SKU each. */
async function importPhotographs(
  photographs: readonly Photograph[],
  importFeed: (feed: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-feed-'));
  const rows = photographs.map(({ name, category }) => [
    name,
    `Photograph ${name}`,
    fileURLToPath(new URL(`${name}.jpg`, QUERIES)),
    'in_stock',
    '10.00 EUR',
    category.replaceAll('/', ' > '),
  ]);
  const header = ['id', 'title', 'image_link', 'availability', 'price', 'product_type'];
  try {
    const feed = join(folder, 'feed.tsv');
    await writeFile(feed, [header, ...rows].map((row) => `${row.join('\t')}\n`).join(''));
    await importFeed(feed);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const page = z.object({
  visualSearch: z.object({
    nodes: z.array(z.object({ handle: z.string(), category: z.object({ handle: z.string() }) })),
  }),
});

interface Match {
  readonly handle: string;
  readonly category: string;
}

/** The best matches, whatever their stock. */
async function search(
  url: string,
  like: { product: string } | { image: { id: string } },
  first: number,
): Promise<Match[]> {
  const document = `query ($like: VisualReference!, $first: Int!) {
    visualSearch(query: { like: [$like] }, where: { availability: ANY }, first: $first) {
      nodes { handle category { handle } }
    }
  }`;
  const { visualSearch } = await ask(url, page, document, { like, first });
  return visualSearch.nodes.map(({ handle, category }) => ({ handle, category: category.handle }));
}

async function searchImage(url: string, bytes: Buffer<ArrayBuffer>, first: number): Promise<Match[]> {
  return search(url, { image: { id: await uploadImage(url, bytes) } }, first);
}

/** Works on some entries at once; answers in their order. */
export async function inTurns<T, R>(entries: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = entries.entries();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const [i, entry] of queue) results[i] = await work(entry);
  });
  await Promise.all(workers);
  return results;
}
