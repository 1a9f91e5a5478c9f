import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { hashSecret, makeSecret } from '../access/api-key.js';
import { API_KEY_CACHE_MS, ApiKeyStore, type ApiKey } from '../access/api-key.store.js';
import { SCOPES, type Scope } from '../access/caller.js';
import { listMarkets } from '../import/market.store.js';
import { OperatorError } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import { startDatabase } from '../platform/start-database.js';
import { EXIT } from './exit-codes.js';
import { runCommand, type Session } from './session.js';

/** The same as the constraint on `api_keys.name`; it excludes the names of writers that are not keys. */
const NAME = /^(?!(?:anonymous|import)$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export function keysCommand(): Command {
  const keys = new Command('keys')
    .description('create, list, and revoke API keys for storefronts and other systems')
    .addHelpText(
      'after',
      `
Requests send their key in the header \`Authorization: Bearer vitrine_…\`. Without a key, a caller can read, and can
hold a little stock for a short time. Scopes allow more. No scope includes another:
  catalog:write  write stock, prices, and products
  holds:create   hold stock without the guest limits (VITRINE_GUEST_HOLD_…)
  holds:confirm  confirm holds that were made with this key or without a key
A key can have a channel: requests that name no channel use it, and the key's hold scopes work only in it. You can run
these commands while gateways are running on the same data.

Examples:
  vitrine keys create warehouse --scope catalog:write
  vitrine keys create checkout --scope holds:confirm
  vitrine keys list
  vitrine keys revoke warehouse`,
    );
  for (const command of [createCommand(), listCommand(), revokeCommand()]) keys.addCommand(command);
  return keys;
}

function createCommand(): Command {
  return new Command('create')
    .description('create a key and print its secret')
    .addArgument(
      new Argument('<name>', 'a name for the key: letters, digits, ".", "_", and "-"').argParser(checkName),
    )
    .addOption(
      new Option('--scope <scope>', `what the key allows; can be repeated (${SCOPES.join(', ')})`)
        .default([], 'none: only what everyone can do')
        .argParser(addScope),
    )
    .option('--channel <handle>', 'the channel for requests that name no channel')
    .addHelpText(
      'after',
      `
Only the secret is written to standard output. It is not stored anywhere. If you lose it, revoke the key and create
another one.

Examples:
  vitrine keys create storefront --channel us
  TOKEN=$(vitrine keys create warehouse --scope catalog:write)`,
    )
    .action((name: string, options: { scope: Scope[]; channel?: string }) =>
      runOnDatabase(async (db, { progress }) => {
        const secret = makeSecret();
        const channelId = options.channel === undefined ? null : await findChannel(db, options.channel);
        const key = { name, hash: hashSecret(secret), scopes: options.scope, channelId };
        if (!(await new ApiKeyStore(db).create(key))) {
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

function listCommand(): Command {
  return new Command('list')
    .description('list all keys, without their secrets')
    .addHelpText(
      'after',
      `
Examples:
  vitrine keys list`,
    )
    .action(() =>
      runOnDatabase(async (db, { progress }) => {
        const keys = await new ApiKeyStore(db).list();
        process.stdout.write(toTable(keys));
        if (keys.length === 0) progress.say('There are no keys yet: vitrine keys create NAME creates one.');
      }),
    );
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key permanently')
    .argument('<name>', 'the name of the key')
    .addHelpText(
      'after',
      `
Examples:
  vitrine keys revoke warehouse`,
    )
    .action((name: string) =>
      runOnDatabase(async (db, { progress }) => {
        const keys = new ApiKeyStore(db);
        if (await keys.revoke(name)) {
          progress.say(`${name} is revoked; gateways notice within ${API_KEY_CACHE_MS / 1000} seconds.`);
          return;
        }
        const known = (await keys.list()).find((key) => key.name === name);
        if (!known) throw new OperatorError(`There is no key ${name}: vitrine keys list shows all keys.`);
        progress.say(`${name} was already revoked.`);
      }),
    );
}

function runOnDatabase(work: (db: Database, session: Session) => Promise<void>): Promise<void> {
  return runCommand(async (session) => {
    const { config, log } = session;
    const database = await startDatabase(config, log);
    try {
      await work(database.db, session);
      return EXIT.done;
    } finally {
      await database.close();
    }
  });
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new InvalidArgumentError(
    'A name has up to 63 letters, digits, ".", "_", and "-", starts with a letter or digit, and is not "anonymous" or "import".',
  );
}

function addScope(given: string, before: readonly Scope[]): Scope[] {
  const scope = SCOPES.find((known) => known === given);
  if (scope === undefined) throw new InvalidArgumentError(`The scopes are: ${SCOPES.join(', ')}.`);
  return [...new Set([...before, scope])];
}

async function findChannel(db: Database, handle: string): Promise<number> {
  const markets = await listMarkets(db);
  const market = markets.find((known) => known.handle === handle);
  if (market !== undefined) return market.channelId;
  throw new OperatorError(
    markets.length === 0
      ? `There is no channel ${handle}, and the catalog is empty: import a feed first.`
      : `There is no channel ${handle}: use one of ${markets.map((known) => known.handle).join(', ')}.`,
  );
}

function toTable(keys: readonly ApiKey[]): string {
  const rows = [
    ['NAME', 'SCOPES', 'CHANNEL', 'CREATED', 'REVOKED'],
    ...keys.map(({ name, scopes, channelHandle, createdAt, revokedAt }) => [
      name,
      scopes.join(',') || '-',
      channelHandle ?? '-',
      createdAt.toISOString(),
      revokedAt?.toISOString() ?? '-',
    ]),
  ];
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
