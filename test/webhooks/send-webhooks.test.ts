import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { Client } from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import { revokeKey } from '../../src/access/manage-keys.store.js';
import type { ChangeListener } from '../../src/platform/change-listener.js';
import { sweepExpiredHolds } from '../../src/holds/sweep-holds.js';
import {
  addWebhook,
  enableWebhook,
  listWebhooks,
  type ListedWebhook,
  type NewWebhook,
  requeueMessages,
  rotateWebhookSecret,
  skipMessage,
} from '../../src/webhooks/manage-webhooks.store.js';
import { pruneWebhooks } from '../../src/webhooks/prune-webhooks.js';
import { checkTarget, openMessagePoster, type MessagePoster } from '../../src/webhooks/post-message.js';
import { sendWebhooks, type WebhookSender } from '../../src/webhooks/send-webhooks.js';
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-events.js';
import { makeWebhookSecret, signatures, writtenSecret } from '../../src/webhooks/webhook-secret.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { HOLD_FIELDS, holdPayload, passHoldTime } from '../support/holds.js';
import { until, waiting } from '../support/waiting.js';
import { valueOf } from '../metrics/support.js';
import { answering, isGenuine, startReceiver, type Receiver } from './receiver.js';

const log = pino({ level: 'silent' });

let gateway: TestGateway;
let shopKey: string;
let sku: string;
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

let receiver: Receiver;
let poster: MessagePoster;
let senders: WebhookSender[];
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

function send(
  by: Pick<MessagePoster, 'post'> = poster,
  changes: Pick<ChangeListener, 'onChange'> = { onChange: () => () => undefined },
): void {
  senders.push(sendWebhooks({ db: gateway.db, poster: by, changes, meter: gateway.services.meter, log }));
}

/** Returns the secret as a receiver has it. */
async function add(more: Partial<NewWebhook> = {}): Promise<string> {
  const secret = makeWebhookSecret();
  const webhook = { name: 'orders', url: receiver.url, events: WEBHOOK_EVENTS, channelIds: [], apiKey: null };
  expect(await addWebhook(gateway.db, { ...webhook, secret, ...more })).toBeNull();
  return writtenSecret(secret);
}

