import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { compose, type Composite } from './composites.js';
import { cutOut } from './cut-out.js';
import { ask, uploadImage } from './graphql.js';
import { openShop } from './shop.js';
import { median } from './statistics.js';
import type { Benchmark } from './types.js';

const ROUNDS = 9;
/** Images a round, each new: nothing of it is kept from before. */
const IMAGES = 6;
const WARM_UP = 12;
const ITEMS = 4;
const FOLDER = new URL('../catalog/images/', import.meta.url);
const EVERY = 9;

const PAGE = `edges { score node { title } skus { code price { amount } } } pageInfo { hasNextPage endCursor }`;
const LOOK = `query ($image: ID!) {
  look(image: { id: $image }, maxItems: ${ITEMS}) {
    complete items { box { x y width height } label { value confidence } matches(first: 12) { ${PAGE} } }
  }
}`;
const SEARCH = `query ($image: ID!) {
  visualSearch(query: { like: [{ image: { id: $image } }] }, first: 12) { ${PAGE} }
}`;

export const benchmarks: Benchmark[] = [
  {
    name: 'look-latency',
    description: `look at a picture of ${ITEMS} things, with a page of matches each ÷ one visualSearch by a picture`,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const pictures = await picturesOf(ITEMS, 2 * (ROUNDS * IMAGES + WARM_UP));
        const next = async (): Promise<string> => {
          const picture = pictures.pop();
          if (picture === undefined) throw new Error('there are as many pictures as rounds need');
          return uploadImage(url, picture.image);
        };
        const items: number[] = [];
        const look = async (image: string): Promise<void> => {
          const shape = z.object({ look: z.object({ items: z.array(z.unknown()) }) });
          items.push((await ask(url, shape, LOOK, { image })).look.items.length);
        };
        const search = (image: string): Promise<unknown> => ask(url, z.unknown(), SEARCH, { image });
        const time = async (
          question: (image: string) => Promise<unknown>,
          times: number,
        ): Promise<number> => {
          const taken: number[] = [];
          for (let i = 0; i < times; i += 1) {
            const image = await next();
            const started = performance.now();
            await question(image);
            taken.push(performance.now() - started);
          }
          return median(taken);
        };
        progress('warming up');
        await time(look, WARM_UP);
        await time(search, WARM_UP);
        const a: number[] = [];
        const b: number[] = [];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          a.push(await time(look, IMAGES));
          b.push(await time(search, IMAGES));
        }
        report({
          name: `look, ${ITEMS} things ÷ visualSearch by image`,
          unit: 'ms',
          a,
          b,
          target: { op: '<=', value: 3 },
          note: `the same kind of pictures (four garments on a ground), one at a time; found on average: ${(items.reduce((sum, n) => sum + n, 0) / items.length).toFixed(1)}`,
        });
      } finally {
        await shop.close();
      }
    },
  },
];

/** So many pictures, all of `things` garments. */
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
