import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noPhotographs, importPhotographs, PHOTOGRAPHS_FEED, readPhotographs } from './photographs.js';
import { openShop, type Shop } from './shop.js';
import { mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';
import {
  calibrationError,
  reliability,
  type Prediction,
} from '../src/search/probability/calibration-error.js';
import { fitSameProduct, observeCopies } from '../src/search/probability/fit-same-product.js';
import type { Sample } from '../src/search/probability/sample.store.js';
import { predictHeldOut, probability, type Observation } from '../src/search/probability/logistic.js';
import { openBlobStore } from '../src/platform/blob-store.js';
import { openDatabase } from '../src/platform/postgres.js';
import type { Progress } from '../src/platform/progress.js';
import { readEncoderCalibration } from '../src/search/probability/encoder-calibration.js';
import { DEFAULT_ENCODER, openEncoder } from '../src/vision/encoder.js';

/** Altered six times each; more would hardly change the figures. */
const SAMPLE = 150;

export const benchmarks: Benchmark[] = [
  {
    name: 'probability-photos',
    description: 'photographs: is VisualMatchEdge.probability calibrated?',
    skip: noPhotographs,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing 1,650 photographs');
        await shop.import(PHOTOGRAPHS_FEED);
        const photographs = await readPhotographs();
        await importPhotographs(photographs, (feed) => shop.import(feed));
        const handles = photographs.map(({ name }) => name);
        await measure(
          shop,
          { handles },
          'photographs that the encoder has not seen, among 1,500 others',
          report,
          progress,
        );
      } finally {
        await shop.close();
      }
    },
  },
  {
    name: 'probability-drawings',
    description: 'the demo catalog: is VisualMatchEdge.probability calibrated?',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        await (await shop.serve()).stop();
        await measure(
          shop,
          { size: SAMPLE },
          'drawings, whose colorways are near one another; what ships was fitted to photographs',
          report,
          progress,
        );
      } finally {
        await shop.close();
      }
    },
  },
];

async function measure(
  shop: Shop,
  sample: Sample,
  note: string,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const db = openDatabase(shop.databaseUrl, () => undefined);
  const encoder = await openEncoder({ directory: DEFAULT_ENCODER });
  try {
    progress('encoding altered copies');
    const images = await openBlobStore(join(shop.folder, 'images'));
    const observations = await observeCopies(
      { db, encoder, images, progress: quiet },
      sample,
      new AbortController().signal,
    );
    const own = fitSameProduct(observations);
    const shipped = await readEncoderCalibration(fileURLToPath(DEFAULT_ENCODER), encoder.id);
    const weights = shipped?.weights ?? [];
    const predictions = observations.map(({ features, outcome }): Prediction => ({
      probability: probability(weights, features),
      outcome,
    }));
    report(figure('expected calibration error, as shipped', calibrationError(predictions), note));
    report({
      ...figure(
        'expected calibration error, fitted to this catalog, on products left out',
        own.model.calibrationError,
        note,
      ),
      target: { of: 'a', op: '<=', value: 0.05 },
    });
    const byCosine = observations.map(({ features, ...rest }) => ({
      ...rest,
      features: features.slice(0, 1),
    }));
    for (const [name, seen] of [
      ['log loss on products left out', observations],
      ['log loss on products left out, by the cosine alone', byCosine],
    ] as const)
      report(figure(name, logLoss(seen), note));
    for (const { promised, true: truth, count } of reliability(predictions))
      report(figure(`share that are the same, of ${count} that say ${promised.toFixed(3)}`, truth, note));
  } finally {
    await encoder.close();
    await db.end();
  }
}

/** The log loss of predictions for products that were left out: 0 at best, 0.69 for a coin toss. */
function logLoss(observations: readonly Observation[]): number {
  const predicted = predictHeldOut(observations);
  return mean(
    observations.map(({ outcome }, i) => {
      const said = predicted[i] ?? 0;
      return -Math.log(Math.max(outcome ? said : 1 - said, Number.EPSILON));
    }),
  );
}

const figure = (name: string, value: number, note: string): Measurement => ({
  name,
  unit: 'share',
  a: [value],
  b: [],
  note,
});

const quiet: Progress = {
  start: () => undefined,
  advance: () => undefined,
  done: () => undefined,
  say: () => undefined,
};
