import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startGatewayProcess, type GatewayProcess } from '../support/gateways.js';
import { HOLD_FIELDS, holdPayload } from '../support/holds.js';
import { vitrine } from '../support/process.js';
import { until } from '../support/waiting.js';
import { answering, isGenuine, startReceiver, type Receiver } from './receiver.js';

const CREATE = `mutation ($input: HoldCreateInput!) { payload: holdCreate(input: $input) ${HOLD_FIELDS} }`;
const CONFIRM = `mutation ($input: HoldConfirmInput!) { payload: holdConfirm(input: $input) ${HOLD_FIELDS} }`;

let database: TestDatabase;
let receiver: Receiver;
let secretOfKey: string;
let sku: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedMarkets(database.db);
  await seedProduct(database.db, { handle: 'shirt', skus: [{ code: 'S', stock: { berlin: 1_000 } }] });
  secretOfKey = await seedApiKey(database.db, { name: 'shop' });
  const { rows } = await database.db.query<{ id: number }>('SELECT id FROM skus');
  sku = toGlobalId('Sku', rows[0]?.id ?? 0);
  receiver = await startReceiver();
});
beforeEach(async () => {
  receiver.received.length = 0;
  receiver.answer = answering(204);
  await database.db.query('TRUNCATE webhooks, webhook_messages');
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
});

const settings = (): Record<string, string> => ({
  DATABASE_URL: database.url,
  VITRINE_WEBHOOK_HOSTS: receiver.host,
});
const webhooks = (...args: string[]) => vitrine(['webhooks', ...args], { env: settings() }).ended;

async function add(...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await webhooks('add', 'orders', receiver.url, ...more);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('cannot be shown again'),
  });
  expect(stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  return stdout.trimEnd();
}

async function sell(gateway: GatewayProcess): Promise<string> {
  const input = { lines: [{ sku }] };
  const { hold } = (await gateway.ask(holdPayload, CREATE, { input }, secretOfKey)).payload;
  if (hold === null) throw new Error('there is enough');
  await gateway.ask(holdPayload, CONFIRM, { input: { hold: hold.id } }, secretOfKey);
  return hold.id;
}

