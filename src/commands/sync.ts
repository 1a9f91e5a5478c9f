import { once } from 'node:events';
import { Command } from 'commander';
import { prepareDataFolder } from '../platform/data-folder.js';
import { OperatorError } from '../platform/operator-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { assertCanListen, METRICS_VARIABLES } from './listen-errors.js';
import { runCommand, type Session } from './session.js';

interface Options {
  readonly once?: boolean;
}

export function syncCommand(): Command {
  return new Command('sync')
    .description('keep the Qdrant index up to date, alongside the gateways')
    .option('--once', 'write everything committed so far, then exit')
    .addHelpText(
      'after',
      `
Copies changes from Postgres to the Qdrant at QDRANT_URL, as every gateway does, but serves no requests. Run as many
as you like, on any machine: one works at a time, and if it stops, another takes over. If the collection does not
exist, it is created and filled. Without --once, it waits for a Qdrant that is away, and serves metrics and health at
VITRINE_METRICS_PORT. Ctrl-C or SIGTERM finishes the current batch, then stops. The embedded index does not need this
command: each gateway keeps its own index up to date.

Exit code: 0 if it was stopped or has caught up; 1 if it could not start or, with --once, could not catch up.

Examples:
  DATABASE_URL=postgres://shop:secret@db/shop QDRANT_URL=http://qdrant:6333 vitrine sync
  vitrine sync --once`,
    )
    .action((options: Options) => runCommand((session) => sync(session, options.once ?? false)));
}

async function sync({ config, log, progress, signal }: Session, isOnce: boolean): Promise<ExitCode> {
  const { qdrant } = config;
  if (qdrant === null) {
    throw new OperatorError(
      'There is no shared index to keep up to date: set QDRANT_URL. Without it, each gateway updates its own index.',
    );
  }
  if (!isOnce) await assertCanListen(config.metrics, METRICS_VARIABLES);
  // For the embedded Postgres; this command does not use images.
  if (config.databaseUrl === null) await prepareDataFolder(config.dataFolder);
  // Loaded late, so that --help is fast.
  const [
    { serveSyncMetrics },
    { openChangeListener },
    { startDatabase },
    { openAwaitedIndex },
    { checkEncoder },
    { openFollowedIndex },
    { readManifest },
  ] = await Promise.all([
    import('../app/sync-metrics.js'),
    import('../platform/change-listener.js'),
    import('../platform/start-database.js'),
    import('../sync/awaited-index.js'),
    import('../sync/check-encoder.js'),
    import('../sync/followed-index.js'),
    import('../vision/manifest.js'),
  ]);
  const encoder = await readManifest(config.encoderFolder);
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const database = await startDatabase(config, log);
    closing.push(() => database.close());
    const { db, url } = database;
    const changes = openChangeListener({ url, log });
    closing.push(() => changes.close());
    await checkEncoder(db, encoder);
    const options = { db, encoder, qdrant, changes, log, progress };
    if (isOnce) {
      const followed = await openFollowedIndex(options);
      closing.push(() => followed.close());
      await Promise.race([followed.catchUp(), stopped]);
      if (signal.aborted) return EXIT.failed;
      const { index } = followed;
      process.stdout.write(`Caught up: ${named(qdrant, index)} has ${await index.count()} images.\n`);
      return EXIT.done;
    }
    const followed = await openAwaitedIndex(options);
    closing.push(() => followed.close());
    const metrics = await serveSyncMetrics(
      { db, index: followed, changes, leaving: signal, log: log.child({ part: 'metrics' }) },
      config.metrics,
    );
    closing.push(() => metrics.close());
    process.stdout.write(`Metrics are at ${metrics.url}/metrics. Press Ctrl-C to stop.\n`);
    await Promise.race([followed.opened, stopped]);
    if (!signal.aborted) {
      const { index } = followed;
      process.stdout.write(
        `Copying changes from Postgres to ${named(qdrant, index)}, which has ${await index.count()} images.\n`,
      );
      await stopped;
    }
    return EXIT.done;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

const named = (
  { collection }: { readonly collection: string },
  { name }: { readonly name: string },
): string => `the collection ${collection} (${name})`;
