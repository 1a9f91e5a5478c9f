import { join } from 'node:path';
import { Command } from 'commander';
import { openBlobStore } from '../platform/blob-store.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More than this scrolls the summary off the screen. */
const SHOWN_FAILURES = 20;

export function reindexCommand(): Command {
  return new Command('reindex')
    .description('encode what the encoder has not seen, and build the search index anew')
    .addHelpText(
      'after',
      `
Run it after VITRINE_ENCODER was set to another model. Every product image that this encoder has not encoded yet is
encoded; what is encoded already is kept, so it may be stopped and run again. With QDRANT_URL a new collection is
then filled beside the one in use, and takes its place in one step. The embedded index is built by each gateway when
it starts: restart it.

Examples:
  vitrine reindex
  VITRINE_ENCODER=models/other QDRANT_URL=http://qdrant:6333 vitrine reindex`,
    )
    .action(() => runCommand(run));
}

async function run({ config, log, progress, signal }: Session): Promise<ExitCode> {
  await prepareDataFolder(config.dataFolder);
  const [{ reindex }, { openEncoder }] = await Promise.all([
    import('../sync/reindex.js'),
    import('../vision/encoder.js'),
  ]);
  const encoder = await openEncoder({ directory: config.encoderFolder, log });
  try {
    const database = await startDatabase(config, log);
    try {
      const images = await openBlobStore(join(config.dataFolder, 'images'));
      const { qdrant } = config;
      const report = await reindex({ db: database.db, encoder, images, qdrant, progress }, signal);
      const { encoded, failed, points } = report;
      process.stdout.write(
        `Encoded ${encoded} images with ${encoder.id}. ` +
          (points === null
            ? 'Restart the gateway: the embedded index is built at its start.\n'
            : `The collection behind ${qdrant?.collection ?? ''} now holds ${points} images.\n`),
      );
      for (const { sha256, reason } of failed.slice(0, SHOWN_FAILURES)) {
        process.stdout.write(`  not encoded: image ${sha256.slice(0, 12)}…: ${reason}\n`);
      }
      if (failed.length > SHOWN_FAILURES)
        process.stdout.write(`  and ${failed.length - SHOWN_FAILURES} more\n`);
      return failed.length === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await database.close();
    }
  } finally {
    await encoder.close();
  }
}
