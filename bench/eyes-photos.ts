import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { calibrationError } from '../src/search/probability/calibration-error.js';
import { readStreet } from './gates.js';
import { ask, uploadImage } from './graphql.js';
import { share } from './share.js';
import { shelfOf, shelfOfCategory } from './shelves.js';
import { streetBenchmark } from './street-shop.js';
import { mean } from './statistics.js';
import type { Measurement } from './types.js';

/** The first ones by name: the same as those of `eyes-look`. */
const PHOTOGRAPHS = 200;
const RESULTS = 10;
/** From this confidence on, an app shows a label without a question mark. */
const HIGH_CONFIDENCE = 0.8;

const product = z.object({ category: z.object({ handle: z.string() }) });
const page = z.object({ visualSearch: z.object({ nodes: z.array(product) }) });
const told = z.object({
  identify: z.object({
    region: z.unknown().nullable(),
    match: z.object({ node: product }).nullable(),
    labels: z.array(z.object({ kind: z.string(), value: z.string(), confidence: z.number() })),
  }),
  matchSku: z.object({ outcome: z.string(), match: z.object({ node: product }).nullable() }),
});
const SEARCH = `query ($image: ID!, $box: BoxInput) {
  visualSearch(query: { like: [{ image: { id: $image }, box: $box }] }, first: ${RESULTS}, where: { availability: ANY }) {
    nodes { category { handle } }
  }
}`;
const ASK = `query ($image: ID!) {
  identify(image: { id: $image }) {
    region { x } match { node { category { handle } } } labels { kind value confidence }
  }
  matchSku(image: { id: $image }) { outcome match { node { category { handle } } } }
}`;
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

export const photosBenchmark = streetBenchmark(
  'eyes-photos',
  'photographs of people in the street without a box, asked of 1,500 flat lays',
  measurePhotos,
);

/** None of what people wear there is in the catalog, so that every product that is named is wrong. */
async function measurePhotos(
  url: string,
  report: (measurement: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const pages: { photo: number[]; whole: number[] }[] = [];
  const labels: ({ probability: number; outcome: boolean } | null)[] = [];
  const [named, same, substitutes, peopled]: number[][] = [[], [], [], []];
  for (const [i, { file, items }] of (await readStreet()).slice(0, PHOTOGRAPHS).entries()) {
    if (i % 20 === 0) progress(`searching with people in the street: ${i} of ${PHOTOGRAPHS}`);
    const worn = new Set(items.flatMap(({ type }) => shelfOf(type) ?? []));
    if (worn.size === 0) continue;
    const isWorn = (category: string): boolean => worn.has(shelfOfCategory(category));
    const image = await uploadImage(url, Buffer.from(await readFile(file)));
    const search = async (box: typeof WHOLE | null): Promise<number[]> =>
      (await ask(url, page, SEARCH, { image, box })).visualSearch.nodes.map(({ category }) =>
        Number(isWorn(category.handle)),
      );
    pages.push({ photo: await search(null), whole: await search(WHOLE) });
    const { identify, matchSku } = await ask(url, told, ASK, { image });
    const label = identify.labels.find(({ kind }) => kind === 'CATEGORY');
    labels.push(label ? { probability: label.confidence, outcome: isWorn(label.value) } : null);
    peopled?.push(Number(identify.region !== null));
    named?.push(Number(identify.match !== null));
    same?.push(Number(matchSku.outcome === 'SAME_PRODUCT'));
    if (matchSku.outcome === 'CLOSE_SUBSTITUTE')
      substitutes?.push(Number(isWorn(matchSku.match?.node.category.handle ?? '')));
  }
  const note = `${pages.length} photographs of people in the street, what they wear among 1,500 flat lays; 95 % intervals`;
  const line = (name: string, values: readonly number[]): void => report(share(name, values, note));
  line('photographs in which somebody is found', peopled ?? []);
  for (const [way, name] of [
    ['photo', 'without a box'],
    ['whole', 'with a box around everything'],
  ] as const) {
    line(
      `${name}: type of something worn, precision@1`,
      pages.map((pair) => pair[way][0] ?? 0),
    );
    line(
      `${name}: type of something worn, precision@${RESULTS}`,
      pages.map((pair) => mean(pair[way])),
    );
  }
  const said = labels.filter((label) => label !== null);
  line(
    'identify: category given',
    labels.map((label) => Number(label !== null)),
  );
  line(
    'identify: category of something worn, when given',
    said.map(({ outcome }) => Number(outcome)),
  );
  line(
    `identify: wrong category with a confidence from ${HIGH_CONFIDENCE}`,
    labels.map((label) => Number(label !== null && label.probability >= HIGH_CONFIDENCE && !label.outcome)),
  );
  report({
    name: 'identify: expected calibration error of the category when given',
    unit: 'share',
    a: [calibrationError(said)],
    b: [],
    note,
  });
  line('identify: a product named, though none is there', named ?? []);
  line('matchSku: SAME_PRODUCT, though none is there', same ?? []);
  if (substitutes !== undefined && substitutes.length > 0)
    line(`matchSku: substitutes of something worn (of ${substitutes.length})`, substitutes);
}
