import { samplesBy, type GaugeSource } from '../graph/gauge.js';
import type { Database } from '../platform/postgres.js';
import { countMessages, readWebhookStates } from './message-queue.store.js';

/** Webhooks of all gateways, and what they are still to be told. */
export const webhooksGauges = (db: Database): readonly GaugeSource[] => [
  {
    name: 'vitrine_webhooks',
    help: 'Webhooks that get their messages (active), those whose last try failed (failing), and disabled ones.',
    type: 'gauge',
    labels: ['state'],
    async read() {
      const { active, failing, disabled } = await readWebhookStates(db);
      return samplesBy('state', { active, failing, disabled });
    },
  },
  {
    name: 'vitrine_webhook_messages',
    help: 'Messages that are still to be sent (waiting), and those that were set aside (failed).',
    type: 'gauge',
    labels: ['state'],
    read: async () => samplesBy('state', await countMessages(db)),
  },
  {
    name: 'vitrine_webhook_lag_seconds',
    help: 'Age of the oldest message that waits for a webhook that is not disabled; 0 when none waits.',
    type: 'gauge',
    labels: [],
    read: async () => [{ labels: {}, value: (await readWebhookStates(db)).lagSeconds }],
  },
];
