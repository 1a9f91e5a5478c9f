import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { OperatorError } from '../platform/operator-error.js';
import { addWebhook, type NotAdded } from '../webhooks/manage-webhooks.store.js';
import { checkTarget } from '../webhooks/post-message.js';
import { HOLD_EVENTS, WEBHOOK_EVENTS, type WebhookEvent } from '../webhooks/webhook-events.js';
import { makeWebhookSecret, writtenSecret } from '../webhooks/webhook-secret.js';
import { findChannels } from './find-channels.js';
import { addChannel } from './keys-options.js';
import { runOnDatabase } from './run-on-database.js';

/** The same as the constraint on `webhooks.name`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

interface Options {
  readonly event: readonly WebhookEvent[];
  readonly channel: readonly string[];
  readonly key?: string;
}

export function webhooksAddCommand(): Command {
  return new Command('add')
    .description('add a webhook and print the secret that its messages are signed with')
    .addArgument(
      new Argument('<name>', 'a name for the webhook: letters, digits, ".", "_", and "-"').argParser(
        readName,
      ),
    )
    .argument('<url>', 'where the messages are sent')
    .addOption(
      new Option('--event <type>', `what it is told; can be repeated (${WEBHOOK_EVENTS.join(', ')})`)
        .default([], 'all')
        .argParser(addEvent),
    )
    .addOption(
      new Option('--channel <handle>', 'a channel whose holds it is told of; can be repeated')
        .default([], 'all channels')
        .argParser(addChannel),
    )
    .option(
      '--key <name>',
      'an API key: it is told only of holds that were made with this key (default: all holds)',
    )
    .addHelpText(
      'after',
      `
Only the secret is written to standard output. It cannot be shown again; if you lose it, rotate it. Messages go to public
addresses over https, and to the hosts in VITRINE_WEBHOOK_HOSTS wherever they are. Holds that end from now on are told.

Examples:
  vitrine webhooks add orders https://orders.example/vitrine
  vitrine webhooks add partner https://partner.example/hooks --key partner --event hold.confirmed
  VITRINE_WEBHOOK_HOSTS=orders:8080 vitrine webhooks add orders http://orders:8080/vitrine`,
    )
    .action((name: string, url: string, { event, channel, key }: Options) =>
      runOnDatabase(async (db, { config, progress }) => {
        const wrong = checkTarget(url, config.webhookHosts);
        if (wrong !== null) throw new OperatorError(wrong);
        const secret = makeWebhookSecret();
        const refused = await addWebhook(db, {
          name,
          url: new URL(url).href,
          events: event.length === 0 ? HOLD_EVENTS : event,
          channelIds: await findChannels(db, channel),
          apiKey: key ?? null,
          secret,
        });
        if (refused !== null) throw new OperatorError(whyNot(refused, name, key));
        process.stdout.write(`${writtenSecret(secret)}\n`);
        progress.say(
          `This is the secret of ${name}. Store it now: it cannot be shown again. Try it: vitrine webhooks test ${name}`,
        );
      }),
    );
}

function whyNot(refused: NotAdded, name: string, key = ''): string {
  switch (refused) {
    case 'nameTaken':
      return `There is a webhook ${name} already: choose another name, or remove that one first.`;
    case 'noSuchKey':
      return `There is no API key ${key}, or it was revoked or has expired: vitrine keys list shows all keys.`;
    case 'tooMany':
      return 'There are as many webhooks as there can be: remove one that is not needed.';
  }
}

function readName(name: string): string {
  if (NAME.test(name)) return name;
  throw new InvalidArgumentError(
    'A name has up to 63 letters, digits, ".", "_", and "-", and starts with a letter or digit.',
  );
}

function addEvent(given: string, before: readonly WebhookEvent[]): WebhookEvent[] {
  const event = WEBHOOK_EVENTS.find((known) => known === given);
  if (event === undefined) throw new InvalidArgumentError(`The types are: ${WEBHOOK_EVENTS.join(', ')}.`);
  return [...new Set([...before, event])];
}
