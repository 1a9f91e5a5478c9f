import { once } from 'node:events';
import { constants, createWriteStream, type WriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGE_FORM, parseLanguage } from '../platform/language-tag.js';
import type { ImportReport } from '../import/report.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** An import that rejects a larger part of its rows, in percent, has failed, whatever it has imported. */
const MAX_REJECTED = 10;

interface Options {
  readonly channel?: string;
  readonly currency?: string;
  readonly country?: string;
  readonly channelLanguage?: string;
  readonly language?: string;
  readonly columns?: string;
  readonly defaultQuantity?: number;
  readonly rejects?: string;
  readonly maxRejected: number;
  readonly prune?: boolean;
  readonly maxPruned?: number;
  readonly dryRun?: boolean;
  readonly explain?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description('import a product feed')
    .argument(
      '<feed>',
      'the export of a shop, or a feed for Google, Meta, or agents: CSV, TSV, XML, or JSON Lines',
    )
    .option('--channel <handle>', 'the channel of the prices and stock; created if it does not exist')
    .option('--currency <code>', 'the currency of prices without one, like EUR', currency)
    .option('--country <code>', 'the country whose time days and times are in, like DE', country)
    .option(
      '--channel-language <code>',
      'the language of the channel and of the feed, like de; en by default',
      language,
    )
    .addOption(
      new Option('--language <code>', 'import only titles and descriptions, in this language, like it')
        .argParser(language)
        .conflicts(['prune', 'channelLanguage']),
    )
    .option('--columns <file>', 'a JSON file that says what columns mean: {"Artikelnummer": "id"}')
    .option('--default-quantity <units>', 'units of what is in stock without a number', wholeNumber)
    .option('--rejects <file>', 'write all rejected rows to a file, with line number and reason')
    .option('--max-rejected <percent>', 'fail if more of the rows are rejected', percent, MAX_REJECTED)
    .option('--prune', 'remove products and SKUs that the feed no longer lists')
    .option(
      '--max-pruned <percent>',
      "remove nothing if more of the channel's SKUs are missing (default: 20); also prunes if rows have the same id",
      percent,
    )
    .option('--dry-run', 'read and check everything, and write nothing')
    .option('--explain', 'show what the first rows would become, without a database')
    .addHelpText(
      'after',
      `
Formats are recognized by their columns: Google Merchant Center and its local inventory, Meta catalogs, ACP
products.jsonl, the XML of shops and price comparison sites (Heureka, Yandex Market, Ceneo), and the exports of Shopify,
WooCommerce, Magento 2, Wix, and Vendure. docs/import.md has their columns.

Adds or updates products, SKUs, prices, and stock by their id, and encodes new images. Image links can be https URLs
or files in the folder of the feed. Invalid rows are reported with their line number; the other rows are imported.
Running gateways on the same data show the changes without a restart. Ctrl-C stops after the current batch. To
continue, run the import again: no image is encoded twice.

Exit code: 0 if something was imported, even if some rows were rejected; 1 if nothing was, if too many rows were
rejected, if --prune removed nothing because the feed looks incomplete, or if the import was stopped.

Examples:
  vitrine import feed.tsv --explain
  vitrine import products_export.csv --currency EUR
  vitrine import feed.xml --channel eu --rejects rejected.tsv --prune
  vitrine import feed-it.tsv --language it`,
    )
    .action((feed: string, options: Options) =>
      runCommand((session) =>
        options.explain === true
          ? explain(session, resolve(feed), options)
          : importInto(session, resolve(feed), options),
      ),
    );
}

function currency(text: string): string {
  const code = text.toUpperCase();
  if (!Intl.supportedValuesOf('currency').includes(code))
    throw new InvalidArgumentError('Use a code like EUR.');
  return code;
}

function country(text: string): string {
  if (!/^[a-z]{2}$/i.test(text)) throw new InvalidArgumentError('Use a code like DE.');
  return text.toUpperCase();
}

