import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { makeSecret } from '../../src/access/api-key.js';
import { API_KEY_CACHE_MS } from '../../src/access/api-key.store.js';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { vitrine } from '../support/process.js';

const CHANNEL = '{ channel { handle } }';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(seedMarkets);
});
afterAll(() => gateway.close());

const keys = (...args: string[]) =>
  vitrine(['keys', ...args], { env: { DATABASE_URL: gateway.db.options.connectionString ?? '' } }).ended;

async function create(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await keys('create', ...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout.trimEnd();
}

describe('vitrine keys', () => {
  test('create prints the secret alone; list shows the key without it; revoke ends it', async () => {
    const { code, stdout, stderr } = await keys(
      'create',
      'warehouse',
      '--scope',
      'catalog:read',
      '--scope',
      'catalog:read',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^vitrine_[A-Za-z0-9_-]{43}\n$/);
    expect(stderr).toMatch(/secret of warehouse.*cannot be shown again/);
    const secret = stdout.trimEnd();
    expect((await gateway.ask(CHANNEL, {}, secret)).errors).toEqual([]);

    const limits = [
      '--channel',
      'us',
      '--channel',
      'eu',
      '--origin',
      'https://Shop.example',
      '--expires',
      '2099-12-31',
    ];
    await create('storefront', ...limits, '--budget', '500', '--trusted-documents-only');
    const listed = await keys('list');
    expect(listed.code).toBe(0);
    const [head, warehouse, storefront, ...others] = listed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/));
    const at = '20\\S+Z';
    expect(others).toEqual([]);
    expect(head?.join(' ')).toBe(
      'NAME SECRET SCOPES CHANNELS ORIGINS LIMITS CREATED EXPIRES LAST-USED OLD-UNTIL REVOKED',
    );
    expect(warehouse?.join(' ')).toMatch(
      new RegExp(`^warehouse ${secret.slice(0, 12)} catalog:read - - - ${at} - (-|${at}) - -$`),
    );
    expect(storefront?.join(' ')).toMatch(
      new RegExp(
        `^storefront vitrine_\\S{4} catalog:read,boards us,eu https://shop.example 500/s,trusted-documents ${at} 2099-12-31T00:00:00.000Z - - -$`,
      ),
    );
    expect(listed.stdout + listed.stderr).not.toContain(secret);

    const revoked = await keys('revoke', 'warehouse');
    expect(revoked).toMatchObject({ code: 0, stderr: expect.stringContaining('within 2 seconds') });
    await sleep(API_KEY_CACHE_MS);
    expect((await gateway.ask(CHANNEL, {}, secret)).errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect((await keys('list')).stdout).toMatch(/^warehouse .* 20\S+Z$/m);
    expect(await keys('revoke', 'warehouse')).toMatchObject({
      code: 0,
      stderr: 'warehouse was already revoked.\n',
    });
  });

  test('what cannot be done is a sentence, and changes nothing', async () => {
    await create('taken');
    expect(await keys('create', 'taken')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The name taken is taken/),
    });
    expect(await keys('create', 'nobody', '--channel', 'mars')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'There is no channel mars: use one of eu, us.\n',
    });
    for (const command of ['revoke', 'rotate']) {
      expect(await keys(command, 'nobody')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^There is no key nobody/),
      });
    }
    expect((await keys('list')).stdout).not.toContain('nobody');
  });

  test('rotate prints a new secret; the one before works until the overlap ends', async () => {
    const before = await create('rotated');
    const { code, stdout, stderr } = await keys('rotate', 'rotated', '--overlap', '30m');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/stops working at 20\S+Z/),
    });
    const after = stdout.trimEnd();
    expect(after).toMatch(/^vitrine_[A-Za-z0-9_-]{43}$/);
    for (const secret of [before, after]) expect((await gateway.ask(CHANNEL, {}, secret)).errors).toEqual([]);
    expect((await keys('list')).stdout).toMatch(
      new RegExp(`^rotated +${after.slice(0, 12)} .* 20\\S+Z +-$`, 'm'),
    );

    await keys('revoke', 'rotated');
    expect(await keys('rotate', 'rotated')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/was revoked/),
    });
  });

  test('a secret is not kept', async () => {
    const secret = await create('discreet');
    const { rows } = await gateway.db.query<{ row: string }>('SELECT api_keys::text AS row FROM api_keys');
    const hex = Buffer.from(secret).toString('hex');
    for (const { row } of rows) {
      expect(row).not.toContain(secret);
      expect(row).not.toContain(hex);
    }
  });
});

describe('a request', () => {
  const post = (authorization: string) =>
    gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization, origin: 'https://shop.example' },
      payload: { query: CHANNEL },
    });

  test.each([
    ['of another kind', 'Basic dXNlcjpwYXNz'],
    ['without a key', 'Bearer'],
    ['with a key that is too short', 'Bearer vitrine_abc'],
    ['with a key that nobody made', `Bearer ${makeSecret()}`],
    ['with more than a key', `Bearer ${makeSecret()} x`],
    ['that is empty', ''],
  ])('with an Authorization %s is refused, not anonymous', async (_what, authorization) => {
    const response = await post(authorization);
    expect(response.statusCode).toBe(401);
    expect(response.headers).toMatchObject({
      'www-authenticate': 'Bearer',
      'access-control-allow-origin': '*',
    });
    expect(response.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('npx vitrine keys create NAME'),
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });

  test('is answered in the channel that it names, else that of its key, else the default one', async () => {
    const secret = await create('american', '--channel', 'us', '--channel', 'eu');
    expect((await gateway.ask(CHANNEL)).data).toEqual({ channel: { handle: 'eu' } });
    expect((await gateway.ask(CHANNEL, {}, secret)).data).toEqual({ channel: { handle: 'us' } });
    expect((await gateway.ask(`query @inContext(channel: "eu") ${CHANNEL}`, {}, secret)).data).toEqual({
      channel: { handle: 'eu' },
    });
    const lowerCase = await post(`bearer ${secret}`);
    expect(lowerCase.json()).toMatchObject({ data: { channel: { handle: 'us' } } });
  });

  // Failed on 2026-11-28: the key could confirm holds of every channel.
  test('with a key of a channel that was deleted is refused', async () => {
    await gateway.db.query(
      `INSERT INTO channels (handle, name, price_list_id) SELECT 'outlet', 'Outlet', price_list_id FROM channels
       WHERE handle = 'eu'`,
    );
    const secret = await create('outlet', '--channel', 'outlet', '--scope', 'holds:confirm');
    const confirmInEu = async (): Promise<readonly string[]> => {
      const hold = toGlobalId('Hold', randomUUID());
      const { errors } = await gateway.ask(
        `mutation ($hold: ID!) @inContext(channel: "eu") { holdConfirm(input: { hold: $hold }) { userErrors { code } } }`,
        { hold },
        secret,
      );
      return errors.map(({ code }) => code);
    };
    expect(await confirmInEu()).toEqual(['FORBIDDEN']);
    await gateway.db.query(`DELETE FROM channels WHERE handle = 'outlet'`);
    await sleep(API_KEY_CACHE_MS);
    expect(await confirmInEu()).toEqual(['UNAUTHENTICATED']);
    expect((await keys('list')).stdout).toMatch(/^outlet .* 20\S+Z$/m);
  });
});
