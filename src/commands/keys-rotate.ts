import { Command, Option } from 'commander';
import { keptOf, makeSecret } from '../access/api-key.js';
import { API_KEY_CACHE_MS } from '../access/api-key.store.js';
import { listKeys, rotateKey } from '../access/manage-keys.store.js';
import { OperatorError } from '../platform/operator-error.js';
import { readOverlap } from './keys-options.js';
import { runOnDatabase } from './run-on-database.js';

/** Enough to change a setting everywhere during a working day. */
const DEFAULT_OVERLAP_SECONDS = 24 * 60 * 60;

export function keysRotateCommand(): Command {
  return new Command('rotate')
    .description('give a key a new secret and print it')
    .argument('<name>', 'the name of the key')
    .addOption(
      new Option('--overlap <time>', 'how long the present secret still works, like 30m, 24h, or 7d')
        .default(DEFAULT_OVERLAP_SECONDS, '24h')
        .argParser(readOverlap),
    )
    .addHelpText(
      'after',
      `
Only the new secret is written to standard output. Everything else about the key stays as it is, including its holds and
boards. A secret from before an earlier rotation stops working now.

Examples:
  vitrine keys rotate warehouse
  TOKEN=$(vitrine keys rotate checkout --overlap 0h)`,
    )
    .action((name: string, { overlap }: { overlap: number }) =>
      runOnDatabase(async (db, { progress }) => {
        const secret = makeSecret();
        if (!(await rotateKey(db, name, keptOf(secret), overlap))) {
          const known = (await listKeys(db)).find((key) => key.name === name);
          if (!known) throw new OperatorError(`There is no key ${name}: vitrine keys list shows all keys.`);
          throw new OperatorError(
            `${name} ${known.revokedAt === null ? 'has expired' : 'was revoked'}: create another key.`,
          );
        }
        process.stdout.write(`${secret}\n`);
        const until =
          overlap === 0
            ? `within ${API_KEY_CACHE_MS / 1000} seconds`
            : `at ${new Date(Date.now() + overlap * 1_000).toISOString()}`;
        progress.say(
          `This is the new secret of ${name}. Store it now: it cannot be shown again. The one before stops working ${until}.`,
        );
      }),
    );
}
