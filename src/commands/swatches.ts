import { resolve } from 'node:path';
import { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

interface Options {
  readonly encoder?: string;
}

export function swatchesCommand(): Command {
  return new Command('swatches')
    .description('let an encoder see the garments from which designs start')
    .option('--encoder <folder>', 'the folder of the encoder; VITRINE_ENCODER by default')
    .addHelpText(
      'after',
      `
Draws about 1,600 garments, encodes them, and writes swatches.json and swatches.bin to the folder. Designs then start
from those that look most like a board. Without these files, designs take longer to find the kind of garment. The
included encoder has them. It takes a few minutes.

Exit code: 0 if they were written, 1 otherwise.

Example:
  vitrine swatches --encoder ./encoders/fashion-siglip`,
    )
    .action((options: Options) => runCommand((session) => swatches(session, options)));
}

async function swatches({ config, progress, signal }: Session, { encoder }: Options): Promise<ExitCode> {
  const folder = encoder === undefined ? config.encoderFolder : resolve(encoder);
  const { makeSwatches } = await import('../design/local/make-swatches.js');
  const count = await makeSwatches(folder, progress, signal);
  process.stdout.write(`${count} swatches are in ${folder}.\n`);
  return EXIT.done;
}
