// Must come first: what adapters import of the gateway has decorators.
import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { measuredCommit } from '../record.js';
import { describeMachine } from '../runner.js';
import { adapterNames, loadAdapter } from './adapters.js';
import { makeCatalog, QUERIES, type Catalog } from './catalog.js';
import type { MeasureSettings } from './measure.js';
import { measureAll } from './measure-all.js';
import { renderPage } from './page.js';
import type { Report } from './report.js';
import { formatContender } from './summary.js';
import { readVectors } from './vectors-file.js';

/** Fewer have no garments for each filter. */
const MIN_PRODUCTS = 200;
/** A shopper has long left the page. */
const LOST_AFTER_MS = 10_000;
/** The exit code of what Ctrl-C ended. */
const INTERRUPTED = 130;

interface Options {
  readonly adapters?: readonly string[];
  readonly products: number;
  readonly dimension: number;
  readonly vectors?: string;
  readonly searches: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly changesPerSecond: number;
  readonly seed: string;
  readonly out: string;
  readonly list?: true;
}

await new Command('npm run churn --')
  .description('search a shop while it sells, and compare every answer with SQL')
  .option('--adapters <names>', 'who to measure, separated by commas; all by default', (names) =>
    names.split(','),
  )
  .option(
    '--products <number>',
    'products in the catalog, with about 2.5 SKUs each',
    atLeast(MIN_PRODUCTS),
    5_000,
  )
  .option('--dimension <number>', 'numbers in each generated vector', atLeast(8), 512)
  .option('--vectors <file>', 'take vectors from this .fvecs or .fbin file instead of generating them')
  .option('--searches <number>', 'answers to judge', atLeast(2), 800)
  .option('--seconds <number>', 'how long each rate is measured, over all rounds', atLeast(1), 12)
  .option('--rounds <number>', 'in how many parts, in turns with the others', atLeast(1), 4)
  .option('--changes-per-second <number>', 'changes of stock and price beside the searches', atLeast(1), 50)
  .option('--seed <text>', 'the same seed gives the same catalog, searches, and changes', '1')
  .option('--out <folder>', 'where churn.json and churn.html are written', 'churn-report')
  .option('--list', 'print the adapters and whether they can run here')
  .addHelpText(
    'after',
    `
Settings (adapters without theirs are skipped):
  QDRANT_URL     a Qdrant, for qdrant and vitrine-qdrant; QDRANT_API_KEY if it wants one
  PGVECTOR_URL   a Postgres with the extension vector, as a superuser, for pgvector and pgvector-iterative

Examples:
  npm run churn
  npm run churn -- --adapters vitrine,exact --products 20000 --changes-per-second 200`,
  )
  .action(async (options: Options, command: Command) => {
    const names = await adapterNames();
    if (options.list) {
      for (const name of names) {
        const reason = await (await loadAdapter(name)).unavailable();
        print(`${name}: ${reason === null ? 'available' : `skipped: ${reason}`}\n`);
      }
      return;
    }
    const unknown = (options.adapters ?? []).filter((name) => !names.includes(name));
    if (unknown.length > 0)
      command.error(`There is no adapter ${unknown.join(', no ')}: there are ${names.join(', ')}.`, {
        exitCode: 2,
      });
    const report = await run(options, options.adapters ?? names, (problem) =>
      command.error(problem, { exitCode: 2 }),
    );
    if (report === null) {
      process.exitCode = INTERRUPTED;
      return;
    }
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'churn.json'), `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(join(options.out, 'churn.html'), renderPage(report));
    print(`\nWritten: ${resolve(options.out, 'churn.html')} and churn.json\n`);
    if (report.machine.busy)
      print('The machine was busy with other work before the run: rates and times show that too.\n');
    if (report.failed.length > 0) process.exitCode = 1;
  })
  .parseAsync();

/** Null when it was told to stop. */
async function run(
  options: Options,
  names: readonly string[],
  refuse: (problem: string) => never,
): Promise<Report | null> {
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const { products, seed, vectors: file, searches, seconds, rounds, changesPerSecond } = options;
  progress(`making ${products} products`);
  const catalog = await readCatalog(options).catch((error: unknown) =>
    refuse(error instanceof Error ? error.message : String(error)),
  );
  const stop = stopping();
  const settings: MeasureSettings = {
    seed,
    searches,
    seconds,
    rounds,
    changesPerSecond,
    lostAfterMs: LOST_AFTER_MS,
  };
  const result = await measureAll(
    names,
    catalog,
    settings,
    {
      progress,
      skipped: (name, reason) => print(`\n${name} is skipped: ${reason}.\n`),
      failed: (name, error) => print(`\n${name} failed: ${error}\n`),
    },
    stop,
  );
  if (stop.aborted) return null;
  for (const contender of result.contenders) print(formatContender(contender));
  return {
    startedAt,
    commit: await measuredCommit().catch(() => null),
    machine,
    settings: {
      ...settings,
      products,
      dimension: catalog.dimension,
      vectors: file === undefined ? null : basename(file),
    },
    ...result,
  };
}

/** Aborts on the first Ctrl-C, so that servers and folders are removed; the second ends the process at once. */
function stopping(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    progress('stopping after this part (press Ctrl-C again to stop immediately, and leave servers behind)');
    controller.abort();
  });
  return controller.signal;
}

/** @throws Error when the file has no vectors, or too few */
async function readCatalog({ vectors: file, ...settings }: Options): Promise<Catalog> {
  if (file === undefined) return makeCatalog(settings);
  return makeCatalog({ ...settings, vectors: await readVectors(file, settings.products + QUERIES) });
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
    return value;
  };
}

function progress(line: string): void {
  process.stderr.write(`  … ${line}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
