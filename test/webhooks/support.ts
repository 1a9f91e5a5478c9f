import { afterAll, afterEach, beforeAll, beforeEach, expect, jest } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { Client } from 'pg';
import { pino } from 'pino';
import type { ChangeListener } from '../../src/platform/change-listener.js';
import {
  addWebhook,
  listWebhooks,
  type ListedWebhook,
  type NewWebhook,
} from '../../src/webhooks/manage-webhooks.store.js';
import { openMessagePoster, type MessagePoster } from '../../src/webhooks/post-message.js';
import { pruneWebhooks } from '../../src/webhooks/prune-webhooks.js';
import { sendWebhooks, type WebhookSender } from '../../src/webhooks/send-webhooks.js';
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-events.js';
import { makeWebhookSecret, writtenSecret } from '../../src/webhooks/webhook-secret.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { sweepHolds } from '../support/sweep-holds.js';
import { until } from '../support/waiting.js';
import { startReceiver, type Receiver } from './receiver.js';

const log = pino({ level: 'silent' });

export let gateway: TestGateway;
export let shopKey: string;
/** Of which there is any quantity. */
export let sku: string;
/** A new one for each test. */
export let receiver: Receiver;
/** May reach the receiver. */
export let poster: MessagePoster;
let senders: WebhookSender[];

/** Opens a gateway for the tests of one file, and a receiver for each of them. To be called once, outside of the tests. */
export function openWebhooks(): void {
  beforeAll(async () => {
    gateway = await startTestGateway(async (db) => {
      await seedMarkets(db);
      await seedProduct(db, {
        handle: 'shirt',
        skus: [{ code: 'S', prices: { eu: 1_990, us: 2_500 }, stock: { berlin: 100_000, newyork: 100_000 } }],
      });
    });
    shopKey = await seedApiKey(gateway.db, { name: 'shop' });
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM skus`);
    sku = toGlobalId('Sku', rows[0]?.id ?? 0);
  });
  afterAll(() => gateway.close());

  beforeEach(async () => {
    receiver = await startReceiver();
    poster = openMessagePoster(new Set([receiver.host]));
    senders = [];
    await gateway.db.query('TRUNCATE webhooks, webhook_messages; DELETE FROM holds');
  });
  afterEach(async () => {
    await Promise.all(senders.map((sender) => sender.close()));
    await poster.close();
    await receiver.close();
  });
}

export function send(
  by: Pick<MessagePoster, 'post'> = poster,
  changes: Pick<ChangeListener, 'onChange'> = { onChange: () => () => undefined },
): void {
  senders.push(sendWebhooks({ db: gateway.db, poster: by, changes, meter: gateway.services.meter, log }));
}

/** Returns the secret as a receiver has it. */
export async function add(more: Partial<NewWebhook> = {}): Promise<string> {
  const secret = makeWebhookSecret();
  const webhook = { name: 'orders', url: receiver.url, events: WEBHOOK_EVENTS, channelIds: [], apiKey: null };
  expect(await addWebhook(gateway.db, { ...webhook, secret, ...more })).toBeNull();
  return writtenSecret(secret);
}

export async function call(mutation: string, input: object, { channel = 'eu', secret = shopKey } = {}) {
  const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) @inContext(channel: "${channel}") { payload: ${mutation}(input: $input) ${HOLD_FIELDS} }`;
  return (await gateway.read(holdPayload, document, { input }, secret)).payload;
}

export async function held(as?: Parameters<typeof call>[2], quantity = 1): Promise<string> {
  const { hold } = await call('holdCreate', { lines: [{ sku, quantity }] }, as);
  if (hold === null) throw new Error('there is enough');
  return hold.id;
}

/** Holds that are released one after another; their ids. */
export async function released(count: number): Promise<string[]> {
  const holds: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const hold = await held();
    await call('holdRelease', { hold });
    holds.push(hold);
  }
  return holds;
}

export const sweep = (): Promise<void> => sweepHolds(gateway);

export const webhook = async (): Promise<ListedWebhook> => {
  const [first] = await listWebhooks(gateway.db);
  if (first === undefined) throw new Error('there is one');
  return first;
};
export const allSent = (): Promise<void> =>
  until('no message waits', async () =>
    (await listWebhooks(gateway.db)).every(({ waiting }) => waiting === 0),
  );
/** Lets the next try be now. */
export const due = () => gateway.db.query(`UPDATE webhooks SET next_attempt_at = now()`);

export const prune = () => pruneWebhooks(gateway.db, log, new AbortController().signal);

/** How many statements with this name are sent to Postgres while the work runs. */
export async function statements(name: string, work: () => Promise<unknown>): Promise<number> {
  const sent = jest.spyOn(Client.prototype, 'query');
  try {
    await work();
    return sent.mock.calls.filter(([statement]) => JSON.stringify(statement).includes(`/* ${name} */`))
      .length;
  } finally {
    sent.mockRestore();
  }
}

export const told = (): (readonly [string, unknown])[] =>
  receiver.received.map(({ message: { type, data } }) => [type, data.hold]);
