import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { ask, uploadImage } from './graphql.js';
import { inTurns } from './in-turns.js';
import { importPhotographs, noPhotographs, PHOTOGRAPHS_FEED, readPhotographs } from './photographs.js';
import { share } from './share.js';
import { listNodes } from './list-products.js';
import { openShop } from './shop.js';
import { median } from './statistics.js';
import { drawStrangers } from './strangers.js';
import type { Benchmark, Measurement } from './types.js';
import { ALTERATIONS } from '../src/search/probability/alterations.js';
import { openDatabase } from '../src/platform/postgres.js';

const PRODUCTS = 80;
const ROUNDS = 7;
/** New images per round and question, so that no vector is cached. */
const IMAGES_A_ROUND = 12;
const PAGE = 24;

export const benchmarks: Benchmark[] = [
  {
    name: 'match-sku-drawings',
    description: 'the demo catalog: the SKU to buy for an altered copy, also when its product is sold out',
    run: runDrawings,
  },
  {
    name: 'match-sku-photos',
    description:
      'photographs that the encoder has not seen: before and after their products are in the catalog',
    skip: noPhotographs,
    run: runPhotographs,
  },
  {
    name: 'question-latency',
    description: 'identify and matchSku by a new image ÷ one plain visualSearch by a new image, over HTTP',
    run: runLatency,
  },
];

async function runDrawings(
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const shop = await openShop();
  const db = openDatabase(shop.databaseUrl, () => undefined);
  try {
    progress('importing the demo catalog');
    const { url } = await shop.serve();
    const products = await listBuyable(url);
    progress('matching altered copies');
    const copies = await inTurns(products, async ({ handle, picture, options }) => {
      const copy = await altered(picture, handle);
      return { handle, options, copy, matched: await matchSku(url, copy, options) };
    });
    const note = `${products.length} products of the demo catalog, each altered in one of six ways, in the size of an SKU that can be bought`;
    report(
      share(
        'SAME_PRODUCT and the right one',
        copies.map(({ handle, matched }) =>
          Number(matched.outcome === 'SAME_PRODUCT' && matched.match?.node.handle === handle),
        ),
        note,
      ),
    );

    progress('selling them out');
    await db.query(
      `UPDATE stock_levels SET on_hand = 0 FROM skus JOIN products ON products.id = product_id
       WHERE skus.id = sku_id AND products.handle = ANY($1)`,
      [products.map(({ handle }) => handle)],
    );
    const without = await inTurns(copies, ({ copy, options }) => matchSku(url, copy, options));
    const soldOut = 'the same copies, once all of these products are sold out';
    report(
      share(
        'sold out: a substitute or nothing, not the same',
        without.map(({ outcome }) => Number(outcome !== 'SAME_PRODUCT')),
        soldOut,
      ),
    );
    report(
      share(
        'sold out: a substitute',
        without.map(({ outcome }) => Number(outcome === 'CLOSE_SUBSTITUTE')),
        soldOut,
      ),
    );
    await measureStrangers(url, report);
  } finally {
    await db.end();
    await shop.close();
  }
}

async function runPhotographs(
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const shop = await openShop();
  try {
    progress('importing 1,500 photographs');
    await shop.import(PHOTOGRAPHS_FEED);
    const photographs = await readPhotographs();
    const server = await shop.serve();
    progress('matching 150 others');
    const before = await inTurns(photographs, async ({ name, bytes }) =>
      matchSku(server.url, await altered(bytes, name), []),
    );
    const note =
      '150 photographs that the encoder has not seen, each altered in one of six ways, among 1,500 products';
    report(
      share(
        'not in the catalog: not called the same',
        before.map(({ outcome }) => Number(outcome !== 'SAME_PRODUCT')),
        note,
      ),
    );
    report(
      share(
        'not in the catalog: a substitute',
        before.map(({ outcome }) => Number(outcome === 'CLOSE_SUBSTITUTE')),
        note,
      ),
    );
    await measureStrangers(server.url, report);
    await server.stop();
    progress('adding them to the catalog');
    await importPhotographs(photographs, (feed) => shop.import(feed));
    const { url } = await shop.serve();
    const after = await inTurns(photographs, async ({ name, bytes }) => ({
      name,
      matched: await matchSku(url, await altered(bytes, name), []),
    }));
    report(
      share(
        'in the catalog: SAME_PRODUCT and the right one',
        after.map(({ name, matched }) =>
          Number(matched.outcome === 'SAME_PRODUCT' && matched.match?.node.handle === name),
        ),
        note,
      ),
    );
  } finally {
    await shop.close();
  }
}

async function measureStrangers(url: string, report: (m: Measurement) => void): Promise<void> {
  const answers = await inTurns(await drawStrangers(6), (image) => matchSku(url, image, []));
  report(
    share(
      'images of no garment: NONE',
      answers.map(({ outcome }) => Number(outcome === 'NONE')),
      `${answers.length} drawn images of no garment`,
    ),
  );
}

