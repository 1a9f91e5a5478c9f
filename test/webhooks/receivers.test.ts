import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  enableWebhook,
  listWebhooks,
  requeueMessages,
  skipMessage,
} from '../../src/webhooks/manage-webhooks.store.js';
import { checkTarget, openMessagePoster } from '../../src/webhooks/post-message.js';
import { makeWebhookSecret } from '../../src/webhooks/webhook-secret.js';
import { valueOf } from '../metrics/support.js';
import { until } from '../support/waiting.js';
import { answering, isGenuine, startReceiver } from './receiver.js';
import {
  add,
  allSent,
  due,
  gateway,
  openWebhooks,
  receiver,
  released,
  send,
  told,
  webhook,
} from './support.js';

openWebhooks();

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

  // Failed on 2026-11-30: they took all lanes for as long as a try may last.
  test('that was slow leaves lanes to the others when there are many of its kind', async () => {
    const slow = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const name of slow) await add({ name, url: `${receiver.url}?${name}` });
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 2_500);
    await released(1);
    send();
    await allSent();
    const before = receiver.received.length;
    let slowBefore = NaN;
    const silent: ServerResponse[] = [];
    receiver.answer = (response, { path }) => {
      if (!path.endsWith('fast')) {
        silent.push(response);
        return;
      }
      slowBefore = receiver.received.length - before - 1;
      response.writeHead(204).end();
    };
    await add({ name: 'fast', url: `${receiver.url}?fast` });
    // Those that were served before have their turns first.
    await gateway.db.query(`UPDATE webhooks SET served_at = now() WHERE name = 'fast'`);
    await released(1);
    await until('the fast one is told', () => !Number.isNaN(slowBefore));
    expect(slowBefore).toBeLessThanOrEqual(4);
    receiver.answer = answering(204);
    for (const response of silent) response.writeHead(204).end();
  });

  // Failed on 2026-11-30: it was read to its end, and kept its lane until then.
  test('that sends the rest of its answer slowly is not waited for', async () => {
    const ends = new Promise<boolean>((resolve) => {
      receiver.answer = (response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('.'), 50);
        const end = setTimeout(() => response.end(), 5_000);
        response.on('close', () => {
          clearInterval(drip);
          clearTimeout(end);
          resolve(response.writableFinished);
        });
      };
    });
    await add();
    await released(1);
    send();
    expect(await ends).toBe(false);
    await allSent();
    expect((await webhook()).lastError).toBeNull();
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
