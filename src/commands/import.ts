import { once } from 'node:events';
import { constants, createWriteStream, type WriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Fault, ImportReport } from '../import/import-feed.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More lines than this scroll the summary off the screen. */
const SHOWN_FAULTS = 20;

interface Options {
  readonly channel?: string;
  readonly rejects?: string;
  readonly prune?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description('import a Google Merchant Center product feed')
    .argument('<feed>', 'a tab-separated file with a header line')
    .option('--channel <handle>', 'the channel of the prices and stock; created if it does not exist')
    .option('--rejects <file>', 'write all rejected rows to a file, with line number and reason')
    .option('--prune', 'remove products and SKUs that the feed no longer lists')
    .addHelpText(
      'after',
      `
Adds or updates products, SKUs, prices, and stock by their id, and encodes new images. Image links can be https URLs
or files in the folder of the feed. Invalid rows are reported with their line number; the other rows are imported.
Running gateways on the same data show the changes without a restart. Ctrl-C stops after the current batch. To
continue, run the import again: no image is encoded twice.

Exit code: 0 if something was imported, even if some rows were rejected; 1 if nothing was, or if the import was
stopped.

Examples:
  vitrine import feed.tsv
  vitrine import feed.tsv --channel eu --rejects rejected.tsv`,
    )
    .action((feed: string, options: Options) =>
      runCommand((session) => importInto(session, resolve(feed), options)),
    );
}

async function importInto(session: Session, feed: string, options: Options): Promise<ExitCode> {
  const { config, log, progress, signal } = session;
  const { channel, prune = false } = options;
  await access(feed, constants.R_OK).catch((error: unknown) => {
    throw new OperatorError(`The feed cannot be read: ${errorMessage(error)}.`, { cause: error });
  });
  await prepareDataFolder(config.dataFolder);
  const rejects = options.rejects === undefined ? null : await openRejects(options.rejects);
  // Loaded late, so that --help is fast.
  const [{ importFeed }, { openBlobs }, { startDatabase }, { openEncoder }] = await Promise.all([
    import('../import/import-feed.js'),
    import('../platform/open-blobs.js'),
    import('../platform/start-database.js'),
    import('../vision/encoder.js'),
  ]);
  const encoder = await openEncoder({ directory: config.encoderFolder, log });
  try {
    const database = await startDatabase(config, log);
    try {
      const report = await importFeed(
        {
          db: database.db,
          encoder,
          images: await openBlobs(config.imageStore.images),
          log,
          progress,
        },
        {
          feed,
          prune,
          ...(channel === undefined ? {} : { channel }),
          onRejected: ({ line, reason }) => rejects?.write(`${line}\t${reason.replace(/\s+/g, ' ')}\n`),
        },
        signal,
      );
      process.stdout.write(describe(report, options.rejects ?? null));
      return report.complete && report.products > 0 ? EXIT.done : EXIT.failed;
    } finally {
      await database.close();
    }
  } finally {
    await encoder.close();
    rejects?.end();
  }
}

async function openRejects(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new OperatorError(`The file for rejected rows cannot be written: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  stream.write('line\treason\n');
  return stream;
}

function describe(report: ImportReport, rejectsFile: string | null): string {
  const { products, skus, imagesEncoded, imagesReused, pruned } = report;
  const everyReject =
    rejectsFile === null ? '--rejects FILE writes all of them' : `all of them: ${rejectsFile}`;
  return [
    `Imported ${count(products, 'product')} with ${count(skus, 'SKU')}`,
    report.channel === null ? '' : ` into the channel ${report.channel}`,
    `; ${count(imagesEncoded, 'image')} encoded, ${imagesReused} already encoded.\n`,
    pruned.products + pruned.skus === 0
      ? ''
      : `Removed ${count(pruned.products, 'product')} and ${count(pruned.skus, 'SKU')} that the feed no longer lists.\n`,
    list(`Rejected ${count(report.rejectedRows, 'row')}`, report.rejected, report.rejectedRows, everyReject),
    list(`Skipped ${count(report.failedImages, 'image')}`, report.imagesFailed, report.failedImages, null),
    report.complete
      ? ''
      : 'The import stopped before the end of the feed; run the same command again to continue.\n',
  ].join('');
}

function list(title: string, faults: readonly Fault[], total: number, everyOne: string | null): string {
  if (total === 0) return '';
  const shown = faults.slice(0, SHOWN_FAULTS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = total - shown.length;
  const rest = more === 0 ? '' : `  and ${more} more${everyOne === null ? '' : ` (${everyOne})`}\n`;
  return `${title}:\n${shown.join('')}${rest}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
