import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { compose, overlap, type Box } from './composites.js';
import { cutOut, type CutOut } from './cut-out.js';
import { ask, uploadImage } from './graphql.js';
import { inTurns } from './in-turns.js';
import {
  importPhotographs,
  noPhotographs,
  PHOTOGRAPHS_FEED,
  readPhotographs,
  type Photograph,
} from './photographs.js';
import { share } from './share.js';
import { mean } from './statistics.js';
import { openShop } from './shop.js';
import { drawStrangers } from './strangers.js';
import type { Benchmark, Measurement } from './types.js';

const COMPOSITES = 80;
/** Drawings that garments are cut out of, spread over the catalog; each cutout takes a tenth of a second. */
const DRAWINGS = 100;
/** Images of each of ten kinds. */
const STRANGERS = 12;
const RESULTS = 10;
/** Overlap (intersection over union) from which an item counts as found. */
const FOUND = 0.5;
const IMAGES = new URL('../catalog/images/', import.meta.url);

export const benchmarks: Benchmark[] = [
  {
    name: 'look-quality-drawings',
    description: 'look: two to four garments of the demo catalog on a textured ground, with known boxes',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        await measure(url, 'demo catalog', await cutOuts(await readDrawings()), report, progress);
        await measureStrangers(url, 'the demo catalog', report, progress);
      } finally {
        await shop.close();
      }
    },
  },
  {
    name: 'look-quality-photos',
    description: 'look: the same with photographs that the encoder has not seen, among 1,500 others',
    skip: noPhotographs,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the photographs');
        await shop.import(PHOTOGRAPHS_FEED);
        const photographs = await readPhotographs();
        const before = await shop.serve();
        progress(`looking at ${photographs.length} photographs`);
        await measureSingle(before.url, photographs, report);
        await measureStrangers(before.url, 'photographs', report, progress);
        await before.stop();

        progress('adding those to the catalog');
        await importPhotographs(photographs, (feed) => shop.import(feed));
        const { url } = await shop.serve();
        await measure(url, 'photographs', await cutOuts(photographs), report, progress);
      } finally {
        await shop.close();
      }
    },
  },
];

interface Picture {
  readonly bytes: Buffer<ArrayBuffer>;
}

interface Garment {
  readonly of: Picture;
  readonly cutOut: CutOut;
}

async function readDrawings(): Promise<Picture[]> {
  const files = (await readdir(IMAGES)).filter((file) => !file.includes('-detail')).sort();
  const step = Math.max(1, Math.floor(files.length / DRAWINGS));
  return Promise.all(
    files
      .filter((_, i) => i % step === 0)
      .map(async (file) => ({ bytes: await readFile(new URL(file, IMAGES)) })),
  );
}

/** The garments that can be cut out of the pictures. */
async function cutOuts(pictures: readonly Picture[]): Promise<Garment[]> {
  const garments: Garment[] = [];
  for (const of of pictures) {
    const garment = await cutOut(of.bytes);
    if (garment !== null) garments.push({ of, cutOut: garment });
  }
  return garments;
}

const LOOK = `query ($image: ID!, $first: Int!) {
  look(image: { id: $image }, maxItems: 8) {
    items {
      box { x y width height }
      label { value confidence }
      matches(first: $first, where: { availability: ANY }) { nodes { id category { handle } } }
    }
  }
}`;
const number = z.number();
const shape = z.object({
  look: z.object({
    items: z.array(
      z.object({
        box: z.object({ x: number, y: number, width: number, height: number }),
        label: z.object({ value: z.string(), confidence: number }),
        matches: z.object({
          nodes: z.array(z.object({ id: z.string(), category: z.object({ handle: z.string() }) })),
        }),
      }),
    ),
  }),
});
type Item = z.infer<typeof shape>['look']['items'][number];

async function look(url: string, bytes: Buffer<ArrayBuffer>, first = RESULTS): Promise<Item[]> {
  const image = await uploadImage(url, bytes);
  return (await ask(url, shape, LOOK, { image, first })).look.items;
}