function language(text: string): string {
  const tag = parseLanguage(text);
  if (tag === null) throw new InvalidArgumentError(LANGUAGE_FORM);
  return tag;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Use a whole number.');
  return Number(text);
}

function percent(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100)
    throw new InvalidArgumentError('Use a number from 0 to 100.');
  return Number(text);
}

/** What both an import and its explanation are told of the feed. */
async function readingOptions({
  currency: code,
  country: of,
  defaultQuantity,
  columns,
  language: tag,
}: Options) {
  const { readColumnsFile } = await import('../import/columns-file.js');
  return {
    ...(code === undefined ? {} : { currency: code }),
    ...(of === undefined ? {} : { country: of }),
    ...(defaultQuantity === undefined ? {} : { defaultQuantity }),
    ...(tag === undefined ? {} : { language: tag }),
    ...(columns === undefined ? {} : { columns: await readColumnsFile(resolve(columns)) }),
  };
}

async function assertReadable(feed: string): Promise<void> {
  await access(feed, constants.R_OK).catch((error: unknown) => {
    throw new OperatorError(`The feed cannot be read: ${errorMessage(error)}.`, { cause: error });
  });
}

async function explain({ signal }: Session, feed: string, options: Options): Promise<ExitCode> {
  await assertReadable(feed);
  const [{ explainFeed }, { describeExplanation }] = await Promise.all([
    import('../import/explain-feed.js'),
    import('./import-report.js'),
  ]);
  const explanation = await explainFeed(feed, await readingOptions(options), signal);
  process.stdout.write(describeExplanation(explanation));
  return explanation.products.length + explanation.texts.length + explanation.stock.length > 0
    ? EXIT.done
    : EXIT.failed;
}

async function importInto(session: Session, feed: string, options: Options): Promise<ExitCode> {
  const { config, log, progress, signal } = session;
  const { channel, prune = false, dryRun = false, channelLanguage } = options;
  await assertReadable(feed);
  const reading = await readingOptions(options);
  await prepareDataFolder(config.dataFolder);
  const rejects = options.rejects === undefined ? null : await openRejects(options.rejects);
  // Loaded late, so that --help is fast.
  const [{ importFeed }, { describeImport }, { openBlobs }, { startDatabase }, { openEncoder }] =
    await Promise.all([
      import('../import/import-feed.js'),
      import('./import-report.js'),
      import('../platform/open-blobs.js'),
      import('../platform/start-database.js'),
      import('../vision/encoder.js'),
    ]);
  // Both take a second, and so they are opened at the same time.
  const opening = openEncoder({ directory: config.encoderFolder, log });
  opening.catch(() => undefined);
  try {
    const database = await startDatabase(config, log);
    try {
      const report = await importFeed(
        {
          db: database.db,
          encoder: await opening,
          images: await openBlobs(config.imageStore.images),
          log,
          progress,
        },
        {
          ...reading,
          feed,
          prune,
          dryRun,
          ...(options.maxPruned === undefined ? {} : { maxPruned: options.maxPruned / 100 }),
          ...(channel === undefined ? {} : { channel }),
          ...(channelLanguage === undefined ? {} : { channelLanguage }),
          onRejected: ({ line, reason }) => rejects?.write(`${line}\t${reason.replace(/\s+/g, ' ')}\n`),
        },
        signal,
      );
      process.stdout.write(describeImport(report, { rejectsFile: options.rejects ?? null, dryRun }));
      return hasSucceeded(report, options) ? EXIT.done : EXIT.failed;
    } finally {
      await database.close();
    }
  } finally {
    await opening.then(
      (encoder) => encoder.close(),
      () => undefined,
    );
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

function hasSucceeded(report: ImportReport, { maxRejected }: Options): boolean {
  const { complete, products, stockLevels, rejectedRows, skus, pruneRefused } = report;
  const rows = rejectedRows + Math.max(skus, stockLevels);
  const isGood = rejectedRows <= (maxRejected / 100) * rows;
  return complete && isGood && pruneRefused === null && products + stockLevels > 0;
}
