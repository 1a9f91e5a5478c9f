import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { ImportReport } from '../import/import-feed.js';
import { openBlobStore } from '../platform/blob-store.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More rows than this scroll the summary off the screen; `--rejects` has them all. */
const SHOWN_REJECTS = 20;

interface Options {
  readonly channel?: string;
  readonly rejects?: string;
}

export function importCommand(): Command {
  return new Command('import')
    .description('read a Google Merchant Center product feed into the catalog')
    .argument('<feed>', 'a tab-separated file with a header line')
    .option(
      '--channel <handle>',
      "the channel whose prices and stock these are (default: the feed's country's)",
    )
    .option('--rejects <file>', 'write every rejected row there: its line number and the reason')
    .addHelpText(
      'after',
      `
Products, SKUs, prices and stock are updated or added by their id, images that are new are encoded. Image links may
be files, beside the feed or absolute, or https. Rows that are wrong are reported by line number; the rest goes in.
A running gateway on the same data shows what is imported without a restart. Ctrl-C stops between batches; running
the import again continues, and encodes nothing twice.

Exit code: 0 when something went in, even if some rows were rejected; 1 when nothing did, or it was stopped.

Examples:
  vitrine import feed.tsv
  vitrine import feed.tsv --rejects rejected.tsv`,
    )
    .action((feed: string, options: Options) =>
      runCommand((session) => importInto(session, resolve(feed), options)),
    );
}

async function importInto(session: Session, feed: string, options: Options): Promise<ExitCode> {
  const { config, log, progress, signal } = session;
  await prepareDataFolder(config.dataFolder);
  const [{ importFeed }, { openEncoder }] = await Promise.all([
    import('../import/import-feed.js'),
    import('../vision/encoder.js'),
  ]);
  const database = await startDatabase(config, log);
  try {
    const encoder = await openEncoder({ directory: config.encoderFolder, log });
    try {
      const images = await openBlobStore(join(config.dataFolder, 'images'));
      const report = await importFeed(
        { db: database.db, encoder, images, log, progress },
        { feed, ...(options.channel === undefined ? {} : { channel: options.channel }) },
        signal,
      );
      process.stdout.write(describe(report, options.rejects ?? null));
      if (options.rejects !== undefined) await writeRejects(options.rejects, report);
      if (signal.aborted) {
        progress.say('Stopped before the end of the feed; run the same command again to continue.');
        return EXIT.failed;
      }
      return report.products > 0 ? EXIT.done : EXIT.failed;
    } finally {
      await encoder.close();
    }
  } finally {
    await database.close();
  }
}

function describe(report: ImportReport, rejectsFile: string | null): string {
  const { products, skus, imagesEncoded, imagesReused, rejected } = report;
  const shown = rejected.slice(0, SHOWN_REJECTS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = rejected.length - shown.length;
  return [
    `Imported ${count(products, 'product')} with ${count(skus, 'SKU')}; `,
    `${count(imagesEncoded, 'image')} encoded, ${imagesReused} known already.\n`,
    ...(rejected.length === 0 ? [] : [`Rejected ${count(rejected.length, 'row')}:\n`, ...shown]),
    ...(more > 0
      ? [`  and ${more} more${rejectsFile === null ? ' (--rejects FILE writes all of them)' : ''}\n`]
      : []),
    ...(rejectsFile === null || rejected.length === 0 ? [] : [`All of them are in ${rejectsFile}\n`]),
  ].join('');
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

async function writeRejects(file: string, { rejected }: ImportReport): Promise<void> {
  const rows = rejected.map(({ line, reason }) => `${line}\t${reason.replace(/\s+/g, ' ')}\n`);
  await writeFile(file, `line\treason\n${rows.join('')}`).catch((error: unknown) => {
    throw new OperatorError(`The rejected rows could not be written to ${file}: ${errorMessage(error)}.`, {
      cause: error,
    });
  });
}
