import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    catalogImage: async () =>
      sharp({ create: { width: 300, height: 300, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
  });
});

const LARGE = '{ garments(first: 100) { nodes { id title url price similar(first: 2) { id title } } } }';

const ask = (query: string, encoding?: string, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query },
    headers: { ...headers, ...(encoding === undefined ? {} : { 'accept-encoding': encoding }) },
  });

const READ: Record<string, (bytes: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  plain: (bytes) => bytes,
};

describe('a large answer', () => {
  test.each([
    ['br, gzip, deflate, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['*', 'br'],
    ['BR', 'plain'],
    ['deflate', 'plain'],
    ['identity', 'plain'],
    ['br;q=0', 'plain'],
    ['', 'plain'],
    [undefined, 'plain'],
    [';;,,q=,;=1', 'plain'],
  ])('with Accept-Encoding %j is sent as %s', async (accepted, encoding) => {
    // The first request pays for parsing the document, so its answer tells another cost.
    await ask(LARGE);
    const plain = await ask(LARGE);
    const response = await ask(LARGE, accepted);
    expect(response.headers['content-encoding'] ?? 'plain').toBe(encoding);
    expect(response.headers['vary']).toBe('accept-encoding');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['content-length']).toBe(String(response.rawPayload.length));
    expect(READ[encoding]?.(response.rawPayload).equals(plain.rawPayload)).toBe(true);
    if (encoding !== 'plain') expect(response.rawPayload.length).toBeLessThan(plain.rawPayload.length / 6);
  });

  test('keeps its characters, of one byte or of four', async () => {
    const color = '🧥 größer, 特大, '.repeat(2_000);
    const query = `mutation { paint(color: ${JSON.stringify(color.slice(0, 18_000))}) }`;
    // The first request pays for parsing the document, so its answer tells another cost.
    await ask(query);
    const { body } = await ask(query);
    expect(body).toContain('🧥 größer, 特大');
    for (const encoding of ['br', 'gzip']) {
      const { rawPayload } = await ask(query, encoding);
      expect(READ[encoding]?.(rawPayload).toString()).toBe(body);
    }
  });

  test('is compressed as application/graphql-response+json too, and when it is an error', async () => {
    const response = await ask(LARGE, 'gzip', { accept: 'application/graphql-response+json' });
    expect(response.headers['content-type']).toMatch(/^application\/graphql-response\+json/);
    expect(response.headers['content-encoding']).toBe('gzip');
    const unknown = Array.from({ length: 10 }, (_, n) => `${'long'.repeat(40)}${n}`).join(' ');
    const refused = await ask(`{ ${unknown} }`, 'gzip');
    expect([refused.statusCode, refused.headers['content-encoding']]).toEqual([400, 'gzip']);
    expect(JSON.parse(gunzipSync(refused.rawPayload).toString())).toHaveProperty('errors');
  });

  test('is right for each of a hundred clients at once, compressed or not', async () => {
    const { rawPayload } = await ask(LARGE);
    const responses = await Promise.all(Array.from({ length: 100 }, () => ask(LARGE, 'br')));
    const encodings = new Set<string>();
    for (const response of responses) {
      const encoding = response.headers['content-encoding'] ?? 'plain';
      encodings.add(encoding);
      expect(READ[encoding]?.(response.rawPayload).equals(rawPayload)).toBe(true);
    }
    // Nobody waits for a thread to compress it.
    expect(encodings).toEqual(new Set(['br', 'plain']));
  });
});

test('a small answer is sent as it is', async () => {
  const response = await ask('{ channel }', 'br, gzip');
  expect(response.headers).not.toHaveProperty('content-encoding');
  expect(response.headers['vary']).toBe('accept-encoding');
  expect(response.json()).toMatchObject({ data: { channel: 'default' } });
});

test('images are not compressed again, and a 304 has no body', async () => {
  const url = '/images/SW1hZ2U6MQ==?format=png';
  const image = await server.app.inject({ url, headers: { 'accept-encoding': 'br, gzip' } });
  expect(image.statusCode).toBe(200);
  expect(image.headers).not.toHaveProperty('content-encoding');
  expect(image.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  const unchanged = await server.app.inject({
    url,
    headers: { 'accept-encoding': 'br', 'if-none-match': String(image.headers.etag) },
  });
  expect([unchanged.statusCode, unchanged.rawPayload.length]).toEqual([304, 0]);
});

test('HEAD has the headers of GET', async () => {
  const response = await server.app.inject({
    method: 'HEAD',
    url: '/graphiql',
    headers: { 'accept-encoding': 'gzip' },
  });
  expect([response.statusCode, response.rawPayload.length]).toEqual([200, 0]);
});
