import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { revokeKey } from '../../src/access/manage-keys.store.js';
import {
  addWebhook,
  enableWebhook,
  requeueMessages,
  rotateWebhookSecret,
} from '../../src/webhooks/manage-webhooks.store.js';
import type { MessagePoster } from '../../src/webhooks/post-message.js';
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-events.js';
import { makeWebhookSecret, signatures, writtenSecret } from '../../src/webhooks/webhook-secret.js';
import { valueOf } from '../metrics/support.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedProduct, setStock } from '../support/catalog.js';
import { passHoldTime } from '../support/holds.js';
import { until, waiting } from '../support/waiting.js';
import { isGenuine } from './receiver.js';
import {
  add,
  allSent,
  call,
  gateway,
  held,
  openWebhooks,
  poster,
  prune,
  receiver,
  released,
  send,
  shopKey,
  sku,
  statements,
  sweep,
  told,
  webhook,
} from './support.js';

openWebhooks();

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