async function runLatency(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void> {
  const shop = await openShop();
  try {
    progress('importing the demo catalog');
    const { url } = await shop.serve();
    const questions = [SEARCH, IDENTIFY, MATCH];
    const images = (
      await Promise.all(demoImages(Infinity).map((image, i) => altered(image, String(i))))
    ).values();
    const round = async (): Promise<number[]> => {
      const times: number[][] = questions.map(() => []);
      for (let i = 0; i < IMAGES_A_ROUND; i += 1) {
        for (const [which, document] of questions.entries()) {
          const { value: image } = images.next();
          if (image === undefined) throw new Error('The demo catalog has too few images.');
          const id = await uploadImage(url, image);
          const start = performance.now();
          await ask(url, z.unknown(), document, { image: { id } });
          times[which]?.push(performance.now() - start);
        }
      }
      return times.map(median);
    };
    progress('warming up');
    for (let i = 0; i < 4; i += 1) await round();
    const rounds: number[][] = [];
    for (let i = 1; i <= ROUNDS; i += 1) {
      progress(`round ${i} of ${ROUNDS}`);
      rounds.push(await round());
    }
    const times = (which: number): number[] => rounds.map((medians) => medians[which] ?? NaN);
    const note = `medians of ${IMAGES_A_ROUND} new images a round, decoding and encoding included; B is a page of ${PAGE}`;
    report({
      name: 'identify',
      unit: 'ms',
      a: times(1),
      b: times(0),
      target: { op: '<=', value: 1.5 },
      note,
    });
    report({
      name: 'matchSku',
      unit: 'ms',
      a: times(2),
      b: times(0),
      target: { op: '<=', value: 1.5 },
      note,
    });
    await measureHold(url, report);
  } finally {
    await shop.close();
  }
}

/** From the bytes of a photo to a hold: matchSku, then holdCreate. */
async function measureHold(url: string, report: (m: Measurement) => void): Promise<void> {
  const times: number[] = [];
  for (const { picture, handle, options } of (await listBuyable(url)).slice(0, 30)) {
    const copy = await altered(picture, `${handle} to hold`);
    const start = performance.now();
    const { sku } = await matchSku(url, copy, options);
    if (sku !== null) {
      await ask(
        url,
        z.unknown(),
        'mutation ($sku: ID!) { holdCreate(input: { lines: [{ sku: $sku }], seconds: 30 }) { userErrors { code } } }',
        { sku: sku.id },
      );
      times.push(performance.now() - start);
    }
  }
  report({
    name: 'from a photo to a hold in two calls, p50',
    unit: 'ms',
    a: [median(times)],
    b: [],
    note: `${times.length} altered copies; the upload of the photo included`,
  });
}

const SEARCH = `query ($image: ImageInput!) {
  visualSearch(query: { like: [{ image: $image }] }, first: ${PAGE}) {
    edges { score node { handle title } skus { id code price { amount } availability { sellable quantity } } }
  }
}`;
const IDENTIFY = `query ($image: ImageInput!) {
  identify(image: $image) { match { score probability node { handle title } } labels { kind value confidence } }
}`;
const MATCH = `query ($image: ImageInput!, $options: [SelectedOptionInput!]) {
  matchSku(image: $image, options: $options) {
    outcome match { probability node { handle } } sku { id code price { amount } } alternatives { node { handle } }
  }
}`;

const matched = z.object({
  matchSku: z.object({
    outcome: z.string(),
    match: z.object({ node: z.object({ handle: z.string() }) }).nullable(),
    sku: z.object({ id: z.string() }).nullable(),
  }),
});

type Options = { name: string; value: string }[];

async function matchSku(
  url: string,
  bytes: Buffer<ArrayBuffer>,
  options: Options,
): Promise<z.infer<typeof matched>['matchSku']> {
  return (await ask(url, matched, MATCH, { image: { id: await uploadImage(url, bytes) }, options })).matchSku;
}

/** Altered in the way that its name determines. */
async function altered(picture: Buffer, name: string): Promise<Buffer<ArrayBuffer>> {
  const ways = Object.values(ALTERATIONS);
  const which = Buffer.from(name).reduce((sum, byte) => sum + byte, 0) % ways.length;
  return Buffer.from((await ways[which]?.(picture)) ?? picture);
}

const buyable = z.object({
  handle: z.string(),
  featuredImage: z.object({ id: z.string(), url: z.string() }).nullable(),
  skus: z.array(
    z.object({
      image: z.object({ id: z.string() }).nullable(),
      options: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

/** Products that can be bought in the color of their first picture, with the size of an SKU that can be bought. */
async function listBuyable(url: string): Promise<{ handle: string; picture: Buffer; options: Options }[]> {
  const listed = await listNodes(
    url,
    buyable,
    'handle featuredImage { id url } skus(where: { availability: SELLABLE }) { image { id } options { name value } }',
    'SELLABLE',
  );
  const all = listed.flatMap(({ skus, ...product }) => {
    const sku = skus.find(({ image }) => image?.id === product.featuredImage?.id);
    return sku === undefined ? [] : [{ ...product, sku }];
  });
  // The list is sorted by category; products sold out together should not all be from one.
  const sample = all.filter(
    (_, i) => Math.floor((i * PRODUCTS) / all.length) !== Math.floor(((i - 1) * PRODUCTS) / all.length),
  );
  return inTurns(sample, async ({ handle, featuredImage, sku }) => ({
    handle,
    picture: Buffer.from(await (await fetch(featuredImage?.url ?? '')).arrayBuffer()),
    options: sku.options.filter(({ name }) => name === 'size'),
  }));
}