describe('vitrine webhooks', () => {
  test('add prints the secret, test tries it, list shows the rest, remove ends it', async () => {
    const secret = await add('--event', 'hold.confirmed', '--channel', 'eu', '--key', 'shop');
    expect(await webhooks('test', 'orders')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^orders took the message after \d+ ms\.\n$/),
    });
    const [tried] = receiver.received;
    if (tried === undefined) throw new Error('it was tried');
    expect(isGenuine(secret, tried)).toBe(true);
    expect(tried.message).toMatchObject({ type: 'webhook.test', data: { webhook: 'orders' } });

    receiver.answer = answering(500);
    expect(await webhooks('test', 'orders')).toMatchObject({
      code: 1,
      stderr: 'orders did not take the message. It answered with status 500.\n',
    });

    const { stdout } = await webhooks('list');
    const [head, row] = stdout.split('\n').map((line) => line.split(/ +/).join(' '));
    expect(head).toBe('NAME URL EVENTS CHANNELS KEY CREATED WAITING FAILED OLD-UNTIL STATE FIRST-FAILURE');
    expect(row).toMatch(new RegExp(`^orders ${receiver.url} hold.confirmed eu shop 20\\S+Z 0 0 - active -$`));
    expect(stdout).not.toContain(secret);

    expect(await webhooks('remove', 'orders')).toMatchObject({ code: 0, stderr: 'orders is removed.\n' });
    expect((await webhooks('list')).stderr).toMatch(/There are no webhooks yet/);
  });

  test('rotate prints a new secret; messages are signed with both', async () => {
    const before = await add();
    const { stdout } = await webhooks('rotate', 'orders', '--overlap', '1h');
    await webhooks('test', 'orders');
    const [tried] = receiver.received;
    if (tried === undefined) throw new Error('it was tried');
    expect([isGenuine(before, tried), isGenuine(stdout.trimEnd(), tried)]).toEqual([true, true]);
  });

  test('what cannot be done is a sentence, and changes nothing', async () => {
    await add();
    const refusals: (readonly [readonly string[], RegExp])[] = [
      [['add', 'orders', receiver.url], /There is a webhook orders already/],
      [
        ['add', 'other', 'http://orders.example/'],
        /must be https, or orders\.example must be in VITRINE_WEBHOOK_HOSTS/,
      ],
      [['add', 'other', 'https://10.0.0.1/'], /10\.0\.0\.1 is not a public address/],
      [['add', 'other', 'https://me:secret@orders.example/'], /user name or password/],
      [['add', 'other', 'orders.example'], /not a URL/],
      [['add', 'other', receiver.url, '--key', 'nobody'], /There is no API key nobody/],
      [['add', 'other', receiver.url, '--channel', 'mars'], /There is no channel mars/],
      ...['test', 'rotate', 'retry', 'remove'].map(
        (command) => [[command, 'nobody'], /There is no webhook nobody/] as const,
      ),
    ];
    for (const [args, complaint] of refusals)
      expect(await webhooks(...args)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(complaint),
      });
    expect(await webhooks('add', 'other', receiver.url, '--event', 'hold.lost')).toMatchObject({ code: 2 });
    const rows = (await webhooks('list')).stdout.split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/hold\.expired +all +- /);
  });

  test('list shows that the channels of a webhook are gone', async () => {
    await add('--channel', 'eu');
    await database.db.query(`UPDATE webhooks SET channel_ids = '{-1}'`);
    expect((await webhooks('list')).stdout).toMatch(/hold\.expired +none \(deleted\) +- /);
  });

  test('retry enables a webhook that was disabled, and its messages are sent', async () => {
    await add();
    const gateway = await startGatewayProcess(database.url, settings());
    try {
      receiver.answer = answering(410);
      const hold = await sell(gateway);
      await until('it is disabled', async () =>
        /orders .* 1 0 - disabled since 20\S+Z: It answered with status 410\./.test(
          (await webhooks('list')).stdout.replaceAll(/ +/g, ' '),
        ),
      );
      const { id } = receiver.received[0] ?? {};
      receiver.answer = answering(204);
      expect(await webhooks('retry', 'orders', '--skip')).toMatchObject({
        code: 0,
        stderr: `${id ?? ''} is skipped.\norders is enabled. Messages that wait: 0.\n`,
      });
      expect(await webhooks('retry', 'orders', '--skip')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Nothing was skipped'),
      });
      expect((await webhooks('list')).stdout).toMatch(/active +Skipped\. It answered with status 410\.$/m);
      expect(await webhooks('retry', 'orders', '--skipped')).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^orders is enabled. Messages that wait: [01]\.\n$/),
      });
      await until('it is sent', () => receiver.received.length === 2);
      expect(receiver.received[1]).toMatchObject({ id, message: { data: { hold } } });
    } finally {
      await gateway.stop();
    }
  });
});

test('a gateway that is killed while it sends leaves its messages to another one', async () => {
  const secret = await add();
  const victim = await startGatewayProcess(database.url, settings());
  // The receiver has the message, but the sender never learns that.
  receiver.answer = () => undefined;
  const holds = [await sell(victim), await sell(victim)];
  await until('it is sending', () => receiver.received.length === 1);
  await victim.kill();
  receiver.answer = answering(204);
  const other = await startGatewayProcess(database.url, settings());
  try {
    holds.push(await sell(other));
    await until('all are sent', () => receiver.received.length === 4);
    const [lost, ...sent] = receiver.received;
    expect(sent.map(({ message }) => message.data.hold)).toEqual(holds);
    expect(sent[0]?.id).toBe(lost?.id);
    for (const received of sent) expect(isGenuine(secret, received)).toBe(true);
    await until('none waits', async () => {
      const { rowCount } = await database.db.query('SELECT FROM webhook_messages');
      return rowCount === 0;
    });
  } finally {
    await other.stop();
  }
});

test('a gateway that is stopped while it sends finishes its message, and sends it once', async () => {
  await add();
  const gateway = await startGatewayProcess(database.url, settings());
  let finish = (): void => undefined;
  receiver.answer = (response) => (finish = () => void response.writeHead(204).end());
  await sell(gateway);
  await until('it is sending', () => receiver.received.length === 1);
  const stopped = gateway.stop();
  setTimeout(() => finish(), 500);
  await stopped;
  expect((await database.db.query('SELECT FROM webhook_messages')).rowCount).toBe(0);
});
