import { readFile } from 'node:fs/promises';
import { openBodies, type Bodies } from '../src/vision/bodies/bodies.js';
import type { BodyPart } from '../src/vision/bodies/worn.js';
import { mainGarment } from '../src/vision/bodies/main-garment.js';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../src/vision/encoder.js';
import { areaOf } from '../src/vision/regions.js';
import { dot, meanDirection } from '../src/vector-index/vectors.js';
import { noGates, readModels, type ModelPhoto } from './gates.js';
import { share } from './share.js';
import { mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const RESULTS = 10;

/** A catalog picture: the whole, the main garment in it, and the one of its product's category. */
interface Embedded {
  readonly whole: Float32Array;
  readonly main: Float32Array | null;
  readonly own: Float32Array | null;
}

/** Ways to embed catalog pictures, and to ask by them: the best pair of vectors counts. */
const CATALOGS: Readonly<Record<string, (picture: Embedded) => readonly Float32Array[]>> = {
  'the whole': ({ whole }) => [whole],
  'the garment': ({ whole, own }) => [own ?? whole],
  'both, the better one': ({ whole, own }) => [whole, ...(own ? [own] : [])],
  'their mean': ({ whole, own }) => [own ? (meanDirection([own, whole]) ?? whole) : whole],
};
const QUERIES: Readonly<Record<string, (picture: Embedded) => readonly Float32Array[]>> = {
  'the whole': CATALOGS['the whole'] ?? (() => []),
  'the main garment': ({ whole, main }) => [main ?? whole],
  'both, the better one': ({ whole, main }) => [whole, ...(main ? [main] : [])],
};

export const cutOutBenchmark: Benchmark = {
  name: 'eyes-cut-out',
  description: 'catalog photographs with people, embedded as a whole or at the garment, colors included',
  skip: noGates,
  async run(report, progress) {
    const [encoder, bodies] = await Promise.all([
      openEncoder({ directory: DEFAULT_ENCODER, threads: 1 }),
      openBodies({ threads: 1 }),
    ]);
    try {
      await measureCutOuts(encoder, bodies, report, progress);
    } finally {
      await Promise.all([encoder.close(), bodies.close()]);
    }
  },
};

async function measureCutOuts(
  encoder: Encoder,
  bodies: Bodies,
  report: (measurement: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const photos = await readModels();
  progress(`encoding ${photos.length} photographs on models and the garments in them`);
  const all: (ModelPhoto & { readonly vectors: Embedded })[] = [];
  for (const photo of photos) all.push({ ...photo, vectors: await embed(photo, encoder, bodies) });
  const main = all.filter(({ view }) => view === 'main');
  for (const [catalog, pictured] of Object.entries(CATALOGS)) {
    for (const [query, shown] of Object.entries(QUERIES)) {
      const nearest = (photo: (typeof all)[number], among: typeof all): typeof all => {
        const asked = shown(photo.vectors);
        const score = ({ vectors }: (typeof all)[number]): number =>
          Math.max(...pictured(vectors).flatMap((vector) => asked.map((one) => dot(one, vector))));
        return among
          .map((other) => ({ other, score: score(other) }))
          .sort((a, b) => b.score - a.score)
          .map(({ other }) => other);
      };
      const types = main.map((photo) => {
        const strangers = main.filter(({ product }) => product !== photo.product);
        return mean(
          nearest(photo, strangers)
            .slice(0, RESULTS)
            .map(({ category }) => Number(category === photo.category)),
        );
      });
      const found = (photo: (typeof all)[number]): number[] => {
        const others = main.filter((other) => other !== photo);
        if (!others.some(({ product }) => product === photo.product)) return [];
        return [Number(nearest(photo, others)[0]?.product === photo.product)];
      };
      const name = `catalog ${catalog}, query ${query}`;
      const note = `${all.length} photographs; 95 % intervals`;
      report(share(`${name}: type precision@${RESULTS}`, types, note));
      report(share(`${name}: the other color first`, main.flatMap(found), note));
      report(share(`${name}: back view`, all.filter(({ view }) => view === 'back').flatMap(found), note));
    }
  }
}

async function embed(photo: ModelPhoto, encoder: Encoder, bodies: Bodies): Promise<Embedded> {
  const bytes = await readFile(photo.file);
  const scene = await encoder.open(bytes);
  const { people } = await bodies.open(scene.raster);
  const parts: readonly BodyPart[] = /pants|shorts/i.test(photo.category)
    ? ['lower']
    : ['upper', 'full', 'outer'];
  const [own] = people
    .flatMap(({ worn }) => worn)
    .filter(({ part }) => parts.includes(part))
    .sort((a, b) => areaOf(b.box) - areaOf(a.box));
  const main = mainGarment(people);
  const boxes = [main, own].flatMap((found) => (found ? [found.box] : []));
  const [whole, vectors] = await Promise.all([encoder.encode(bytes), scene.encode(boxes)]);
  return {
    whole,
    main: main && (vectors[0] ?? null),
    own: own === undefined ? null : (vectors.at(-1) ?? null),
  };
}
