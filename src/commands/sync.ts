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
    .description('keep the Qdrant index up to date, beside the gateways')
    .option('--once', 'write what is committed by now, and end')
    .addHelpText(
      'after',
      `
Every gateway follows Postgres into the Qdrant that QDRANT_URL names; so does this, and serves nothing. Run as many
as you like, on any machine: one works at a time, and another goes on where one stops. Ctrl-C or SIGTERM finishes
what is in hand. A collection that is not there yet is made and filled. The embedded index needs none of this: each
gateway follows into its own.

Exit code: 0 when it was stopped, or had caught up; 1 when it could not start, or with --once could not catch up.

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
      'There is no shared index to keep up to date: set QDRANT_URL. Without it each gateway follows into its own.',
    );
  }
  // Of the embedded Postgres; images are none of its business.
  if (config.databaseUrl === null) await prepareDataFolder(config.dataFolder);
  // Loaded late, so that --help is quick.
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
        process.stdout.write(`Caught up: ${collection} holds ${await index.count()} images.\n`);
      } else {
        const images = await index.count();
        process.stdout.write(`Following Postgres into ${collection}, ${images} images.\nCtrl-C stops it.\n`);
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
