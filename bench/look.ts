import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { compose, type Composite } from './composites.js';
import { cutOut } from './cut-out.js';
import { ask, uploadImage } from './graphql.js';
import { openShop } from './shop.js';
import { mean, median } from './statistics.js';
import type { Benchmark } from './types.js';

/** Every image is new, so nothing about it is cached. */
const PICTURES = [
  { name: '720 × 960 pixels', side: null, rounds: 9, images: 6, warmUp: 12 },
  { name: '12 megapixels', side: 4000, rounds: 5, images: 4, warmUp: 2 },
] as const;
const ITEMS = 4;
const FOLDER = new URL('../catalog/images/', import.meta.url);
const EVERY = 9;

const PAGE = `edges { score node { title } skus { code price { amount } } } pageInfo { hasNextPage endCursor }`;
const LOOK = `query ($image: ID!) {
  look(image: { id: $image }, maxItems: ${ITEMS}) {
    complete items { box { x y width height } label { value confidence } matches(first: 12) { ${PAGE} } }
  }
}`;
const answer = z.object({ look: z.object({ items: z.array(z.unknown()) }) });
const SEARCH = `query ($image: ID!) {
  visualSearch(query: { like: [{ image: { id: $image } }] }, first: 12) { ${PAGE} }
}`;

export const benchmarks: Benchmark[] = [
  {
    name: 'look-latency',
    description: `look at a picture of ${ITEMS} items, with a page of matches each ÷ one visualSearch by a picture`,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        for (const { name, side, rounds, images, warmUp } of PICTURES) {
          progress(`${name}: laying out the pictures`);
          const pictures = (await picturesOf(ITEMS, 2 * (rounds * images + warmUp))).values();
          const next = async (): Promise<string> => {
            const { value } = pictures.next();
            if (value === undefined) throw new Error('there are as many pictures as rounds need');
            return uploadImage(url, side === null ? value.image : await enlarge(value.image, side));
          };
          const found: number[] = [];
          const round = async (times: number): Promise<[look: number, search: number]> => {
            const looks: number[] = [];
            const searches: number[] = [];
            for (let i = 0; i < times; i += 1) {
              const [first, second] = [await next(), await next()];
              looks.push(
                await timed(async () => {
                  found.push((await ask(url, answer, LOOK, { image: first })).look.items.length);
                }),
              );
              searches.push(await timed(() => ask(url, z.unknown(), SEARCH, { image: second })));
            }
            return [median(looks), median(searches)];
          };
          await round(warmUp);
          const measured: [number, number][] = [];
          for (let i = 1; i <= rounds; i += 1) {
            progress(`${name}: round ${i} of ${rounds}`);
            measured.push(await round(images));
          }
          report({
            name: `look, ${ITEMS} items ÷ visualSearch by image: ${name}`,
            unit: 'ms',
            a: measured.map(([look]) => look),
            b: measured.map(([, search]) => search),
            target: { op: '<=', value: 3 },
            note: `the same kind of pictures (four garments on a ground), one at a time, each of them new; items found on average: ${mean(found).toFixed(1)}`,
          });
        }
      } finally {
        await shop.close();
      }
    },
  },
];

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Enlarges to a camera's size: this many pixels on the longer side. */
async function enlarge(image: Buffer, side: number): Promise<Buffer<ArrayBuffer>> {
  const large = sharp(image).resize({ width: side, height: side, fit: 'inside' });
  return Buffer.from(await large.jpeg({ quality: 85 }).toBuffer());
}

/** The given number of pictures, each with `things` garments. */
async function picturesOf(things: number, count: number): Promise<Composite<string>[]> {
  const files = (await readdir(FOLDER)).filter((file) => !file.includes('-detail')).sort();
  const garments: { of: string; cutOut: NonNullable<Awaited<ReturnType<typeof cutOut>>> }[] = [];
  for (const file of files.filter((_, i) => i % EVERY === 0)) {
    const garment = await cutOut(await readFile(new URL(file, FOLDER)));
    if (garment !== null) garments.push({ of: file, cutOut: garment });
  }
  const pictures: Composite<string>[] = [];
  for (let seed = 0; pictures.length < count; seed += 1) {
    const picture = await compose(garments, seed, things);
    if (picture.items.length === things) pictures.push(picture);
  }
  return pictures;
}
