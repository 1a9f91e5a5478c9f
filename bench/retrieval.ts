import { z } from 'zod';
import { ask, uploadImage } from './graphql.js';
import { listProducts } from './list-products.js';
import { inTurns } from './in-turns.js';
import { importPhotographs, noPhotographs, PHOTOGRAPHS_FEED, readPhotographs } from './photographs.js';
import { share } from './share.js';
import { openShop } from './shop.js';
import { mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';
import { ALTERATIONS } from '../src/search/probability/alterations.js';

const RESULTS = 10;

export const benchmarks: Benchmark[] = [
  {
    name: 'retrieval-photos',
    description:
      'photographs: do results have the type of the query, and does the original of an altered copy come first?',
    skip: noPhotographs,
    run: runPhotos,
  },
  {
    name: 'retrieval-drawings',
    description: 'the demo catalog: do products that look like a product have its type?',
    run: runDrawings,
  },
];

async function runPhotos(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void> {
  const photographs = await readPhotographs();
  const shop = await openShop();
  try {
    progress('importing 1,500 photographs');
    await shop.import(PHOTOGRAPHS_FEED);
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
  const document = `query ($like: VisualReferenceInput!, $first: Int!) {
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
