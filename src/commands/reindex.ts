import { resolve } from 'node:path';
import { Command } from 'commander';
import { openBlobs } from '../platform/open-blobs.js';
import { prepareDataFolder } from '../platform/data-folder.js';
import { startDatabase } from '../platform/start-database.js';
import { counted } from '../platform/counted.js';
import type { ReindexReport } from '../sync/reindex.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** More than this scrolls the summary off the screen. */
const SHOWN_FAILURES = 20;

interface Options {
  readonly encoder?: string;
}

export function reindexCommand(): Command {
  return new Command('reindex')
    .description('encode and check new images, and rebuild the search index')
    .option('--encoder <folder>', 'the encoder to use instead of VITRINE_ENCODER')
    .addHelpText(
      'after',
      `
Encodes the product images that are not encoded yet, checks those that were encoded before images were checked, builds a
new index while the current one stays in use, and then switches to the new one in one step. With QDRANT_URL, the index is
a Qdrant collection; without it, it is the index in the memory of each running gateway. You can stop the command and run
it again: finished work is kept.

To change the encoder, run this with --encoder, then restart the gateways one by one with VITRINE_ENCODER set to that
folder. Gateways that still use the old encoder keep using its index. Qdrant keeps that index until a day after the
last of these gateways stops.

Examples:
  vitrine reindex
  QDRANT_URL=http://qdrant:6333 vitrine reindex --encoder models/other`,
    )
    .action((options: Options) => runCommand((session) => run(session, options)));
}

async function run({ config, log, progress, signal }: Session, options: Options): Promise<ExitCode> {
  await prepareDataFolder(config.dataFolder);
  const [{ reindex }, { openEncoder }] = await Promise.all([
    import('../sync/reindex.js'),
    import('../vision/encoder.js'),
  ]);
  const directory = options.encoder === undefined ? config.encoderFolder : resolve(options.encoder);
  const encoder = await openEncoder({ directory, log });
  try {
    const database = await startDatabase(config, log);
    try {
      const images = await openBlobs(config.imageStore.images);
      const { qdrant } = config;
      const report = await reindex({ db: database.db, encoder, images, qdrant, progress }, signal);
      process.stdout.write(
        `Encoded ${report.encoded} images with ${encoder.id}.\n${describeQuarantine(report)}${describeIndex(report, encoder.id, directory)}`,
      );
      for (const { sha256, reason } of report.failed.slice(0, SHOWN_FAILURES)) {
        process.stdout.write(`  not encoded: image ${sha256.slice(0, 12)}…: ${reason}\n`);
      }
      if (report.failed.length > SHOWN_FAILURES)
        process.stdout.write(`  and ${report.failed.length - SHOWN_FAILURES} more\n`);
      return report.failed.length === 0 && !hasFailed(report) ? EXIT.done : EXIT.failed;
    } finally {
      await database.close();
    }
  } finally {
    await encoder.close();
  }
}

function describeQuarantine({ checked, quarantined }: ReindexReport): string {
  const done = checked === 0 ? '' : `Checked ${counted(checked, 'image')} that had been encoded before.\n`;
  if (quarantined.length === 0) return done;
  return `${done}Of these, ${counted(quarantined.length, 'image')} look as if made to deceive the search, and are in quarantine: vitrine quarantine list.\n`;
}

const hasFailed = ({ index }: ReindexReport): boolean =>
  index.kind === 'embedded' &&
  index.answers.some(({ outcome }) => outcome === 'failed' || outcome === 'shared');

function describeIndex({ index }: ReindexReport, encoder: string, folder: string): string {
  const restart = `VITRINE_ENCODER=${folder}`;
  if (index.kind === 'qdrant') {
    const others = index.otherEncoders.map(
      (other) =>
        `Gateways that use ${other} keep using its index: restart them with ${restart} to use this one.\n`,
    );
    return `The new index of ${encoder} holds ${index.points} images and is in use.\n${others.join('')}`;
  }
  const lines = index.answers.map((answer) => {
    switch (answer.outcome) {
      case 'rebuilt':
        return `Gateway ${answer.gateway}: the new index holds ${answer.points} images and is in use.\n`;
      case 'otherEncoder':
        return `Gateway ${answer.gateway} keeps using ${answer.encoder}: restart it with ${restart}.\n`;
      case 'shared':
        return `Gateway ${answer.gateway} has its index in Qdrant: run this with QDRANT_URL set.\n`;
      case 'failed':
        return `Gateway ${answer.gateway} could not build its index: ${answer.reason}\n`;
      case 'compared':
        return '';
    }
  });
  if (index.gone > 0) lines.push(`Gateways that stopped in the meantime: ${index.gone}.\n`);
  if (lines.length === 0)
    lines.push('No gateway is running. A gateway with the embedded index builds the index when it starts.\n');
  return lines.join('');
}
