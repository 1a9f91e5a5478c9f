import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});

const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ url, headers });

test('GraphiQL loads everything from this server, and runs only scripts from files', async () => {
  const page = await get('/graphiql');
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe-eval');
  expect(page.body).not.toMatch(/<script(?![^>]* (?:src|type="application\/json"))|(?:src|href)="https?:/);
});

test('the sample operations are in the page, in groups and in order', async () => {
  const { body } = await get('/graphiql');
  const text = /<script type="application\/json" id="operations">([^]*?)<\/script>/.exec(body)?.[1] ?? '';
  expect(JSON.parse(text)).toEqual([
    {
      title: 'To begin with',
      operations: [
        {
          name: 'First',
          kind: 'query',
          about: 'The first garments: </script>',
          query: expect.stringContaining('query First'),
          variables: '{ "first": 3 }',
        },
        {
          name: 'Second',
          kind: 'query',
          about: 'Which market?',
          query: expect.stringContaining('query Second'),
          variables: '',
        },
      ],
    },
    { title: 'More', operations: [expect.objectContaining({ name: 'Third', kind: 'subscription' })] },
  ]);
});

test('the page is asked for anew, and its files are kept for good, compressed', async () => {
  const page = await get('/graphiql');
  expect(page.headers['cache-control']).toBe('public, no-cache');
  const again = await get('/graphiql', { 'if-none-match': String(page.headers.etag) });
  expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  const urls = [...page.body.matchAll(/(?:src|href)="(\/page\/[^"]+\.(?:js|css))"/g)].map(
    ([, url = '']) => url,
  );
  expect(urls).toHaveLength(4);
  let sent = 0;
  for (const url of urls) {
    const plain = await get(url);
    const gzip = await get(url, { 'accept-encoding': 'gzip' });
    const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' });
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect([gzip, brotli].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'br']);
    expect(gunzipSync(gzip.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(brotliDecompressSync(brotli.rawPayload).equals(plain.rawPayload)).toBe(true);
    sent += brotli.rawPayload.length;
  }
  expect(sent).toBeLessThan(2_000_000);
});