async function call(mutation: string, input: object, { channel = 'eu', secret = shopKey } = {}) {
  const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) @inContext(channel: "${channel}") { payload: ${mutation}(input: $input) ${HOLD_FIELDS} }`;
  return (await gateway.read(holdPayload, document, { input }, secret)).payload;
}

async function held(as?: Parameters<typeof call>[2], quantity = 1): Promise<string> {
  const { hold } = await call('holdCreate', { lines: [{ sku, quantity }] }, as);
  if (hold === null) throw new Error('there is enough');
  return hold.id;
}

/** Holds that are released one after another; their ids. */
async function released(count: number): Promise<string[]> {
  const holds: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const hold = await held();
    await call('holdRelease', { hold });
    holds.push(hold);
  }
  return holds;
}

const sweep = async (): Promise<void> => {
  const sweeper = sweepExpiredHolds(gateway.db, log, gateway.services.meter);
  await until('expired holds are swept', async () => {
    const { rowCount } = await gateway.db.query(
      `SELECT FROM holds WHERE status = 'ACTIVE' AND expires_at < now()`,
    );
    return rowCount === 0;
  });
  await sweeper.close();
};

const webhook = async (): Promise<ListedWebhook> => {
  const [first] = await listWebhooks(gateway.db);
  if (first === undefined) throw new Error('there is one');
  return first;
};
const allSent = (): Promise<void> =>
  until('no message waits', async () =>
    (await listWebhooks(gateway.db)).every(({ waiting }) => waiting === 0),
  );
/** Lets the next try be now. */
const due = () => gateway.db.query(`UPDATE webhooks SET next_attempt_at = now()`);

const prune = () => pruneWebhooks(gateway.db, log, new AbortController().signal);

/** How many statements with this name are sent to Postgres while the work runs. */
async function statements(name: string, work: () => Promise<unknown>): Promise<number> {
  const sent = jest.spyOn(Client.prototype, 'query');
  try {
    await work();
    return sent.mock.calls.filter(([statement]) => JSON.stringify(statement).includes(`/* ${name} */`))
      .length;
  } finally {
    sent.mockRestore();
  }
}

const told = (): (readonly [string, unknown])[] =>
  receiver.received.map(({ message: { type, data } }) => [type, data.hold]);

describe('a hold that ends', () => {
  test('is told once, signed, with what was sold', async () => {
    const secret = await add({ url: `${receiver.url}?shop=1&a=%20b` });
    send();
    const hold = await held(undefined, 2);
    await call('holdConfirm', { hold, idempotencyKey: 'once' });
    await call('holdConfirm', { hold, idempotencyKey: 'once' });
    await call('holdConfirm', { hold });
    await until('it is told', () => receiver.received.length > 0);
    await allSent();
    expect(receiver.received).toHaveLength(1);
    const [received] = receiver.received;
    if (received === undefined) throw new Error('one came');
    expect(isGenuine(secret, received)).toBe(true);
    expect(isGenuine(secret, { ...received, body: received.body.replace('2', '3') })).toBe(false);
    expect(received.headers['content-type']).toBe('application/json');
    expect(received.path).toBe('/hooks?shop=1&a=%20b');
    const { rows } = await gateway.db.query<{ ended_at: Date; created_at: Date; expires_at: Date }>(
      'SELECT * FROM holds',
    );
    expect(received.message).toEqual({
      type: 'hold.confirmed',
      timestamp: rows[0]?.ended_at.toISOString(),
      data: {
        hold,
        channel: 'eu',
        apiKey: 'shop',
        createdAt: rows[0]?.created_at.toISOString(),
        expiresAt: rows[0]?.expires_at.toISOString(),
        total: { amount: '39.80', currencyCode: 'EUR' },
        lines: [
          {
            sku,
            code: 'S',
            quantity: 2,
            unitPrice: { amount: '19.90', currencyCode: 'EUR' },
            location: 'berlin',
            promised: false,
            expectedAt: null,
          },
        ],
      },
    });
  });

  test('is told in every way that it ends', async () => {
    await add();
    const [confirmed, released, expired, lapsed] = [await held(), await held(), await held(), await held()];
    await call('holdConfirm', { hold: confirmed });
    await call('holdRelease', { hold: released });
    await passHoldTime(gateway.db);
    // One is noticed by the call that comes too late, the other by a gateway that looks for expired holds.
    expect((await call('holdConfirm', { hold: lapsed })).userErrors).toMatchObject([
      { code: 'HOLD_EXPIRED' },
    ]);
    await sweep();
    send();
    await allSent();
    expect(told()).toEqual([
      ['hold.confirmed', confirmed],
      ['hold.released', released],
      ['hold.expired', lapsed],
      ['hold.expired', expired],
    ]);
  });

  test('with promised units is told with their date', async () => {
    await add();
    await gateway.db.query(
      `UPDATE skus SET when_out = 'preorder', restock_at = '2027-03-01' WHERE code = 'S'`,
    );
    await setStock(gateway.db, 'S', 1);
    const { hold } = await call('holdCreate', { lines: [{ sku, quantity: 2, backorder: true }] });
    await call('holdConfirm', { hold: hold?.id });
    await gateway.db.query(`UPDATE skus SET when_out = 'deny', restock_at = NULL`);
    await setStock(gateway.db, 'S', 100_000);
    // As the previous version wrote it.
    await gateway.db.query(
      `INSERT INTO webhook_messages (webhook_id, type, at, data) SELECT webhook_id, type, at,
         data || jsonb_build_object('lines', jsonb_build_array(data #> '{lines,1}' #- '{promised}' #- '{expectedAt}'))
       FROM webhook_messages`,
    );
    send();
    await allSent();
    const stock = { promised: false, expectedAt: null };
    expect(receiver.received.map(({ message }) => message.data)).toMatchObject([
      { lines: [stock, { quantity: 1, promised: true, expectedAt: '2027-03-01T00:00:00.000Z' }] },
      { lines: [stock] },
    ]);
  });

  // Failed on 2026-11-29 without the row lock in hold_finish: it was confirmed after it had expired.
  test('that expires while it is confirmed is told so once, as it became', async () => {
    await add();
    const hold = await held();
    const other = await gateway.db.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM holds FOR UPDATE');
      const confirming = call('holdConfirm', { hold });
      await waiting(gateway.db, 1);
      await other.query(`UPDATE holds SET expires_at = now() - interval '1 s'`);
      await other.query('COMMIT');
      expect((await confirming).userErrors).toMatchObject([{ code: 'HOLD_EXPIRED' }]);
    } finally {
      other.release();
    }
    send();
    await allSent();
    expect(told()).toEqual([['hold.expired', hold]]);
  });

  // Failed on 2026-11-29 without the row lock in hold_create: what was told was not what it became.
  test('that is confirmed while it expires is told so once, as it became', async () => {
    await add();
    const hold = await held();
    const confirming = await gateway.db.connect();
    try {
      await gateway.db.query(`UPDATE holds SET expires_at = clock_timestamp() + interval '300 ms';
        UPDATE hold_lines SET expires_at = holds.expires_at FROM holds WHERE holds.id = hold_id`);
      await confirming.query('BEGIN');
      await confirming.query(
        `SELECT hold_finish(id, 'CONFIRMED', channel_id, caller, shopper, true, 'shop', NULL, NULL, NULL) FROM holds`,
      );
      await sleep(350);
      // This call needs the units of holds that have expired.
      const next = held();
      await waiting(gateway.db, 1);
      await confirming.query('COMMIT');
      await next;
    } finally {
      confirming.release();
    }
    await sweep();
    send();
    await allSent();
    expect(told()).toEqual([['hold.confirmed', hold]]);
    const { rows } = await gateway.db.query('SELECT status FROM holds ORDER BY created_at');
    expect(rows).toEqual([{ status: 'CONFIRMED' }, { status: 'ACTIVE' }]);
  });

  test('in a transaction that fails is not told', async () => {
    await add();
    const id = fromGlobalId(await held()).id;
    const client = await gateway.db.connect();
    await client.query('BEGIN');
    await client.query(`SELECT holds_end(ARRAY[$1::uuid], 'RELEASED')`, [id]);
    expect((await client.query('SELECT FROM webhook_messages')).rowCount).toBe(1);
    await client.query('ROLLBACK');
    client.release();
    expect((await webhook()).waiting).toBe(0);
  });
});

describe('a webhook is told only', () => {
  test('what it was added for: types, channels, and the holds of a key', async () => {
    const partnerKey = await seedApiKey(gateway.db, { name: 'partner' });
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM channels WHERE handle = 'us'`);
    await add({ name: 'sales', events: ['hold.confirmed'], url: `${receiver.url}?sales` });
    await add({ name: 'us', channelIds: rows.map(({ id }) => id), url: `${receiver.url}?us` });
    await add({ name: 'partner', apiKey: 'partner', url: `${receiver.url}?partner` });
    const inUs = await held({ channel: 'us', secret: shopKey });
    const partners = await held({ channel: 'eu', secret: partnerKey });
    await call('holdRelease', { hold: inUs }, { channel: 'us', secret: shopKey });
    await call('holdConfirm', { hold: partners }, { channel: 'eu', secret: partnerKey });
    const { rows: messages } = await gateway.db.query<{ name: string; hold: string }>(
      `SELECT name, data->>'hold' AS hold FROM webhook_messages JOIN webhooks ON webhooks.id = webhook_id ORDER BY name`,
    );
    expect(messages.map(({ name, hold }) => [name, toGlobalId('Hold', hold)])).toEqual([
      ['partner', partners],
      ['sales', partners],
      ['us', inUs],
    ]);
  });

  test('while its key is valid', async () => {
    const secret = await seedApiKey(gateway.db, { name: 'former' });
    await add({ apiKey: 'former' });
    const [before, after] = [await held({ channel: 'eu', secret }), await held({ channel: 'eu', secret })];
    await call('holdRelease', { hold: before }, { channel: 'eu', secret });
    expect((await webhook()).waiting).toBe(1);
    await revokeKey(gateway.db, 'former');
    await gateway.db.query(`SELECT holds_end(ARRAY[$1::uuid], 'EXPIRED')`, [fromGlobalId(after).id]);
    expect(await webhook()).toMatchObject({ waiting: 0, disabledReason: 'Its API key was revoked.' });
    expect(await enableWebhook(gateway.db, 'orders')).toBeNull();
  });

  test('while its key has not expired', async () => {
    const secret = await seedApiKey(gateway.db, { name: 'lapsing' });
    await add({ apiKey: 'lapsing' });
    const [before, after] = [await held({ channel: 'eu', secret }), await held({ channel: 'eu', secret })];
    await call('holdRelease', { hold: before }, { channel: 'eu', secret });
    const expiresAt = new Date(Date.now() - 1_000);
    await gateway.db.query(`UPDATE api_keys SET expires_at = $1 WHERE name = 'lapsing'`, [expiresAt]);
    await gateway.db.query(`SELECT holds_end(ARRAY[$1::uuid], 'EXPIRED')`, [fromGlobalId(after).id]);
    expect(await webhook()).toMatchObject({
      waiting: 1,
      disabledAt: expiresAt,
      disabledReason: 'Its API key expired.',
    });
    send();
    await sleep(1_500);
    expect(receiver.received).toEqual([]);
    expect(await enableWebhook(gateway.db, 'orders')).toBeNull();
    const metrics = await gateway.metrics();
    expect(valueOf(metrics, 'vitrine_webhooks', { state: 'disabled' })).toBe(1);
    expect(valueOf(metrics, 'vitrine_webhook_lag_seconds')).toBe(0);
    const again = { name: 'again', url: receiver.url, events: WEBHOOK_EVENTS, channelIds: [] };
    expect(await addWebhook(gateway.db, { ...again, apiKey: 'lapsing', secret: makeWebhookSecret() })).toBe(
      'noSuchKey',
    );
  });

  test('while its key is valid, even in the middle of a turn', async () => {
    const secret = await seedApiKey(gateway.db, { name: 'ending' });
    await add({ apiKey: 'ending' });
    for (let i = 0; i < 3; i += 1) {
      const hold = await held({ channel: 'eu', secret });
      await call('holdRelease', { hold }, { channel: 'eu', secret });
    }
    receiver.answer = (response) =>
      void gateway.db
        .query(`UPDATE api_keys SET expires_at = now() WHERE name = 'ending'`)
        .then(() => response.writeHead(204).end());
    send();
    await until('the first is sent', async () => (await webhook()).waiting === 2);
    await sleep(500);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a receiver', () => {
  test('that is down gets everything when it is up again, in order and with the same ids', async () => {
    const secret = await add();
    receiver.answer = answering(503);
    const holds = await released(5);
    send();
    await until('it was tried', async () => (await webhook()).lastError !== null);
    expect(await webhook()).toMatchObject({ waiting: 5, lastError: 'It answered with status 503.' });
    expect(receiver.received).toHaveLength(1);
    const text = await gateway.metrics();
    expect(valueOf(text, 'vitrine_webhooks', { state: 'failing' })).toBe(1);
    expect(valueOf(text, 'vitrine_webhook_messages', { state: 'waiting' })).toBe(5);
    expect(valueOf(text, 'vitrine_webhook_lag_seconds')).toBeGreaterThan(0);
    receiver.answer = answering(200);
    await due();
    await allSent();
    expect(told().slice(1)).toEqual(holds.map((hold) => ['hold.released', hold]));
    const [refused, again] = receiver.received;
    expect(again?.id).toBe(refused?.id);
    expect(again?.body).toBe(refused?.body);
    // The time is that of the try, so that a receiver which checks it takes a message that is late.
    for (const received of receiver.received) expect(isGenuine(secret, received)).toBe(true);
    await until('it has recovered', async () => (await webhook()).failingSince === null);
  });

  test('is tried less and less often', async () => {
    await add();
    receiver.answer = answering(500);
    await released(1);
    send();
    const delays: number[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      await until('it was tried', () => receiver.received.length === tries);
      const delay = async (): Promise<number> => {
        const { rows } = await gateway.db.query<{ attempts: number; ms: number }>(
          `SELECT attempts, 1000 * extract(epoch FROM next_attempt_at - now())::float8 AS ms FROM webhooks`,
        );
        return rows[0]?.attempts === tries ? rows[0].ms : 0;
      };
      await until('it was noted', async () => (await delay()) > 0);
      delays.push(await delay());
      await due();
    }
    delays.forEach((delay, tries) => {
      const usual = Math.min(5_000 * 3 ** tries, 900_000);
      expect(delay).toBeGreaterThan(0.4 * usual);
      expect(delay).toBeLessThanOrEqual(usual);
    });
  });

  test.each([
    ['seconds', 429, () => '600', 600_000],
    ['a date', 503, () => new Date(Date.now() + 600_000).toUTCString(), 600_000],
    ['more than the longest delay', 429, () => '9'.repeat(400), 900_000],
    ['nothing that can be read', 429, () => 'soon', 0],
    ['a time with another status', 500, () => '600', 0],
  ])('that asks to wait for %s is not tried before', async (_, status, retryAfter, least) => {
    await add();
    receiver.answer = (response) => void response.writeHead(status, { 'retry-after': retryAfter() }).end();
    await released(1);
    send();
    await until('it was tried', async () => (await webhook()).lastError !== null);
    const { rows } = await gateway.db.query<{ ms: number }>(
      `SELECT 1000 * extract(epoch FROM next_attempt_at - now())::float8 AS ms FROM webhooks`,
    );
    expect(rows[0]?.ms).toBeGreaterThan(least - 10_000);
    expect(rows[0]?.ms).toBeLessThanOrEqual(Math.max(least, 5_000));
  });

  test('that cannot be reached is noted with the reason', async () => {
    const { host } = new URL(receiver.url.replace('127.0.0.1', 'localhost'));
    await receiver.close();
    const other = openMessagePoster(new Set([host]));
    const target = { url: `http://${host}/`, secrets: [makeWebhookSecret()] };
    const refusal = await other.post(target, { id: 'msg_1', body: '{}' });
    expect(refusal?.reason).toMatch(/^It could not be reached: .*ECONNREFUSED/);
    await other.close();
  });

  test('that fails for three days is disabled with the reason, and continues when it is enabled', async () => {
    await add();
    receiver.answer = answering(500);
    const holds = await released(2);
    send();
    await until('it was tried', async () => (await webhook()).failingSince !== null);
    await gateway.db.query(`UPDATE webhooks SET failing_since = now() - interval '72 hours'`);
    await due();
    await until('it is disabled', async () => (await webhook()).disabledAt !== null);
    expect(await webhook()).toMatchObject({
      waiting: 2,
      disabledReason: 'It failed for 72 hours. It answered with status 500.',
    });
    expect(valueOf(await gateway.metrics(), 'vitrine_webhooks', { state: 'disabled' })).toBe(1);
    const tries = receiver.received.length;
    await due();
    await sleep(1_500);
    expect(receiver.received).toHaveLength(tries);
    receiver.answer = answering(204);
    expect(await enableWebhook(gateway.db, 'orders')).toEqual({ mutedAt: null });
    await allSent();
    expect(told().slice(tries)).toEqual(holds.map((hold) => ['hold.released', hold]));
  });

  test('that is gone is disabled at once', async () => {
    await add();
    receiver.answer = answering(410);
    await released(1);
    send();
    await until('it is disabled', async () => (await webhook()).disabledAt !== null);
    expect((await webhook()).disabledReason).toBe('It answered with status 410.');
  });

  test('that never takes a message is told the next ones after an operator skips it', async () => {
    await add();
    const [first, second] = await released(2);
    receiver.answer = (response, { message: { data } }) =>
      void response.writeHead(data.hold === first ? 400 : 204).end();
    send();
    await until('it was tried', async () => (await webhook()).lastError !== null);
    expect(await skipMessage(gateway.db, 'orders')).toBe(receiver.received[0]?.id);
    await enableWebhook(gateway.db, 'orders');
    // The next one was not tried yet.
    expect(await skipMessage(gateway.db, 'orders')).toBeNull();
    await allSent();
    expect(told()).toEqual([
      ['hold.released', first],
      ['hold.released', second],
    ]);
    const skipped = { waiting: 0, failed: 1, firstFailure: 'Skipped. It answered with status 400.' };
    expect(await webhook()).toMatchObject(skipped);
    receiver.answer = answering(204);
    await requeueMessages(gateway.db, 'orders', { withSkipped: false });
    expect(await webhook()).toMatchObject(skipped);
    await requeueMessages(gateway.db, 'orders', { withSkipped: true });
    await until('none is left', async () => (await webhook()).failed === 0);
    await allSent();
    expect(told()[2]).toEqual(['hold.released', first]);
  });

  test('may answer at length, and may not redirect', async () => {
    await add();
    receiver.answer = (response) => void response.writeHead(200).end(Buffer.alloc(4_000_000));
    await released(2);
    send();
    await allSent();
    expect(receiver.received).toHaveLength(2);
    receiver.answer = answering(302, { location: receiver.url });
    await released(1);
    await until('it was tried', async () => (await webhook()).lastError !== null);
    expect((await webhook()).lastError).toBe('It answered with status 302, and redirects are not followed.');
    expect(receiver.received).toHaveLength(3);
  });

  test('that does not answer is given up on, and keeps no other one waiting', async () => {
    await add({ name: 'silent' });
    const other = await startReceiver();
    const both = openMessagePoster(new Set([receiver.host, other.host]));
    await add({ name: 'other', url: other.url });
    receiver.answer = () => undefined;
    send(both);
    await released(3);
    await until('the other one is told', () => other.received.length === 3);
    expect((await webhook()).lastError).toBeNull();
    await until('the silent one was given up on', async () => (await webhook()).lastError !== null);
    expect((await webhook()).lastError).toBe('It did not answer within 10 s.');
    await both.close();
    await other.close();
  });

  test('that is slow keeps no other one waiting for all its messages', async () => {
    const slow = ['a', 'b', 'c', 'd'];
    for (const name of slow) await add({ name, url: `${receiver.url}?${name}` });
    await add({ name: 'fast', url: `${receiver.url}?fast` });
    const toFast = () => receiver.received.filter(({ path }) => path.endsWith('fast')).length;
    receiver.answer = (response, { path }) =>
      void setTimeout(() => response.writeHead(204).end(), path.endsWith('fast') ? 0 : 500);
    await released(30);
    send();
    await until('the fast one is told', () => toFast() > 0);
    const waiting = (await listWebhooks(gateway.db)).filter(({ name }) => slow.includes(name));
    expect(waiting.map((each) => each.waiting > 0)).toEqual([true, true, true, true]);
  });

  test('in the network of the gateway must be listed, and so must one without https', async () => {
    const strict = openMessagePoster(new Set());
    const target = (url: string) => ({ url, secrets: [makeWebhookSecret()] });
    const message = { id: 'msg_1', body: '{}' };
    expect(await strict.post(target(receiver.url), message)).toMatchObject({
      reason: expect.stringMatching(/must be https, or 127\.0\.0\.1:\d+ must be in VITRINE_WEBHOOK_HOSTS/),
    });
    const links = [
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://localhost/',
      'https://[::ffff:127.0.0.1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://10.1.2.3/',
    ];
    for (const link of links)
      expect(await strict.post(target(link), message)).toMatchObject({
        reason: expect.stringContaining('is not a public address'),
      });
    expect(await strict.post(target('https://user:pass@orders.example/'), message)).toMatchObject({
      reason: expect.stringContaining('user name or password'),
    });
    await strict.close();
    expect(receiver.received).toEqual([]);
  });

  test.each([
    ['https://orders.example/', [], true],
    ['https://203.0.113.9/', [], false],
    ['https://10.0.0.1/', [], false],
    ['https://[::1]/', [], false],
    ['https://10.0.0.1/', ['10.0.0.1'], true],
    ['https://10.0.0.1/', ['10.0.0.1:443'], true],
    ['https://10.0.0.1/', ['10.0.0.1:80'], false],
    ['http://orders/', ['orders:80'], true],
    ['http://orders:80/', ['orders'], true],
    ['http://orders:8080/', ['orders'], false],
    ['http://orders:8080/', ['orders:8080'], true],
    ['ftp://orders/', ['orders'], false],
  ])('at %s with the hosts %j can be told: %s', (url, hosts, can) => {
    expect(checkTarget(url, new Set(hosts)) === null).toBe(can);
  });
});