/** The product in this picture, and its category: the nearest to the picture itself. */
async function productOf(url: string, bytes: Buffer<ArrayBuffer>): Promise<{ id: string; category: string }> {
  const { visualSearch } = await ask(
    url,
    z.object({
      visualSearch: z.object({
        nodes: z.array(z.object({ id: z.string(), category: z.object({ handle: z.string() }) })),
      }),
    }),
    `query ($image: ID!) {
      visualSearch(query: { like: [{ image: { id: $image } }] }, where: { availability: ANY }, first: 1) {
        nodes { id category { handle } }
      }
    }`,
    { image: await uploadImage(url, bytes) },
  );
  const [node] = visualSearch.nodes;
  return { id: node?.id ?? '', category: node?.category.handle ?? '' };
}

async function measure(
  url: string,
  source: string,
  garments: readonly Garment[],
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  progress(`looking at ${COMPOSITES} pictures of ${garments.length} garments`);
  const overlaps: number[] = [];
  const kinds: number[] = [];
  const products: number[] = [];
  const precise: number[] = [];
  const windows: number[] = [];
  for (let seed = 0; seed < COMPOSITES; seed += 1) {
    const { image, items } = await compose(garments, seed);
    const found = await look(url, image);
    precise.push(...found.map((item) => Number(items.some(({ box }) => overlap(box, item.box) >= FOUND))));
    for (const { of, box } of items) {
      const product = await productOf(url, of.bytes);
      const [best] = [...found].sort((a, b) => overlap(b.box, box) - overlap(a.box, box));
      const shared = best === undefined ? 0 : overlap(best.box, box);
      overlaps.push(shared);
      windows.push(Math.max(...WINDOWS.map((window) => overlap(window, box))));
      kinds.push(Number(shared >= FOUND && best?.label.value === product.category));
      const answered = best?.matches.nodes.map(({ id }) => id) ?? [];
      products.push(Number(shared > 0 && answered.includes(product.id)));
    }
  }
  const note = `${source}: ${COMPOSITES} pictures of ${overlaps.length} items, cut out of ${garments.length} garments, on five kinds of ground; 95 % intervals`;
  const foundAtAll = overlaps.map((value) => Number(value >= FOUND));
  report(share('mean IoU of a item with the nearest box', overlaps, note));
  report(share(`items found (IoU ≥ ${FOUND})`, foundAtAll, note));
  report(share('boxes that are of an item', precise, note));
  report(share('items found and of the right category', kinds, note));
  report(share(`recall@${RESULTS} of the product, over all items`, products, note));
  report(share('for comparison: mean IoU of nine windows of half the sides', windows, note));
}

/** Windows with half the sides, overlapping by half. */
const WINDOWS: readonly Box[] = [0, 0.25, 0.5].flatMap((x) =>
  [0, 0.25, 0.5].map((y) => ({ x, y, width: 0.5, height: 0.5 })),
);

/** Whole photos of one garment each: whether one item is found, and of which kind. */
async function measureSingle(
  url: string,
  photographs: readonly Photograph[],
  report: (m: Measurement) => void,
): Promise<void> {
  const found = await inTurns(photographs, async ({ bytes, category }) => {
    const items = await look(url, bytes, 1);
    return { count: items.length, isRight: items[0]?.label.value === category };
  });
  const note = `${photographs.length} photographs of one garment each, as they were taken, not in the catalog`;
  const shareOf = (name: string, values: readonly boolean[]): void =>
    report(share(name, values.map(Number), note));
  shareOf(
    'photographs with one item',
    found.map(({ count }) => count === 1),
  );
  shareOf(
    'photographs with none',
    found.map(({ count }) => count === 0),
  );
  shareOf(
    'photographs whose largest item has the right category',
    found.map(({ isRight }) => isRight),
  );
}

/** Images without a garment: for how many the result is that they show none. */
async function measureStrangers(
  url: string,
  catalog: string,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  progress('looking at what is no garment');
  const looks = await inTurns(await drawStrangers(STRANGERS), (image) => look(url, image, 1));
  const note = `${looks.length} drawn images of no garment, of ten kinds, against ${catalog}`;
  report(
    share(
      'images of no garment: no item found',
      looks.map((items) => Number(items.length === 0)),
      note,
    ),
  );
  const confidences = looks.flatMap((items) => items.map(({ label }) => label.confidence));
  if (confidences.length > 0)
    report({
      name: 'images of no garment: mean confidence of the items found',
      unit: 'share',
      a: [mean(confidences)],
      b: [],
      note,
    });
}
