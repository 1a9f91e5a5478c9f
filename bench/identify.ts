import { z } from 'zod';
import { ask, uploadImage } from './graphql.js';
import { inTurns } from './in-turns.js';
import { noPhotographs, PHOTOGRAPHS_FEED, readPhotographs } from './photographs.js';
import { share } from './share.js';
import { openShop } from './shop.js';
import { mean } from './statistics.js';
import { drawStrangers } from './strangers.js';
import type { Benchmark, Measurement } from './types.js';
import { calibrationError } from '../src/search/probability/calibration-error.js';
import { fitLabels } from '../src/identify/fit-labels.js';
import { openDatabase } from '../src/platform/postgres.js';
import { openEmbeddedIndex } from '../src/vector-index/embedded/embedded-index.js';
import { currentPosition } from '../src/sync/change.store.js';
import { loadIndex } from '../src/sync/load-index.js';
import { revisionOf } from '../src/sync/revision.js';
import { readManifest } from '../src/vision/manifest.js';
import { DEFAULT_ENCODER } from '../src/vision/encoder.js';

/** Images of each of ten kinds. */
const STRANGERS = 12;
/** Confidence from which a label is returned. */
const SAID = 0.5;

export const benchmarks: Benchmark[] = [
  {
    name: 'identify-drawings',
    description:
      'the demo catalog: are labels right as often as they claim, and do images of no garment get none?',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        await measureLabels(shop.databaseUrl, report, progress);
        await measureStrangers(url, 'the demo catalog', report, progress);
      } finally {
        await shop.close();
      }
    },
  },
  {
    name: 'identify-photos',
    description: 'photographs that the encoder has not seen, identified among 1,500 products',
    skip: noPhotographs,
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing 1,500 photographs');
        await shop.import(PHOTOGRAPHS_FEED);
        const { url } = await shop.serve();
        progress('identifying 150 others');
        const seen = await inTurns(await readPhotographs(), async ({ bytes, category }) => {
          const label = (await identify(url, bytes)).labels.find(({ kind }) => kind === 'CATEGORY');
          return label === undefined
            ? null
            : { probability: label.confidence, outcome: label.value === category };
        });
        const said = seen.filter((label) => label !== null);
        const note = '150 photographs; their brands and colors were made up, so only the category is judged';
        report(
          share(
            'CATEGORY, given',
            seen.map((label) => Number(label !== null)),
            note,
          ),
        );
        report(
          share(
            'CATEGORY, right when given',
            said.map(({ outcome }) => Number(outcome)),
            note,
          ),
        );
        report(error('CATEGORY, expected calibration error when given', calibrationError(said), note));
        await measureStrangers(url, 'photographs', report, progress);
      } finally {
        await shop.close();
      }
    },
  },
];

/** Leaves out one product at a time, as the gateway does when it fits. */
async function measureLabels(
  databaseUrl: string,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  progress('leaving out one product at a time');
  const { id, dimension } = await readManifest(DEFAULT_ENCODER);
  const db = openDatabase(databaseUrl, () => undefined);
  const index = await openEmbeddedIndex({ dimension });
  try {
    await loadIndex(db, index, id, revisionOf(await currentPosition(db)), () => undefined);
    const fit = await fitLabels(db, index, id);
    for (const [kind, predictions] of fit?.heldOut ?? []) {
      const said = predictions.filter(({ probability }) => probability >= SAID);
      const note = `${predictions.length} products, each left out; confidences by a fit to nine tenths of the others`;
      report(error(`${kind}, expected calibration error`, calibrationError(predictions), note));
      report(
        share(
          `${kind}, given`,
          predictions.map(({ probability }) => Number(probability >= SAID)),
          note,
        ),
      );
      if (said.length > 0)
        report(
          share(
            `${kind}, right when given`,
            said.map(({ outcome }) => Number(outcome)),
            note,
          ),
        );
    }
  } finally {
    await index.close();
    await db.end();
  }
}

async function measureStrangers(
  url: string,
  catalog: string,
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  progress('identifying what is no garment');
  const answers = await inTurns(await drawStrangers(STRANGERS), (image) => identify(url, image));
  const note = `${answers.length} drawn images of no garment, of ten kinds, against ${catalog}`;
  report(
    share(
      'images of no garment: no label and no product',
      answers.map(({ labels, match }) => Number(labels.length === 0 && match === null)),
      note,
    ),
  );
  report(
    share(
      'images of no garment: no product',
      answers.map(({ match }) => Number(match === null)),
      note,
    ),
  );
  const sure = answers.flatMap(({ labels }) => labels.map(({ confidence }) => confidence));
  if (sure.length > 0)
    report({
      name: 'images of no garment: mean confidence of the labels given',
      unit: 'share',
      a: [mean(sure)],
      b: [],
      note,
    });
}

const error = (name: string, value: number, note: string): Measurement => ({
  name,
  unit: 'share',
  a: [value],
  b: [],
  target: { of: 'a', op: '<=', value: 0.05 },
  note,
});

const answer = z.object({
  identify: z.object({
    match: z.object({ node: z.object({ handle: z.string() }) }).nullable(),
    labels: z.array(z.object({ kind: z.string(), value: z.string(), confidence: z.number() })),
  }),
});

async function identify(
  url: string,
  bytes: Buffer<ArrayBuffer>,
): Promise<z.infer<typeof answer>['identify']> {
  const document = `query ($image: ImageInput!) {
    identify(image: $image) { match { node { handle } } labels { kind value confidence } }
  }`;
  return (await ask(url, answer, document, { image: { id: await uploadImage(url, bytes) } })).identify;
}
