// Must come first: the commands load classes with decorators later, several files at once and in any order.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { errorCode } from '../platform/operator-error.js';
import { auditCommand } from './audit.js';
import { calibrateCommand } from './calibrate.js';
import { designWorkerCommand } from './design-worker.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { importFactsCommand } from './import-facts.js';
import { keysCommand } from './keys.js';
import { migrateCommand } from './migrate.js';
import { quarantineCommand } from './quarantine.js';
import { reconcileCommand } from './reconcile.js';
import { reindexCommand } from './reindex.js';
import { serveCommand } from './serve.js';
import { swatchesCommand } from './swatches.js';
import { syncCommand } from './sync.js';
import { webhooksCommand } from './webhooks.js';
import { EXIT } from './exit-codes.js';

const ENVIRONMENT = `
Settings are environment variables. Without any, everything is embedded:
  HOST, PORT           where to listen (127.0.0.1, 4000)
  DATABASE_URL         Postgres to use instead of the embedded one
  QDRANT_URL           Qdrant to use instead of the embedded vector index
  VITRINE_DATA         folder for the embedded Postgres and the images (.vitrine)
  VITRINE_ENCODER      folder of the image encoder to use: with a model.json, or an ONNX model of Hugging Face
  VITRINE_DETECTOR     folder of an object detector, for look
  VITRINE_DEMO         0: start without the demo catalog
  VITRINE_IMAGE_HOSTS  hosts that query images can be downloaded from, as host or host:port
  VITRINE_WEBHOOK_HOSTS       hosts of webhooks in your own network, as host or host:port
  VITRINE_DESIGN_JOBS  1 or 0: whether serve works on designs itself (1 with the embedded Postgres)
  VITRINE_DIFFUSION_URL, VITRINE_DIFFUSION_API, VITRINE_DIFFUSION_KEY, VITRINE_DIFFUSION_MODEL
                       image generator for designs: its address, automatic1111 (the default) or openai, its key
                       (user:password or an API key), and its model
  VITRINE_AGENT_PROFILES      file with the UCP profiles of agents that you have approved, by address
  VITRINE_TRUSTED_PROXIES     addresses and CIDR ranges of your proxies
  VITRINE_GUEST_HOLD_SHARE    share of an SKU's stock that all guests together can hold (0.2)
  VITRINE_GUEST_HOLD_UNITS, VITRINE_GUEST_HOLD_LINES, VITRINE_GUEST_HOLD_SECONDS
                              limits for a guest's hold (20, 20, 900)
  VITRINE_GUEST_HOLDS, VITRINE_GUEST_UNITS
                              active guest holds for each client address, and their units (20, 50)
  VITRINE_ANONYMOUS_BUDGET, VITRINE_KEY_BUDGET
                              points per second of a client address and of an API key (5000, 20000)
  LOG_LEVEL            fatal, error, warn, info, debug, trace, or silent (info)
docs/operations.md has all of them.
Guests are callers without an API key that has the scope holds:create.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the database has a different version (vitrine migrate --help).`;

/** Runs the command that the arguments name; sets the process's exit code. */
export async function runCli(argv: readonly string[]): Promise<void> {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  const program = new Command('vitrine')
    .description(
      'A GraphQL commerce gateway for fashion: an image in, products that can be bought right now out.',
    )
    .version(version)
    .showHelpAfterError('(run vitrine --help for more)')
    .addHelpText('after', ENVIRONMENT);
  program.addCommand(serveCommand());
  program.addCommand(migrateCommand());
  program.addCommand(importCommand());
  program.addCommand(importFactsCommand());
  program.addCommand(exportCommand());
  program.addCommand(syncCommand());
  program.addCommand(designWorkerCommand());
  program.addCommand(swatchesCommand());
  program.addCommand(reconcileCommand());
  program.addCommand(reindexCommand());
  program.addCommand(calibrateCommand());
  program.addCommand(auditCommand());
  program.addCommand(quarantineCommand());
  program.addCommand(keysCommand());
  program.addCommand(webhooksCommand());
  inheritSettings(program);
  // The reader of the output may stop early (`vitrine --help | head`).
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  }
}

/** Commands created before they are added do not inherit settings. */
function inheritSettings(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) inheritSettings(child.copyInheritedSettings(command));
}
