import { Command } from 'commander';
import { listKeys, type ListedKey } from '../access/manage-keys.store.js';
import { runOnDatabase } from './run-on-database.js';
import { type Columns, toTable } from './table.js';

export function keysListCommand(): Command {
  return new Command('list')
    .description('list all keys, without their secrets')
    .addHelpText(
      'after',
      `
SECRET is how the secret begins. OLD-UNTIL says until when the secret before the last rotation works as well. LAST-USED
is accurate to a minute.

Examples:
  vitrine keys list`,
    )
    .action(() =>
      runOnDatabase(async (db, { progress }) => {
        const keys = await listKeys(db);
        process.stdout.write(toTable(COLUMNS, keys));
        if (keys.length === 0) progress.say('There are no keys yet: vitrine keys create NAME creates one.');
      }),
    );
}

const COLUMNS: Columns<ListedKey> = {
  NAME: ({ name }) => name,
  SECRET: ({ prefix }) => prefix,
  SCOPES: ({ scopes }) => scopes.join(),
  CHANNELS: ({ channels }) => channels?.join(),
  ORIGINS: ({ origins }) => origins.join(),
  LIMITS: ({ budget, trustedDocumentsOnly }) =>
    [
      ...(budget === null ? [] : [`${budget}/s`]),
      ...(trustedDocumentsOnly ? ['trusted-documents'] : []),
    ].join(),
  CREATED: ({ createdAt }) => createdAt.toISOString(),
  EXPIRES: ({ expiresAt }) => expiresAt?.toISOString(),
  'LAST-USED': ({ lastUsedAt }) => lastUsedAt?.toISOString(),
  'OLD-UNTIL': ({ previousUntil }) => previousUntil?.toISOString(),
  REVOKED: ({ revokedAt }) => revokedAt?.toISOString(),
};
