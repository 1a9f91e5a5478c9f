import { availableParallelism } from 'node:os';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Thresholds } from '../audit/thresholds.js';
import { openBlobs } from '../platform/open-blobs.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { describeAudit } from './audit-table.js';
import { runCommand, type Session } from './session.js';

const DEFAULT_IMAGES = 24;
/** The state of all pictures is written again after each. */
const MAX_IMAGES = 1_000;
const DEFAULT_PASSES = 150;
const MAX_PASSES = 10_000;
/** Each thread has its own copy of the model in memory. */
const MAX_THREADS = 8;

interface Options {
  readonly encoder?: string;
  readonly images: number;
  readonly passes: number;
  readonly seed: number;
  readonly out: string;
  readonly maxTargeted?: number;
  readonly maxLost?: number;
  readonly maxTypeFlips?: number;
  readonly maxSameProduct?: number;
}

export function auditCommand(): Command {
  return new Command('audit')
    .description('attack pictures of your catalog, and say how often the search is deceived')
    .option('--encoder <folder>', 'the encoder to audit instead of VITRINE_ENCODER')
    .option('--images <n>', `number of pictures, up to ${MAX_IMAGES}`, whole(1, MAX_IMAGES), DEFAULT_IMAGES)
    .option(
      '--passes <n>',
      `questions that an attacker may ask for a picture, up to ${MAX_PASSES}`,
      whole(1, MAX_PASSES),
      DEFAULT_PASSES,
    )
    .option('--seed <n>', 'draws other pictures and other attacks', whole(0, 2 ** 31 - 1), 1)
    .option('--out <folder>', 'where the reports and the state are written', 'vitrine-audit')
    .option(
      '--max-targeted <share>',
      'fail if an attack puts its target among the first ten more often',
      readShare,
    )
    .option(
      '--max-lost <share>',
      "fail if an attack removes the picture's own product from the first ten more often",
      readShare,
    )
    .option('--max-type-flips <share>', 'fail if an attack changes the type more often', readShare)
    .option('--max-same-product <share>', 'fail if an attack makes SAME_PRODUCT wrong more often', readShare)
    .addHelpText(
      'after',
      `
Alters pictures of the catalog as an attacker could who sees only the answers: patches, hardly visible noise, stickers, words,
and a seller's own pictures. It also hides and invents parts that look finds, with VITRINE_DETECTOR if that is set. Writes
audit.json, and audit.html for people. The images must be encoded with the encoder (vitrine reindex --encoder <folder>).
Nothing in the database is changed. docs/robustness.md says how to read the result.

Each picture takes 18 × passes questions, and some 50 more. With the defaults and the included encoder, that is
under 20 minutes on two free cores; twice the pictures or twice the passes take twice as long. After each picture, the
state is saved: run the same command again to go on after it was stopped.

A threshold is a share from 0 to 1. It is exceeded when the lower end of the 95% interval of an attack is above it; then
the exit code is 1.

Examples:
  vitrine audit
  vitrine audit --encoder models/other --images 48 --max-targeted 0.3 --max-same-product 0.05 --out audit-other`,
    )
    .action((options: Options) => runCommand((session) => run(session, options)));
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

function readShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1))
    throw new InvalidArgumentError('It must be a share from 0 to 1, such as 0.25.');
  return share;
}

async function run(session: Session, options: Options): Promise<ExitCode> {
  const { config, log, progress, signal } = session;
  await prepareDataFolder(config.dataFolder);
  const folder = resolve(options.out);
  await prepareOutput(folder);
  const [{ runAudit }, { openRegions }, { openEncoder }, { readEncoderCalibration }, { SameProducts }] =
    await Promise.all([
      import('../audit/run-audit.js'),
      import('../audit/regions.js'),
      import('../vision/encoder.js'),
      import('../search/probability/encoder-calibration.js'),
      import('../search/probability/same-products.js'),
    ]);
  const directory = options.encoder === undefined ? config.encoderFolder : resolve(options.encoder);
  const threads = Math.min(MAX_THREADS, availableParallelism());
  const encoder = await openEncoder({ directory, threads, log });
  try {
    const shipped = await readEncoderCalibration(directory, encoder.id);
    const database = await startDatabase(config, log);
    try {
      const { db } = database;
      const model = await new SameProducts(db, encoder.id, shipped).model();
      if (model === null && options.maxSameProduct !== undefined)
        throw new OperatorError(
          `${encoder.id} has no calibration, so --max-same-product cannot be judged: run \`npx vitrine calibrate\` first.`,
        );
      const images = await openBlobs(config.imageStore.images);
      const regions = await openRegions({ encoder, threads, log, detectorFolder: config.detectorFolder });
      try {
        const report = await runAudit(
          { db, encoder, regions, threads, model, images, progress },
          { ...options, thresholds: thresholdsOf(options), folder },
          signal,
        );
        process.stdout.write(describeAudit(report, join(folder, 'audit.html')));
        return report.thresholds.some(({ exceeded }) => exceeded) ? EXIT.failed : EXIT.done;
      } finally {
        await regions.close();
      }
    } finally {
      await database.close();
    }
  } finally {
    await encoder.close();
    if (signal.aborted) progress.say('Stopped. Run the same command again to go on.');
  }
}

async function prepareOutput(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new OperatorError(`The folder of --out cannot be made: ${errorMessage(error)}.`, { cause: error });
  }
}

function thresholdsOf(options: Options): Thresholds {
  const { maxTargeted, maxLost, maxTypeFlips, maxSameProduct } = options;
  return {
    ...(maxTargeted !== undefined && { target: maxTargeted }),
    ...(maxLost !== undefined && { lost: maxLost }),
    ...(maxTypeFlips !== undefined && { flipped: maxTypeFlips }),
    ...(maxSameProduct !== undefined && { sameProduct: maxSameProduct }),
  };
}
