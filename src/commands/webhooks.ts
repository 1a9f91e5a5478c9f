import { Command, Option } from 'commander';
import { OperatorError } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import {
  enableWebhook,
  listWebhooks,
  removeWebhook,
  requeueMessages,
  rotateWebhookSecret,
  skipMessage,
} from '../webhooks/manage-webhooks.store.js';
import { testBody } from '../webhooks/message-body.js';
import { openMessagePoster } from '../webhooks/post-message.js';
import { readTarget } from '../webhooks/target.store.js';
import { makeWebhookSecret, writtenSecret } from '../webhooks/webhook-secret.js';
import { readOverlap } from './keys-options.js';
import { runOnDatabase } from './run-on-database.js';
import { webhooksAddCommand } from './webhooks-add.js';
import { countText, webhooksListCommand } from './webhooks-list.js';

/** Enough to change a setting everywhere during a working day. */
const DEFAULT_OVERLAP_SECONDS = 24 * 60 * 60;

export function webhooksCommand(): Command {
  const webhooks = new Command('webhooks')
    .description('tell your systems when holds are confirmed or released, or expire')
    .addHelpText(
      'after',
      `
A running gateway sends each webhook its messages, one after another and each at least once, signed as Standard Webhooks
says (docs/webhooks.md). You can run these commands while gateways are running on the same data.

Examples:
  vitrine webhooks add orders https://orders.example/vitrine
  vitrine webhooks test orders
  vitrine webhooks list
  vitrine webhooks rotate orders --overlap 24h
  vitrine webhooks retry orders
  vitrine webhooks remove orders`,
    );
  for (const command of [
    webhooksAddCommand(),
    webhooksListCommand(),
    testCommand(),
    rotateCommand(),
    retryCommand(),
    removeCommand(),
  ])
    webhooks.addCommand(command);
  return webhooks;
}

function testCommand(): Command {
  return new Command('test')
    .description(
      'send a message of the type webhook.test from this machine, and say what the receiver answers',
    )
    .argument('<name>', 'the name of the webhook')
    .addHelpText(
      'after',
      `
Exit code: 0 if the receiver took the message, otherwise 1. Gateways may reach it in another way than this machine does.

Examples:
  vitrine webhooks test orders`,
    )
    .action((name: string) =>
      runOnDatabase(async (db, { config, progress }) => {
        const target = await readTarget(db, name);
        if (target === null) throw noSuchWebhook(name);
        const poster = openMessagePoster(config.webhookHosts);
        const startedAt = Date.now();
        try {
          const message = { id: `msg_test_${startedAt}`, body: testBody(name, new Date(startedAt)) };
          const refusal = await poster.post(target, message);
          if (refusal !== null)
            throw new OperatorError(`${name} did not take the message. ${refusal.reason}`);
          progress.say(`${name} took the message after ${Date.now() - startedAt} ms.`);
        } finally {
          await poster.close();
        }
      }),
    );
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('give a webhook a new secret and print it')
    .argument('<name>', 'the name of the webhook')
    .addOption(
      new Option('--overlap <time>', 'how long messages are signed with both secrets, like 30m, 24h, or 7d')
        .default(DEFAULT_OVERLAP_SECONDS, '24h')
        .argParser(readOverlap),
    )
    .addHelpText(
      'after',
      `
Only the new secret is written to standard output. Give it to the receiver within the overlap. A secret from before an
earlier rotation is no longer used.

Examples:
  vitrine webhooks rotate orders
  SECRET=$(vitrine webhooks rotate orders --overlap 0h)`,
    )
    .action((name: string, { overlap }: { overlap: number }) =>
      runOnDatabase(async (db, { progress }) => {
        const secret = makeWebhookSecret();
        if (!(await rotateWebhookSecret(db, name, secret, overlap))) throw noSuchWebhook(name);
        process.stdout.write(`${writtenSecret(secret)}\n`);
        progress.say(
          overlap === 0
            ? `This is the new secret of ${name}. The one before is no longer used.`
            : `This is the new secret of ${name}. Until ${new Date(Date.now() + overlap * 1_000).toISOString()}, messages are also signed with the one before.`,
        );
      }),
    );
}

function retryCommand(): Command {
  return new Command('retry')
    .description('enable a webhook and send its messages now, also those that could not be read')
    .argument('<name>', 'the name of the webhook')
    .addOption(
      new Option('--skip', 'first set the message aside that the receiver does not take').conflicts(
        'skipped',
      ),
    )
    .option('--skipped', 'also send messages that were skipped')
    .addHelpText(
      'after',
      `
--skip refuses if the webhook is neither failing nor disabled: then its first message was never tried.

Examples:
  vitrine webhooks retry orders
  vitrine webhooks retry orders --skip
  vitrine webhooks retry orders --skipped`,
    )
    .action((name: string, { skip = false, skipped = false }: { skip?: boolean; skipped?: boolean }) =>
      runOnDatabase(async (db, { progress }) => {
        if (skip) {
          const message = await skipMessage(db, name);
          if (message === null) throw await notSkipped(db, name);
          progress.say(`${message} is skipped.`);
        } else {
          await requeueMessages(db, name, { withSkipped: skipped });
        }
        const enabled = await enableWebhook(db, name);
        if (enabled === null) throw await notEnabled(db, name);
        const known = (await listWebhooks(db)).find((webhook) => webhook.name === name);
        progress.say(`${name} is enabled. Messages that wait: ${countText(known?.waiting ?? 0)}.`);
        if (enabled.mutedAt !== null)
          progress.say(
            `It was not told of holds that ended from ${enabled.mutedAt.toISOString()} until now, and never will be.`,
          );
      }),
    );
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a webhook, with the messages that wait for it')
    .argument('<name>', 'the name of the webhook')
    .addHelpText(
      'after',
      `
Examples:
  vitrine webhooks remove orders`,
    )
    .action((name: string) =>
      runOnDatabase(async (db, { progress }) => {
        if (!(await removeWebhook(db, name))) throw noSuchWebhook(name);
        progress.say(`${name} is removed.`);
      }),
    );
}

const noSuchWebhook = (name: string): OperatorError =>
  new OperatorError(`There is no webhook ${name}: vitrine webhooks list shows all webhooks.`);

async function notSkipped(db: Database, name: string): Promise<OperatorError> {
  const isKnown = (await listWebhooks(db)).some((webhook) => webhook.name === name);
  if (!isKnown) return noSuchWebhook(name);
  return new OperatorError(`Nothing was skipped: ${name} has no message that its receiver did not take.`);
}

async function notEnabled(db: Database, name: string): Promise<OperatorError> {
  const isKnown = (await listWebhooks(db)).some((webhook) => webhook.name === name);
  if (!isKnown) return noSuchWebhook(name);
  return new OperatorError(
    `The API key of ${name} was revoked or has expired: add a webhook for another key.`,
  );
}
