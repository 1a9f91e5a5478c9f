import { once } from 'node:events';
import { Command } from 'commander';
import { prepareDataFolder } from '../platform/data-folder.js';
import { OperatorError } from '../platform/operator-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
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
exist, it is created and filled. Ctrl-C or SIGTERM finishes the current batch, then stops. The embedded index does not need this
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
  // For the embedded Postgres; this command does not use images.
  if (config.databaseUrl === null) await prepareDataFolder(config.dataFolder);
  // Loaded late, so that --help is fast.
  const [
    { openChangeListener },
    { startDatabase },
    { checkEncoder },
    { openFollowedIndex },
    { readManifest },
  ] = await Promise.all([
    import('../platform/change-listener.js'),
    import('../platform/start-database.js'),
    import('../sync/check-encoder.js'),
    import('../sync/followed-index.js'),
    import('../vision/manifest.js'),
  ]);
  const encoder = await readManifest(config.encoderFolder);
  const database = await startDatabase(config, log);
  const { db, url } = database;
  const changes = openChangeListener({ url, log });
  try {
    await checkEncoder(db, encoder);
    const followed = await openFollowedIndex({ db, encoder, qdrant, changes, log, progress });
    try {
      const { index } = followed;
      const collection = `the collection ${qdrant.collection} (${index.name})`;
      const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
      if (isOnce) {
        await Promise.race([followed.catchUp(), stopped]);
        if (signal.aborted) return EXIT.failed;
        process.stdout.write(`Caught up: ${collection} has ${await index.count()} images.\n`);
      } else {
        const images = await index.count();
        process.stdout.write(
          `Copying changes from Postgres to ${collection}, which has ${images} images.\nPress Ctrl-C to stop.\n`,
        );
        await stopped;
      }
      return EXIT.done;
    } finally {
      await followed.close();
    }
  } finally {
    await changes.close();
    await database.close();
  }
}