describe('messages', () => {
  // Failed on 2026-11-29 without the condition on leased_until in claimWebhook: both sent every message.
  test('of a webhook are sent one at a time, once, and in order, by any number of senders', async () => {
    await add();
    const holds = await released(40);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 5);
    send();
    send();
    send();
    await allSent();
    expect(told()).toEqual(holds.map((hold) => ['hold.released', hold]));
    expect(receiver.mostAtOnce()).toBe(1);
  });

  test('are looked for a few times, however often senders are notified', async () => {
    await add();
    let notify = (): void => undefined;
    send(poster, {
      onChange(listener) {
        notify = listener;
        return () => undefined;
      },
    });
    const claims = await statements('webhook.claim', async () => {
      for (let i = 0; i < 200; i += 1) {
        notify();
        await sleep(5);
      }
    });
    // Four lanes, each twenty times a second; more time may pass on a busy machine.
    expect(claims).toBeGreaterThan(4);
    expect(claims).toBeLessThan(200);
  });

  test('cost one write of the webhook in a turn, and one read of the queue', async () => {
    await add();
    await released(30);
    const versions = new Set<string>();
    const noting: Pick<MessagePoster, 'post'> = {
      async post() {
        const { rows } = await gateway.db.query<{ ctid: string }>('SELECT ctid::text FROM webhooks');
        versions.add(rows[0]?.ctid ?? '');
        return null;
      },
    };
    const reads = await statements('webhook.next', async () => {
      send(noting);
      await allSent();
    });
    // A turn ends after five seconds, even of a machine that is busy.
    expect(versions.size).toBeLessThanOrEqual(3);
    expect(reads).toBeLessThanOrEqual(3);
  });

  test('that cannot be read are set aside, and those after them are sent', async () => {
    await add();
    const [first, second] = await released(2);
    await gateway.db.query(
      `UPDATE webhook_messages SET data = jsonb_set(data, '{currency}', '"none"')
       WHERE id = (SELECT min(id) FROM webhook_messages)`,
    );
    send();
    await allSent();
    expect(told()).toEqual([['hold.released', second]]);
    expect(await webhook()).toMatchObject({
      failed: 1,
      failingSince: null,
      firstFailure: expect.stringMatching(/"none" is not a currency/),
    });
    await gateway.db.query(`UPDATE webhook_messages SET data = jsonb_set(data, '{currency}', '"EUR"')`);
    await requeueMessages(gateway.db, 'orders', { withSkipped: false });
    await until('it is sent', () => receiver.received.length === 2);
    expect(told()[1]).toEqual(['hold.released', first]);
  });

  test.each([
    ['a time beyond those of JavaScript', `at = '280000-01-01'`],
    ['no hold', `data = '"none"'`],
    [
      'many wrong lines',
      `data = jsonb_set(data, '{lines}', (SELECT jsonb_agg(n) FROM generate_series(1, 500) n))`,
    ],
  ])('that have %s are set aside with a short reason', async (_, change) => {
    await add();
    const [, second] = await released(2);
    await gateway.db.query(
      `UPDATE webhook_messages SET ${change} WHERE id = (SELECT min(id) FROM webhook_messages)`,
    );
    send();
    await allSent();
    expect(told()).toEqual([['hold.released', second]]);
    expect((await webhook()).firstFailure).toMatch(/^[^\n]{10,300}$/);
  });

  test('ended at a finite time', async () => {
    await add();
    await released(1);
    await expect(gateway.db.query(`UPDATE webhook_messages SET at = 'infinity'`)).rejects.toThrow(
      /webhook_messages_at_check/,
    );
  });

  test('name what was sold even if the SKU is deleted before they are sent', async () => {
    await add();
    await seedProduct(gateway.db, { handle: 'last', skus: [{ code: 'LAST', stock: { berlin: 1 } }] });
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM skus WHERE code = 'LAST'`);
    const lines = [{ sku: toGlobalId('Sku', rows[0]?.id ?? 0) }];
    const { hold } = await call('holdCreate', { lines });
    await call('holdConfirm', { hold: hold?.id });
    await gateway.db.query(`DELETE FROM products WHERE handle = 'last'`);
    send();
    await allSent();
    expect(receiver.received[0]?.message.data).toMatchObject({
      lines: [{ code: 'LAST', location: 'berlin' }],
    });
  });

  test('of a sender that was killed are sent by another one when its lease ends', async () => {
    await add();
    const [hold] = await released(1);
    await gateway.db.query(
      `UPDATE webhooks SET lease = gen_random_uuid(), leased_until = now() + interval '1 s'`,
    );
    send();
    await sleep(500);
    expect(receiver.received).toEqual([]);
    await allSent();
    expect(told()).toEqual([['hold.released', hold]]);
  });

  // A turn has many messages, and its claim may not outlive them (artifact-keeper/artifact-keeper#2416).
  test.each([
    ['is lost', `lease = gen_random_uuid(), leased_until = now() + interval '1 hour'`],
    ['could end while they are sent', `leased_until = now() + interval '9 s'`],
  ])('of a turn whose claim %s are left to the next one', async (_, change) => {
    await add();
    await released(3);
    receiver.answer = (response) =>
      void gateway.db
        // Nothing is due any more, so what else comes is of the same turn.
        .query(`UPDATE webhooks SET next_attempt_at = now() + interval '1 hour', ${change}`)
        .then(() => response.writeHead(204).end());
    send();
    await until('the first is sent', async () => (await webhook()).waiting === 2);
    await sleep(500);
    expect(receiver.received).toHaveLength(1);
  });

  test('are signed with both secrets until a rotation is over', async () => {
    const before = await add();
    const secret = makeWebhookSecret();
    await rotateWebhookSecret(gateway.db, 'orders', secret, 3_600);
    send();
    await released(1);
    await until('it is told', () => receiver.received.length === 1);
    const [during] = receiver.received;
    if (during === undefined) throw new Error('one came');
    expect([isGenuine(before, during), isGenuine(writtenSecret(secret), during)]).toEqual([true, true]);
    await gateway.db.query(`UPDATE webhooks SET previous_until = now()`);
    await released(1);
    await until('it is told', () => receiver.received.length === 2);
    const after = receiver.received[1];
    if (after === undefined) throw new Error('one came');
    expect([isGenuine(before, after), isGenuine(writtenSecret(secret), after)]).toEqual([false, true]);
  });

  test('are signed as the libraries of Standard Webhooks expect it', () => {
    // The example of their own tests.
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const signed = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signatures([secret], signed)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('are deleted after a month', async () => {
    await add();
    await released(2);
    await gateway.db.query(
      `UPDATE webhook_messages SET at = now() - interval '31 days' WHERE id = (SELECT min(id) FROM webhook_messages)`,
    );
    await prune();
    expect((await webhook()).waiting).toBe(1);
  });
});

/** Messages that nobody has sent yet, in portions that are no long statements on a busy machine. */
async function wait(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 5_000)
    await gateway.db.query(
      `INSERT INTO webhook_messages (webhook_id, type, at, data)
       SELECT id, 'hold.expired', now(), '{}' FROM webhooks, generate_series(1, $1)`,
      [Math.min(left, 5_000)],
    );
}

// Failed on 2026-11-29: four visitors made what is told of sales hours late.
test('a webhook with many messages is told only of sales, and of holds with an API key', async () => {
  await add();
  const told = async (): Promise<string[]> => {
    const { rows } = await gateway.db.query<{ type: string }>(
      `SELECT type FROM webhook_messages WHERE data <> '{}' ORDER BY id`,
    );
    return rows.map(({ type }) => type);
  };
  const guest = async (): Promise<string> => {
    const { data } = await gateway.ask(
      'mutation ($input: HoldCreateInput!) { holdCreate(input: $input) { hold { id } } }',
      { input: { lines: [{ sku, quantity: 1 }] } },
    );
    return z.object({ holdCreate: z.object({ hold: z.object({ id: z.string() }) }) }).parse(data).holdCreate
      .hold.id;
  };
  await wait(10_000);
  await call('holdRelease', { hold: await guest() });
  expect(await told()).toEqual(['hold.released']);
  await call('holdRelease', { hold: await guest() });
  await call('holdConfirm', { hold: await guest() });
  await released(1);
  await guest();
  await passHoldTime(gateway.db);
  await sweep();
  expect(await told()).toEqual(['hold.released', 'hold.confirmed', 'hold.released']);
});

describe('a webhook is told of no more holds', () => {
  const metric = async (name: string, labels?: Record<string, string>) =>
    valueOf(await gateway.metrics(), name, labels);

  test('while very many messages wait for it, until an operator enables it', async () => {
    await add();
    await wait(100_000);
    await prune();
    await released(1);
    expect(await webhook()).toMatchObject({ waiting: 10_000, mutedAt: null });
    await prune();
    expect(await webhook()).toMatchObject({ mutedAt: expect.any(Date), disabledAt: null });
    expect(await metric('vitrine_webhooks', { state: 'disabled' })).toBe(1);
    expect(await metric('vitrine_webhook_messages', { state: 'waiting' })).toBe(10_000);
    const all = () => gateway.db.query('SELECT FROM webhook_messages').then(({ rowCount }) => rowCount);
    await released(2);
    expect(await all()).toBe(100_001);
    const { mutedAt } = await webhook();
    expect(await enableWebhook(gateway.db, 'orders')).toEqual({ mutedAt });
    await released(2);
    expect(await all()).toBe(100_003);
  });

  test('after it was disabled for as long as messages are kept', async () => {
    await add();
    const disabled = (days: number) =>
      gateway.db.query(
        `UPDATE webhooks SET disabled_at = now() - $1 * interval '1 day', disabled_reason = 'It is gone.'`,
        [days],
      );
    await disabled(29);
    await prune();
    await released(1);
    expect(await webhook()).toMatchObject({ waiting: 1, mutedAt: null });
    await disabled(31);
    await prune();
    await released(1);
    expect(await webhook()).toMatchObject({ waiting: 1, disabledReason: 'It is gone.' });
    expect((await webhook()).mutedAt).not.toBeNull();
  });

  test('and its state is read once for all metrics', async () => {
    await add();
    expect(await statements('webhook.states', () => gateway.metrics())).toBe(1);
  });
});
