import { Argument, Command, Option } from 'commander';
import { keptOf, makeSecret } from '../access/api-key.js';
import { SCOPES, type Scope } from '../access/caller.js';
import { createKey } from '../access/manage-keys.store.js';
import { OperatorError } from '../platform/operator-error.js';
import { findChannels } from './find-channels.js';
import { addChannel, addOrigin, addScope, readBudget, readExpiry, readKeyName } from './keys-options.js';
import { runOnDatabase } from './run-on-database.js';

/** The same as callers without a key have by default. */
const DEFAULT_SCOPES: readonly Scope[] = ['catalog:read', 'boards'];

interface Options {
  readonly scope: readonly Scope[];
  readonly channel: readonly string[];
  readonly origin: readonly string[];
  readonly expires?: Date;
  readonly budget?: number;
  readonly trustedDocumentsOnly?: true;
}

export function keysCreateCommand(): Command {
  return new Command('create')
    .description('create a key and print its secret')
    .addArgument(
      new Argument('<name>', 'a name for the key: letters, digits, ".", "_", and "-"').argParser(readKeyName),
    )
    .addOption(
      new Option('--scope <scope>', `what the key allows; can be repeated (${SCOPES.join(', ')})`)
        .default([], DEFAULT_SCOPES.join(' and '))
        .argParser(addScope),
    )
    .addOption(
      new Option(
        '--channel <handle>',
        'a channel in which the key can be used; can be repeated. Requests that name no channel use the first',
      )
        .default([], 'all channels')
        .argParser(addChannel),
    )
    .addOption(
      new Option(
        '--origin <origin>',
        'a website whose pages may use the key, like https://shop.example; can be repeated',
      )
        .default([], 'any')
        .argParser(addOrigin),
    )
    .addOption(
      new Option('--expires <when>', 'when the key expires: 90d, 12h, or a date like 2030-01-31').argParser(
        readExpiry,
      ),
    )
    .addOption(
      new Option(
        '--budget <points>',
        'points per second that the key can spend (default: VITRINE_KEY_BUDGET)',
      ).argParser(readBudget),
    )
    .option('--trusted-documents-only', 'the key may send only operations that you registered')
    .addHelpText(
      'after',
      `
Only the secret is written to standard output. It is not stored anywhere. If you lose it, rotate the key.

Examples:
  vitrine keys create storefront --channel us --origin https://shop.example
  vitrine keys create partner --scope catalog:read --channel eu --channel us --expires 365d
  TOKEN=$(vitrine keys create warehouse --scope stock:write)`,
    )
    .action((name: string, options: Options) =>
      runOnDatabase(async (db, { progress }) => {
        const secret = makeSecret();
        const isCreated = await createKey(db, {
          name,
          ...keptOf(secret),
          scopes: options.scope.length === 0 ? DEFAULT_SCOPES : options.scope,
          channelIds: await findChannels(db, options.channel),
          origins: options.origin,
          expiresAt: options.expires ?? null,
          budget: options.budget ?? null,
          trustedDocumentsOnly: options.trustedDocumentsOnly ?? false,
        });
        if (!isCreated) {
          throw new OperatorError(
            `The name ${name} is taken, perhaps by a key that was revoked: choose another one, or run vitrine keys list.`,
          );
        }
        process.stdout.write(`${secret}\n`);
        progress.say(
          `This is the secret of ${name}. Store it now: it cannot be shown again. Send it with each request as\n` +
            '  Authorization: Bearer vitrine_…',
        );
      }),
    );
}
