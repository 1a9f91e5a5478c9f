import { readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { writeCalibration } from '../search/probability/calibration.store.js';
import type { SameProductFit } from '../search/probability/fit-same-product.js';
import type { Sample } from '../search/probability/sample.store.js';
import { openBlobs } from '../platform/open-blobs.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** Six copies each take a few minutes on one busy core; more hardly change the three weights. */
const DEFAULT_SAMPLE = 300;
const MAX_SAMPLE = 5_000;

interface Options {
  readonly sample: number;
  readonly products?: string;
  readonly output?: string;
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('calibrate match probabilities to your catalog')
    .option(
      '--sample <n>',
      `number of products to test with, up to ${MAX_SAMPLE}`,
      readSample,
      DEFAULT_SAMPLE,
    )
    .option('--products <file>', 'test with these products instead: one handle per line')
    .option(
      '--output <file>',
      'write the calibration to a file (for the folder of the encoder) instead of to Postgres',
    )
    .addHelpText(
      'after',
      `
Makes altered copies of product images (cropped, turned, darker, lighter, compressed, or on another background),
encodes them with the encoder of VITRINE_ENCODER, and compares each copy with its own product and with the nearest
other product. The result is VisualMatchEdge.probability, which matchSku and identify use too. The printed
error is measured on products that the fit has not seen.

Run it when your catalog is complete. Gateways use the result within half a minute. Without it, they use the
calibration in the folder of the encoder (calibration.json).

Examples:
  vitrine calibrate
  vitrine calibrate --sample 1000
  vitrine calibrate --products held-out.txt --output models/other/calibration.json`,
    )
    .action((options: Options) => runCommand((session) => run(session, options)));
}

function readSample(text: string): number {
  const sample = Number(text);
  if (!Number.isInteger(sample) || sample < 1 || sample > MAX_SAMPLE)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_SAMPLE}.`);
  return sample;
}

async function run({ config, log, progress, signal }: Session, options: Options): Promise<ExitCode> {
  await prepareDataFolder(config.dataFolder);
  const sample: Sample =
    options.products === undefined
      ? { size: options.sample }
      : { handles: await readHandles(options.products) };
  const [{ fitSameProduct, observeCopies }, { openEncoder }] = await Promise.all([
    import('../search/probability/fit-same-product.js'),
    import('../vision/encoder.js'),
  ]);
  const encoder = await openEncoder({ directory: config.encoderFolder, log });
  try {
    const database = await startDatabase(config, log);
    try {
      const { db } = database;
      const images = await openBlobs(config.imageStore.images);
      const fit = fitSameProduct(await observeCopies({ db, encoder, images, progress }, sample, signal));
      if (options.output === undefined) await writeCalibration(db, encoder.id, 'same_product', fit.model);
      else
        await writeFile(
          options.output,
          `${JSON.stringify({ encoder: encoder.id, sameProduct: fit.model }, null, 2)}\n`,
        );
      process.stdout.write(describe(fit, encoder.id, options.output));
      return EXIT.done;
    } finally {
      await database.close();
    }
  } finally {
    await encoder.close();
  }
}

async function readHandles(file: string): Promise<string[]> {
  try {
    const text = await readFile(file, 'utf8');
    return text.split(/\r?\n/).filter((line) => line !== '');
  } catch (error) {
    throw new OperatorError(`The list of products cannot be read: ${errorMessage(error)}.`, { cause: error });
  }
}

function describe(
  { model, reliability }: SameProductFit,
  encoder: string,
  output: string | undefined,
): string {
  const bins = reliability.map(
    ({ promised, true: truth, count }) =>
      `  predicted ${promised.toFixed(3)}, actual ${truth.toFixed(3)} (${count} pairs)\n`,
  );
  return [
    `Calibrated ${encoder} on ${model.products} products; expected calibration error on unseen products: ${model.calibrationError.toFixed(3)}.\n`,
    ...bins,
    output === undefined ? 'Gateways use it within half a minute.\n' : `Written to ${output}.\n`,
  ].join('');
}
