import { afterEach, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { createLogger } from '../../src/platform/logging.js';
import { openDatabase } from '../../src/platform/postgres.js';
import { createTestDatabase } from '../support/database.js';
import { startFaultProxy } from '../support/fault-proxy.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function written(): string[] {
  const lines: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return lines;
}

test('away from a terminal, a line is a JSON object', () => {
  const lines = written();
  createLogger('info', null).info({ port: 4000 }, 'Listening');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, port: 4000, msg: 'Listening' });
});

test('on a terminal, a line is for people', () => {
  const lines: string[] = [];
  createLogger('info', (line) => lines.push(line)).warn({ images: 3 }, 'Left out');
  expect(lines.join('\n')).toMatch(/WARN[^]*Left out[^]*images.*3/);
});

test('secrets are left out wherever they stand', () => {
  const lines = written();
  const log = createLogger('info', null);
  log.info({ apiKey: 'hidden', headers: { authorization: 'Bearer hidden' } }, 'Asked');
  log.error({ err: new Error('connect to postgres://shop:hidden@db:5432/shop failed') }, 'Failed');
  expect(lines.join('')).not.toContain('hidden');
  expect(lines.join('')).toContain('postgres://shop:***@db:5432/shop');
});

test.each([
  [
    'a header',
    { req: { headers: { authorization: 'hidden', 'api-key': 'hidden', 'vitrine-shopper': 'hidden' } } },
  ],
  [
    'an environment',
    { env: { QDRANT_API_KEY: 'hidden', DATABASE_URL: 'hidden', VITRINE_SHOPPER_SECRET: 'hidden' } },
  ],
  ['a text with a header', { text: 'asked with Bearer hidden.hidden' }],
  ['a text with a connection string', { text: 'host=db user=shop password=hidden' }],
  ['a URL whose password has an @', { text: 'postgres://shop:hid@hidden@db/shop' }],
])('a secret is left out of %s', (_what, fields) => {
  const lines = written();
  createLogger('info', null).info(fields, 'Asked');
  expect(lines.join('')).not.toContain('hid');
});

test('of an error, it tells the type, message, code, stack and cause, and nothing that hangs on it', () => {
  const lines = written();
  const cause = Object.assign(new Error('the socket closed'), { code: 'ECONNRESET' });
  const error = Object.assign(new TypeError('the query failed', { cause }), {
    client: new Client({ connectionString: 'postgres://shop:hidden@db/shop' }),
    config: { apiToken: 'hidden' },
  });
  createLogger('info', null).error({ err: error }, 'Failed');
  const err = {
    type: 'TypeError',
    message: 'the query failed',
    stack: expect.any(String),
    cause: { type: 'Error', message: 'the socket closed', code: 'ECONNRESET', stack: expect.any(String) },
  };
  expect(JSON.parse(lines[0] ?? '')).toEqual(expect.objectContaining({ err }));
});

test('causes that go in a circle come to an end, and what is no error is told as what it is', () => {
  const lines = written();
  const error = new Error('outer');
  error.cause = new Error('inner', { cause: error });
  createLogger('info', null).error({ err: error }, 'Failed');
  createLogger('info', null).error({ err: 'a word' }, 'Failed');
  createLogger('info', null).error({ err: { secret: 'hidden' } }, 'Failed');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('a word');
  expect(lines.join('')).not.toContain('hidden');
});

test('a connection of the pool that breaks is told of without the client', async () => {
  const database = await createTestDatabase();
  const proxy = await startFaultProxy(database.url);
  const lines = written();
  const log = createLogger('info', null);
  const db = await new Promise<ReturnType<typeof openDatabase>>((resolve, reject) => {
    const pool = openDatabase(proxy.url, (err) => {
      log.warn({ err }, 'A connection to Postgres broke');
      resolve(pool);
    });
    pool.query('SELECT 1').then(() => proxy.set('reset'), reject);
  });
  await db.end();
  await proxy.close();
  await database.drop();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ECONNRESET');
  expect(lines[0]).not.toMatch(/_events|connectionParameters|"client"|password/);
});

test('what is below the level is not written', () => {
  const lines = written();
  createLogger('warn', null).info('quiet');
  createLogger('silent', null).fatal('quiet');
  expect(lines).toEqual([]);
});
