import { z } from 'zod';
import { toLab } from '../src/vision/color-descriptor.js';
import { DEFAULT_COLOR_SHARE } from '../src/vision/color-share.js';
import { inspectImage } from '../src/vision/decode.js';
import { ask, uploadImage } from './graphql.js';
import { listProducts } from './list-products.js';
import { inTurns } from './in-turns.js';
import { noPhotographs, PHOTOGRAPHS_FEED, readPhotographs } from './photographs.js';
import { share } from './share.js';
import { openShop } from './shop.js';
import { bootstrapInterval, mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const RESULTS = 10;
const SHARES = [0, 0.1, DEFAULT_COLOR_SHARE, 0.3, 0.5];

export const benchmarks: Benchmark[] = [
  {
    name: 'color-photos',
    description:
      'photographs: what a share of color in the likeness costs in type precision, and gains in color',
    skip: noPhotographs,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing 1,500 photographs');
        await shop.import(PHOTOGRAPHS_FEED);
        const { url } = await shop.serve();
        const queries = await inTurns(await readPhotographs(), async ({ bytes, category }) => ({
          like: { image: { id: await uploadImage(url, bytes) } },
          category,
          color: (await inspectImage(bytes)).dominantColor,
        }));
        await measure(url, queries, '150 photographs that the encoder has not seen', report, progress);
      } finally {
        await shop.close();
      }
    },
  },
  {
    name: 'color-drawings',
    description:
      'the demo catalog: what a share of color in the likeness costs in type precision, and gains in color',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const products = await inTurns(await listProducts(url), async ({ id, category }) => ({
          like: { product: id },
          category: category.handle,
          color: await colorOf(url, id),
        }));
        await measure(url, products, `${products.length} products`, report, progress);
      } finally {
        await shop.close();
      }
    },
  },
];

interface Query {
  readonly like: { product: string } | { image: { id: string } };
  readonly category: string;
  /** `#rrggbb` */
  readonly color: string;
}

const page = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({
        image: z.object({ dominantColor: z.string() }),
        node: z.object({ category: z.object({ handle: z.string() }) }),
      }),
    ),
  }),
});

async function measure(
  url: string,
  queries: readonly Query[],
  sample: string,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  for (const color of SHARES) {
    progress(`a share of ${color}`);
    const pages = await inTurns(queries, async ({ like, category, color: wanted }) => {
      const document = `query ($like: VisualReferenceInput!, $color: Float!, $first: Int!) {
        visualSearch(query: { like: [$like], color: $color }, where: { availability: ANY }, first: $first) {
          edges { image { dominantColor } node { category { handle } } }
        }
      }`;
      const { visualSearch } = await ask(url, page, document, { like, color, first: RESULTS });
      return {
        kind: mean(visualSearch.edges.map(({ node }) => Number(node.category.handle === category))),
        difference: mean(visualSearch.edges.map(({ image }) => colorDifference(image.dominantColor, wanted))),
      };
    });
    const note = `${sample}; 95 % intervals${color === DEFAULT_COLOR_SHARE ? '; the default share' : ''}`;
    report(
      share(
        `type precision@${RESULTS}, color counts ${color}`,
        pages.map(({ kind }) => kind),
        note,
      ),
    );
    const differences = pages.map(({ difference }) => difference);
    report({
      name: `mean difference of the main color of the first ${RESULTS}, color counts ${color}`,
      unit: 'ΔE (CIE 1976)',
      a: [mean(differences)],
      b: [],
      interval: bootstrapInterval(differences),
      note,
    });
  }
}

const featured = z.object({ product: z.object({ featuredImage: z.object({ dominantColor: z.string() }) }) });

async function colorOf(url: string, id: string): Promise<string> {
  const { product } = await ask(
    url,
    featured,
    'query ($id: ID!) { product(id: $id) { featuredImage { dominantColor } } }',
    { id },
  );
  return product.featuredImage.dominantColor;
}

/** Difference of two colors `#rrggbb`; about 2 is just visible. */
function colorDifference(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => {
    const value = parseInt(hex.slice(1), 16);
    return toLab([value >> 16, (value >> 8) & 255, value & 255]);
  });
  return x === undefined || y === undefined ? NaN : Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}
