import { samplesBy, type GaugeSource } from '../graph/gauge.js';
import type { Database } from '../platform/postgres.js';
import { SharedWork } from '../platform/shared-work.js';
import { COUNTED_TO, countMessages, readWebhookStates } from './message-queue.store.js';

/** Webhooks of all gateways, and what they are still to be told. */
export function webhooksGauges(db: Database): readonly GaugeSource[] {
  // A scrape reads all gauges at the same time, and two of them show parts of the same row.
  const reads = new SharedWork<Awaited<ReturnType<typeof readWebhookStates>>>(() => true);
  const states = () => reads.get('states', () => readWebhookStates(db));
  return [
    {
      name: 'vitrine_webhooks',
      help: 'Webhooks that get their messages (active), those whose last try failed (failing), and those that are disabled or told of no more holds.',
      type: 'gauge',
      labels: ['state'],
      async read() {
        const { active, failing, disabled } = await states();
        return samplesBy('state', { active, failing, disabled });
      },
    },
    {
      name: 'vitrine_webhook_messages',
      help: `Messages that are still to be sent (waiting), and those that were set aside (failed); each up to ${COUNTED_TO}.`,
      type: 'gauge',
      labels: ['state'],
      read: async () => samplesBy('state', await countMessages(db)),
    },
    {
      name: 'vitrine_webhook_lag_seconds',
      help: 'Age of the oldest message that waits for a webhook that is not disabled; 0 when none waits.',
      type: 'gauge',
      labels: [],
      read: async () => [{ labels: {}, value: (await states()).lagSeconds }],
    },
  ];
}
