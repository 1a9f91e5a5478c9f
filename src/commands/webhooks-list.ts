import { Command } from 'commander';
import { type ListedWebhook, listWebhooks } from '../webhooks/manage-webhooks.store.js';
import { COUNTED_TO } from '../webhooks/message-queue.store.js';
import { runOnDatabase } from './run-on-database.js';
import { type Columns, toTable } from './table.js';

export function webhooksListCommand(): Command {
  return new Command('list')
    .description('list all webhooks, without their secrets')
    .addHelpText(
      'after',
      `
WAITING messages are still to be sent. FAILED ones were set aside, because they cannot be read or were skipped (vitrine
webhooks retry --help); FIRST-FAILURE says why the oldest of them was. OLD-UNTIL says until when messages
are also signed with the secret before the last rotation.

A webhook is told of no more holds once it was disabled for 30 days, or more than 100,000 messages wait for it: vitrine
webhooks retry ends that.

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
  CHANNELS: ({ channels }) => (channels === null ? 'all' : channels.join() || 'none (deleted)'),
  KEY: ({ apiKey }) => apiKey,
  CREATED: ({ createdAt }) => createdAt.toISOString(),
  WAITING: ({ waiting }) => countText(waiting),
  FAILED: ({ failed }) => countText(failed),
  'OLD-UNTIL': ({ previousUntil }) => previousUntil?.toISOString(),
  STATE: (webhook) =>
    webhook.mutedAt === null
      ? stateOf(webhook)
      : `told of no holds since ${webhook.mutedAt.toISOString()}; ${stateOf(webhook)}`,
  'FIRST-FAILURE': ({ firstFailure }) => firstFailure,
};

function stateOf({ disabledAt, disabledReason, failingSince, lastError }: ListedWebhook): string {
  if (disabledAt !== null) return `disabled since ${disabledAt.toISOString()}: ${disabledReason ?? ''}`;
  return failingSince === null ? 'active' : `failing since ${failingSince.toISOString()}: ${lastError ?? ''}`;
}

/** Messages are counted up to a limit. */
export const countText = (messages: number): string =>
  messages < COUNTED_TO ? String(messages) : `${COUNTED_TO}+`;
