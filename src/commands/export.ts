import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { Command, Option } from 'commander';
import type { ExportReport, FeedFormatName } from '../export/export-feed.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { runOnDatabase } from './run-on-database.js';

interface Options {
  readonly format: FeedFormatName;
  readonly channel?: string;
  readonly output?: string;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('write what can be bought now as a product feed')
    .addOption(
      new Option(
        '--format <format>',
        'google: Merchant Center, tab-separated; acp: Agentic Commerce Protocol, JSON Lines',
      )
        .choices(['google', 'acp'])
        .default('google'),
    )
    .option('--channel <handle>', 'the channel whose prices and stock to write (the default channel)')
    .option(
      '--output <path>',
      'a file for google, a folder for acp; otherwise, the products go to standard output',
    )
    .addHelpText(
      'after',
      `
Writes each SKU that Postgres says can be bought in the channel, all as of one moment. Image links lead to the gateway
at VITRINE_PUBLIC_URL. SKUs that the format has no place for, such as those without a link to a product page for google,
are counted on standard error with the reason. A file is complete or not there: it replaces an older one at the end.

Examples:
  VITRINE_PUBLIC_URL=https://shop.example vitrine export > feed.tsv
  VITRINE_PUBLIC_URL=https://shop.example vitrine export --channel eu --format acp --output feed/`,
    )
    .action((options: Options) =>
      runOnDatabase(async (db, { config, progress, signal }) => {
        const { publicUrl } = config;
        if (publicUrl === null) {
          throw new OperatorError(
            'The links of images need an address: set VITRINE_PUBLIC_URL to where shoppers reach the gateway, for example https://shop.example.',
          );
        }
        // Loaded late, so that --help is fast.
        const { exportFeed } = await import('../export/export-feed.js');
        const feed = { format: options.format, channel: options.channel ?? null, publicUrl };
        const write = (output: Writable): Promise<ExportReport> =>
          exportFeed({ db, progress }, feed, output, signal);
        const report = await (options.output === undefined
          ? write(toStandardOutput())
          : options.format === 'acp'
            ? writeFolder(resolve(options.output), write)
            : writeWhole(resolve(options.output), write));
        progress.done(describe(report));
      }),
    );
}

/** Does not close it. */
const toStandardOutput = (): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      process.stdout.write(chunk, done);
    },
  });

/** Replaces a file by a complete one. */
async function writeWhole(
  path: string,
  write: (output: Writable) => Promise<ExportReport>,
): Promise<ExportReport> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, 'wx');
    const report = await write(file.createWriteStream({ flush: true }));
    await rename(draft, path);
    return report;
  } catch (error) {
    await rm(draft, { force: true });
    if (!(error instanceof Error) || !('path' in error)) throw error;
    throw new OperatorError(`The feed cannot be written: ${errorMessage(error)}.`, { cause: error });
  }
}

/** The products and the metadata of a feed for full replacement. */
async function writeFolder(
  folder: string,
  write: (output: Writable) => Promise<ExportReport>,
): Promise<ExportReport> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new OperatorError(`The folder cannot be made: ${errorMessage(cause)}.`, { cause });
  });
  const report = await writeWhole(join(folder, 'products.jsonl'), write);
  const metadata = { id: report.channel, updated_at: report.asOf.toISOString() };
  await writeFile(join(folder, 'metadata.json'), `${JSON.stringify(metadata)}\n`);
  return report;
}

function describe({ channel, asOf, products, skus, leftOut }: ExportReport): string {
  const lines = [...leftOut].map(
    ([reason, { count, codes }]) =>
      `  ${count} left out: ${reason} (${codes.join(', ')}${count > codes.length ? ', …' : ''})`,
  );
  return [
    `${products} products with ${skus} SKUs that ${channel} could sell at ${asOf.toISOString()}.`,
    ...lines,
  ].join('\n');
}
