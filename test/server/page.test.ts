import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { parse, validate, buildSchema } from 'graphql';
import { z } from 'zod';
import { PAGE_DOCUMENTS } from '../../src/server/page.js';
import { readTrustedDocuments, withPublicDocuments } from '../../src/server/graphql/trusted-documents.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

/** The files that the page names. */
async function namedFiles(): Promise<string[]> {
  const { body } = await server.app.inject({ url: '/' });
  return [...body.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, url = '']) => url);
}

test('the page runs only scripts and styles of its own, from files', async () => {
  const page = await server.app.inject({ url: '/' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).not.toContain('unsafe');
  expect(page.body).not.toMatch(/<script(?![^>]* src=)|<style| on\w+="| style="|(?:src|href)="https?:/);
});

test('the page is asked for anew, and its files are kept for good', async () => {
  const page = await server.app.inject({ url: '/' });
  expect(page.headers['cache-control']).toBe('public, no-cache');
  const again = await server.app.inject({
    url: '/',
    headers: { 'if-none-match': String(page.headers.etag) },
  });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const files = await namedFiles();
  expect(files.length).toBeGreaterThan(4);
  for (const url of files) {
    const { statusCode, headers } = await server.app.inject({ url });
    expect([url, statusCode]).toEqual([url, 200]);
    const isManifest = url.endsWith('.webmanifest');
    expect(headers['cache-control']).toBe(
      isManifest ? 'public, no-cache' : 'public, max-age=31536000, immutable',
    );
  }
});

test('the first question of the page is named with the page, by its address', async () => {
  const linkAt = async (url: string): Promise<string> => {
    const { headers } = await server.app.inject({ url });
    const [, link = ''] = /^<([^>]+)>; rel=preload; as=fetch; crossorigin$/.exec(String(headers.link)) ?? [];
    return link;
  };
  const texts = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(PAGE_DOCUMENTS, 'utf8')));
  for (const [url, isHome] of [
    ['/', true],
    ['/?q=dress', false],
  ] as const) {
    const { pathname, searchParams } = new URL(await linkAt(url), 'http://gateway');
    expect(pathname).toBe('/graphql');
    expect(texts[searchParams.get('documentId') ?? '']).toContain('query Arrive');
    expect(JSON.parse(searchParams.get('variables') ?? '')).toEqual({ isHome });
  }
  const named = await server.app.inject({ url: '/page/index.html' });
  expect(named.headers.link).toBeUndefined();
});

test('the service worker is asked for anew, and each file that it keeps is there, with the policy of the page', async () => {
  const worker = await server.app.inject({ url: '/service-worker.js' });
  expect(worker.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(worker.headers['cache-control']).toBe('public, no-cache');
  const kept = [...new Set([...worker.body.matchAll(/"(\/page\/[^"]+)"/g)].map(([, url = '']) => url))];
  expect(kept).toEqual(expect.arrayContaining((await namedFiles()).filter((url) => !url.endsWith('.map'))));
  const page = await server.app.inject({ url: '/' });
  for (const url of kept) {
    const { statusCode, headers, body } = await server.app.inject({ url });
    expect([url, statusCode]).toEqual([url, 200]);
    if (!url.endsWith('.html')) continue;
    expect(body).toBe(page.body);
    expect(headers['content-security-policy']).toBe(page.headers['content-security-policy']);
  }
  expect(kept.filter((url) => url.endsWith('.html'))).toHaveLength(1);
});

test('files come in the encoding that the browser prefers', async () => {
  const url = (await namedFiles()).find((name) => name.endsWith('.js')) ?? '';
  const plain = await server.app.inject({ url });
  const gzip = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
  const both = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } });
  expect([plain, gzip, both].map(({ headers }) => headers['content-encoding'])).toEqual([
    undefined,
    'gzip',
    'br',
  ]);
  expect(gunzipSync(gzip.rawPayload).equals(plain.rawPayload)).toBe(true);
  expect(brotliDecompressSync(both.rawPayload).equals(plain.rawPayload)).toBe(true);
});

test('script and style of the first load fit in 100 kB with gzip', async () => {
  const files = (await namedFiles()).filter((name) => /\.(?:js|css)$/.test(name));
  let bytes = 0;
  for (const url of files) {
    const { rawPayload } = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    bytes += rawPayload.byteLength;
    // The page names whatever a script imports at once, so that all of it is loaded together.
    const imports = gunzipSync(rawPayload)
      .toString()
      .matchAll(/(?:from|import)\s*"(\/page\/[\w.-]+\.js)"/g);
    for (const [, name] of imports) expect(files).toContain(name);
  }
  expect(files.length).toBeGreaterThan(2);
  expect(bytes).toBeLessThan(100_000);
});

test('a file that the page does not have is an error like others', async () => {
  const response = await server.app.inject({ url: '/page/..%2fpackage.json' });
  expect(response.statusCode).toBe(404);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.json()).toEqual({ error: { code: 'NOT_FOUND', message: expect.any(String) } });
});

test('the licenses of what is bundled come with the page', async () => {
  const { headers, body } = await server.app.inject({ url: '/page/LICENSES.txt' });
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  for (const name of [
    'preact',
    '@preact/signals-core',
    'graphql-ws',
    '@fontsource/instrument-serif',
    '@fontsource-variable/instrument-sans',
  ])
    expect(body).toMatch(new RegExp(`^${name}\n\n[^]*?Copyright`, 'm'));
  expect(body).toContain('SIL Open Font License');
});

test('the page is installable: a manifest with its icons', async () => {
  const { body } = await server.app.inject({ url: '/page/page.webmanifest' });
  const manifest = z
    .object({ start_url: z.literal('/'), display: z.string(), icons: z.array(z.object({ src: z.string() })) })
    .parse(JSON.parse(body));
  for (const { src } of manifest.icons) {
    expect([src, (await server.app.inject({ url: src })).statusCode]).toEqual([src, 200]);
  }
});

test('every document of the page is valid, and keys that are limited to trusted documents may not send it', async () => {
  const schema = buildSchema(await readFile(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
  const texts = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(PAGE_DOCUMENTS, 'utf8')));
  expect(Object.keys(texts).length).toBeGreaterThan(10);
  const approved = await readTrustedDocuments([]);
  const documents = withPublicDocuments(approved, await readTrustedDocuments([PAGE_DOCUMENTS]));
  for (const [id, text] of Object.entries(texts)) {
    expect(validate(schema, parse(text))).toEqual([]);
    expect(documents.textOf(id)).toBe(text);
    expect(documents.has(id.replace('sha256:', ''))).toBe(false);
  }
});

test('what the page asks has labels of its own in the metrics', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-published-'));
  const manifest = join(folder, 'documents.json');
  await writeFile(manifest, JSON.stringify({ second: 'query Second { channel }' }));
  const documents = withPublicDocuments(
    await readTrustedDocuments([]),
    await readTrustedDocuments([manifest]),
  );
  await rm(folder, { recursive: true });
  const { app, metrics } = await startTestServer({ documents });
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/graphql',
    payload: { documentId: 'second' },
  });
  expect(statusCode).toBe(200);
  expect(await metrics()).toMatch(/^graphql_operation_duration_seconds_count\{.*operation="Second"/m);
});
