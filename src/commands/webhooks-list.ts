import { Command } from 'commander';
import { type ListedWebhook, listWebhooks } from '../webhooks/manage-webhooks.store.js';
import { runOnDatabase } from './run-on-database.js';
import { type Columns, toTable } from './table.js';

export function webhooksListCommand(): Command {
  return new Command('list')
    .description('list all webhooks, without their secrets')
    .addHelpText(
      'after',
      `
WAITING messages are still to be sent. FAILED ones were set aside, because they cannot be read or were skipped (vitrine
webhooks retry --help); FIRST-FAILURE says why the oldest of them was. OLD-UNTIL says until when messages are also signed with the secret before the last rotation.

Examples:
  vitrine webhooks list`,
    )
    .action(() =>
      runOnDatabase(async (db, { progress }) => {
        const webhooks = await listWebhooks(db);
        process.stdout.write(toTable(COLUMNS, webhooks));
        if (webhooks.length === 0)
          progress.say('There are no webhooks yet: vitrine webhooks add NAME URL adds one.');
      }),
    );
}

const COLUMNS: Columns<ListedWebhook> = {
  NAME: ({ name }) => name,
  URL: ({ url }) => url,
  EVENTS: ({ events }) => events.join(),
  CHANNELS: ({ channels }) => channels?.join(),
  KEY: ({ apiKey }) => apiKey,
  CREATED: ({ createdAt }) => createdAt.toISOString(),
  WAITING: ({ waiting }) => String(waiting),
  FAILED: ({ failed }) => String(failed),
  'OLD-UNTIL': ({ previousUntil }) => previousUntil?.toISOString(),
  STATE: ({ disabledAt, disabledReason, failingSince, lastError }) => {
    if (disabledAt !== null) return `disabled since ${disabledAt.toISOString()}: ${disabledReason ?? ''}`;
    return failingSince === null
      ? 'active'
      : `failing since ${failingSince.toISOString()}: ${lastError ?? ''}`;
  },
  'FIRST-FAILURE': ({ firstFailure }) => firstFailure,
};
