import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type ShopperConfig, readConfig } from '../../src/config.js';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { setClock } from '../support/clock.js';
import { SHOP, shopperHeaders, shopperToken } from '../support/shoppers.js';

const ISSUER = 'https://login.shop.example';
const AUDIENCE = 'vitrine';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** A login server whose answer tests choose. */
let login: Server;
let answer: () => { status: number; body: string };
let fetched = 0;
let jwks: URL;
let rsa: Pair;
let ec: Pair;
let gateway: TestGateway;
let withSecret: TestGateway;

const open = (shoppers: ShopperConfig): Promise<TestGateway> =>
  startTestGateway(() => Promise.resolve(), { beside: gateway, shoppers });

beforeAll(async () => {
  [rsa, ec] = [await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('ES256')];
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec' },
    // A login server that publishes a secret must not make it one of ours.
    { kty: 'oct', kid: 'oct', k: Buffer.alloc(32).toString('base64url') },
  ];
  answer = () => ({ status: 200, body: JSON.stringify({ keys }) });
  login = createServer((_request, response) => {
    fetched += 1;
    const { status, body } = answer();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve));
  const address = login.address();
  jwks = new URL(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/keys`);
  gateway = await startTestGateway(seedMarkets);
  withSecret = await open(SHOP);
});
afterAll(async () => {
  await withSecret.close();
  await gateway.close();
  await new Promise((resolve) => login.close(resolve));
});

interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
  readonly retryAfter: unknown;
}

async function send(on: TestGateway, token: string | string[], more: object = {}): Promise<Answered> {
  const { statusCode, headers, body } = await on.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'vitrine-shopper': token, ...more },
    payload: { query: '{ boards { nodes { id } } }' },
  });
  const { errors } = JSON.parse(body) as { errors?: { message: string; extensions: { code: string } }[] };
  return {
    status: statusCode,
    code: errors?.[0]?.extensions.code ?? null,
    message: errors?.[0]?.message ?? '',
    retryAfter: headers['retry-after'],
  };
}

const refused = (why: RegExp): object => ({
  status: 401,
  code: 'UNAUTHENTICATED',
  message: expect.stringMatching(why),
});

const good: JWTPayload = { iss: ISSUER, aud: AUDIENCE, sub: 'ada' };
const inMinutes = (minutes: number): number => Math.floor(Date.now() / 1_000) + minutes * 60;
const sign = (payload: JWTPayload, alg = 'RS256', kid = 'rsa', key = rsa.privateKey): Promise<string> =>
  new SignJWT({ exp: inMinutes(5), ...payload }).setProtectedHeader({ alg, kid }).sign(key);
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('with public keys', () => {
  let on: TestGateway;
  beforeAll(async () => {
    on = await open({ issuer: ISSUER, audience: AUDIENCE, keys: { jwks } });
  });
  afterAll(() => on.close());

  test('a token that any of the keys signed is accepted', async () => {
    expect(await send(on, await sign(good))).toMatchObject({ status: 200, code: null });
    expect(await send(on, await sign(good, 'ES256', 'ec', ec.privateKey))).toMatchObject({
      status: 200,
      code: null,
    });
  });

  // Seen to fail without the options algorithms, issuer, audience, and requiredClaims of jwtVerify (2026-11-28).
  test.each<[string, () => Promise<string> | string, RegExp]>([
    ['no token', () => 'nonsense', /not a valid token/],
    ['an empty one', () => '', /not a valid token/],
    ['one without a signature', () => new UnsecuredJWT(good).setExpirationTime('5m').encode(), /"alg"/],
    [
      'one whose algorithm is none in other letters',
      async () => {
        const [, payload] = (await sign(good)).split('.');
        return `${part({ alg: 'NonE' })}.${payload ?? ''}.`;
      },
      /"alg"/,
    ],
    [
      'an HMAC with the public key',
      async () => {
        const [, payload] = (await sign(good)).split('.');
        const text = `${part({ alg: 'HS256', kid: 'rsa' })}.${payload ?? ''}`;
        const mac = createHmac('sha256', await exportSPKI(rsa.publicKey))
          .update(text)
          .digest('base64url');
        return `${text}.${mac}`;
      },
      /"alg"/,
    ],
    [
      'an HMAC with a secret among the keys',
      () =>
        new SignJWT(good)
          .setProtectedHeader({ alg: 'HS256', kid: 'oct' })
          .setExpirationTime('5m')
          .sign(Buffer.alloc(32)),
      /"alg"/,
    ],
    [
      'one with another key',
      async () => sign(good, 'RS256', 'rsa', (await generateKeyPair('RS256')).privateKey),
      /signature/,
    ],
    ['one with a key that is not known', () => sign(good, 'RS256', 'nobody'), /no applicable key/],
    [
      'one that brings its own key',
      async () => {
        const own = await generateKeyPair('RS256');
        const jwk = await exportJWK(own.publicKey);
        return new SignJWT(good)
          .setProtectedHeader({ alg: 'RS256', kid: 'own', jwk })
          .setExpirationTime('5m')
          .sign(own.privateKey);
      },
      /no applicable key/,
    ],
    [
      'one that was changed',
      async () => {
        const [header, , signature] = (await sign(good)).split('.');
        return [header, part({ ...good, sub: 'bob', exp: inMinutes(5) }), signature].join('.');
      },
      /signature/,
    ],
    ['one that has expired', () => sign({ ...good, exp: inMinutes(-1) }), /expired/],
    ['one that is not valid yet', () => sign({ ...good, nbf: inMinutes(5) }), /"nbf"/],
    [
      'one without an end',
      () => new SignJWT(good).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey),
      /"exp"/,
    ],
    ['one of another issuer', () => sign({ ...good, iss: 'https://elsewhere.example' }), /"iss"/],
    ['one for somebody else', () => sign({ ...good, aud: 'newsletter' }), /"aud"/],
    ['one for nobody', () => sign({ iss: ISSUER, sub: 'ada' }), /"aud"/],
    ['one without a shopper', () => sign({ iss: ISSUER, aud: AUDIENCE }), /"sub"/],
    ['one with an empty shopper', () => sign({ ...good, sub: '' }), /"sub"/],
    [
      'one with an extension that must be understood',
      async () => {
        const header = { alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 };
        const [, payload, signature] = (await sign(good)).split('.');
        return `${part(header)}.${payload ?? ''}.${signature ?? ''}`;
      },
      /"x"/,
    ],
    ['one that is too long', () => sign({ ...good, more: 'x'.repeat(5_000) }), /4096 characters/],
  ])('%s is refused', async (_what, make, why) => {
    expect(await send(on, await make())).toMatchObject(refused(why));
  });

  test('two tokens are refused, even if each is valid', async () => {
    const token = await sign(good);
    expect(await send(on, [token, token])).toMatchObject(refused(/not a valid token/));
  });

  test('while the keys cannot be fetched, a caller is told to try again, and without a token is served', async () => {
    const away = await open({ issuer: ISSUER, audience: null, keys: { jwks } });
    const before = answer;
    try {
      for (const wrong of [
        { status: 503, body: '' },
        { status: 200, body: '<html>' },
        { status: 200, body: '{}' },
      ]) {
        answer = () => wrong;
        expect(await send(away, await sign(good))).toMatchObject({
          status: 503,
          code: 'SHOPPER_KEYS_UNAVAILABLE',
          retryAfter: expect.any(String),
        });
      }
      expect((await away.ask('{ channel { handle } }')).errors).toEqual([]);
    } finally {
      answer = before;
      await away.close();
    }
  });

  test('after a failure, the keys are not fetched again for each request', async () => {
    const away = await open({ issuer: ISSUER, audience: null, keys: { jwks } });
    const before = answer;
    try {
      answer = () => ({ status: 500, body: '' });
      fetched = 0;
      for (let count = 0; count < 5; count += 1) await send(away, await sign(good));
      expect(fetched).toBe(1);
    } finally {
      answer = before;
      await away.close();
    }
  });

  test('keys that were fetched are good for another hour while they cannot be fetched again', async () => {
    const away = await open({ issuer: ISSUER, audience: null, keys: { jwks } });
    const before = answer;
    const minutesLater = async (minutes: number): Promise<Answered> => {
      setClock(Date.now() + minutes * 60_000);
      // As another token each time, because verified tokens are kept.
      return send(away, await sign({ ...good, jti: String(minutes) }));
    };
    try {
      expect(await send(away, await sign(good))).toMatchObject({ code: null });
      answer = () => ({ status: 500, body: '' });
      expect(await minutesLater(11)).toMatchObject({ code: null });
      expect(await minutesLater(60)).toMatchObject({ code: 'SHOPPER_KEYS_UNAVAILABLE' });
      answer = before;
      expect(await minutesLater(1)).toMatchObject({ code: null });
    } finally {
      answer = before;
      jest.useRealTimers();
      await away.close();
    }
  });

  test('tokens with unknown keys do not make them be fetched each time', async () => {
    await send(on, await sign(good));
    fetched = 0;
    for (let count = 0; count < 5; count += 1) await send(on, await sign(good, 'RS256', `unknown-${count}`));
    expect(fetched).toBeLessThanOrEqual(1);
  });
});

describe('with a secret', () => {
  test('a token that it signed is accepted, in any header case, and one of a public key is not', async () => {
    expect(await send(withSecret, await shopperToken('ada'))).toMatchObject({ status: 200, code: null });
    expect(await send(withSecret, await sign(good))).toMatchObject(refused(/"alg"/));
    const other = new SignJWT({ iss: ISSUER, sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(Buffer.from('another secret that is long enough'));
    expect(await send(withSecret, await other)).toMatchObject(refused(/signature/));
  });

  test('a token that was accepted is refused once it expires', async () => {
    const token = await shopperToken('ada', '5m');
    expect(await send(withSecret, token)).toMatchObject({ code: null });
    setClock(Date.now() + 6 * 60_000);
    try {
      expect(await send(withSecret, token)).toMatchObject(refused(/expired/));
    } finally {
      jest.useRealTimers();
    }
  });
});

test('a gateway without a configuration refuses a token instead of ignoring it', async () => {
  expect(await send(gateway, await shopperToken('ada'))).toMatchObject(refused(/accepts no shopper tokens/));
});

test('the database has no name of a shopper', async () => {
  const shopper = 'ada@shop.example';
  const board = 'mutation { boardCreate(input: { title: "Mine", idempotencyKey: "once" }) { board { id } } }';
  const { errors } = await withSecret.ask(board, {}, undefined, await shopperHeaders(shopper));
  expect(errors).toEqual([]);
  const { rows } = await gateway.db.query<{ row: string }>(
    'SELECT boards::text AS row FROM boards UNION ALL SELECT idempotency_keys::text FROM idempotency_keys',
  );
  expect(rows).toHaveLength(2);
  for (const { row } of rows) {
    expect(row).not.toContain(shopper);
    expect(row).not.toContain(Buffer.from(shopper).toString('hex'));
  }
});

describe('the configuration', () => {
  const shoppers = (env: Record<string, string>): ShopperConfig | null => readConfig(env).shoppers;
  const VITRINE_SHOPPER_ISSUER = ISSUER;
  const VITRINE_SHOPPER_SECRET = 'x'.repeat(32);
  const VITRINE_SHOPPER_JWKS = 'https://login.shop.example/keys';

  test('has an issuer and one kind of key', () => {
    expect(shoppers({})).toBeNull();
    expect(shoppers({ VITRINE_SHOPPER_ISSUER, VITRINE_SHOPPER_SECRET })).toEqual({
      issuer: ISSUER,
      audience: null,
      keys: { secret: VITRINE_SHOPPER_SECRET },
    });
    expect(shoppers({ VITRINE_SHOPPER_ISSUER, VITRINE_SHOPPER_JWKS, VITRINE_SHOPPER_AUDIENCE: 'a' })).toEqual(
      {
        issuer: ISSUER,
        audience: 'a',
        keys: { jwks: new URL(VITRINE_SHOPPER_JWKS) },
      },
    );
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['no key', { VITRINE_SHOPPER_ISSUER }, /exactly one of VITRINE_SHOPPER_JWKS/],
    ['two keys', { VITRINE_SHOPPER_ISSUER, VITRINE_SHOPPER_JWKS, VITRINE_SHOPPER_SECRET }, /exactly one/],
    ['no issuer', { VITRINE_SHOPPER_SECRET }, /VITRINE_SHOPPER_ISSUER is missing/],
    [
      'a short secret',
      { VITRINE_SHOPPER_ISSUER, VITRINE_SHOPPER_SECRET: 'x'.repeat(31) },
      /at least 32 bytes/,
    ],
    [
      'keys that anyone on the way can change',
      { VITRINE_SHOPPER_ISSUER, VITRINE_SHOPPER_JWKS: 'http://a.example' },
      /https/,
    ],
  ])('with %s is refused', (_what, env, message) => {
    expect(() => shoppers(env)).toThrow(message);
  });
});
