import { Command } from 'commander';
import { readLedgerDrift, type LedgerDrift } from '../inventory/ledger.store.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { startDatabase } from '../platform/start-database.js';
import type { IndexReconciliation } from '../sync/reconcile-index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More than this scrolls the summary off the screen. */
const SHOWN_DRIFTS = 20;

interface Options {
  readonly check?: boolean;
  readonly json?: boolean;
}

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description('compare the search index with Postgres and repair differences; check the stock ledger')
    .option('--check', 'report without repairing; exit with 1 if anything differs')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Checks that the index has exactly the encoded images, each with its product, tags, and vector. Searches and writes
continue while it runs. Changes that have not reached the index yet do not count as differences. With QDRANT_URL, the
command itself does the comparison; without it, each running gateway checks the index in its memory. The command also
compares the stock on hand with the stock ledger. It repairs nothing there, because it cannot know which of the two is
right.

Exit code: 0 if nothing differs after the repair; 1 if something does, or if the comparison failed.

Examples:
  vitrine reconcile
  vitrine reconcile --check --json
  QDRANT_URL=http://qdrant:6333 vitrine reconcile`,
    )
    .action((options: Options) => runCommand((session) => run(session, options)));
}

async function run(
  { config, log, progress, signal }: Session,
  { check = false, json = false }: Options,
): Promise<ExitCode> {
  await prepareDataFolder(config.dataFolder);
  const { reconcileIndex } = await import('../sync/reconcile-index.js');
  const database = await startDatabase(config, log);
  try {
    const { qdrant, encoderFolder } = config;
    const indexes = await reconcileIndex(
      { db: database.db, qdrant, encoderFolder, log, progress },
      !check,
      signal,
    );
    const ledger = await readLedgerDrift(database.db, SHOWN_DRIFTS);
    process.stdout.write(
      json
        ? `${JSON.stringify({ indexes, ledger }, null, 2)}\n`
        : (indexes.map(describe).join('') || NOBODY) + describeLedger(ledger),
    );
    return indexes.every(isSound) && ledger.count === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await database.close();
  }
}

const NOBODY =
  'No gateway is running. A gateway with the embedded index builds the index from Postgres when it starts, so there is nothing to do.\n';

const isSound = ({ report, failure }: IndexReconciliation): boolean =>
  report === null ? failure === null : report.repaired === report.differing;

function describe({ index, report, failure }: IndexReconciliation): string {
  if (report === null) return `${index}: ${failure ?? 'stopped before it responded'}\n`;
  const { compared, differing, repaired, sample } = report;
  const kinds = [
    [report.missing, 'missing'],
    [report.extra, 'not in Postgres'],
    [report.wrongProduct, 'with a different product'],
    [report.payloadDiffers, 'with different tags'],
    [report.vectorDiffers, 'with a different vector'],
  ] as const;
  const found = kinds.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const told = sample.map(
    ({ imageId, product, what }) => `  image ${imageId} of ${product ?? '?'} ${what}\n`,
  );
  return [
    `${index}: compared ${compared} images in ${report.seconds.toFixed(1)} s; `,
    differing === 0
      ? 'nothing differs.\n'
      : `${differing} differ (${found.join(', ')}), ${repaired} repaired.\n`,
    ...told,
    differing > sample.length ? `  and ${differing - sample.length} more\n` : '',
  ].join('');
}

function describeLedger({ count, sample }: LedgerDrift): string {
  if (count === 0) return 'Stock ledger: matches the stock on hand.\n';
  const told = sample.map(
    ({ sku, location, onHand, ledger }) =>
      `  ${sku} at ${location}: ${onHand ?? 'uncounted'} on hand, ${ledger} according to the ledger\n`,
  );
  return [
    `Stock ledger: ${count} ${count === 1 ? 'stock level differs' : 'stock levels differ'} from it. Count the stock, then add correcting entries to stock_ledger.\n`,
    ...told,
    count > sample.length ? `  and ${count - sample.length} more\n` : '',
  ].join('');
}
