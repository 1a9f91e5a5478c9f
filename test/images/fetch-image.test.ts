import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openImageFetcher, type ImageFetcher } from '../../src/images/fetch-image.js';
import { MAX_IMAGE_BYTES } from '../../src/vision/image-budget.js';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

let server: Server;
let origin: string;
let requests: string[];
let fetcher: ImageFetcher;

beforeAll(async () => {
  const cert = await fixture('localhost-cert.pem');
  server = createServer({ key: await fixture('localhost-key.pem'), cert }, ({ url = '' }, response) => {
    requests.push(url);
    if (url === '/image') response.end('bytes');
    else if (url === '/moved') response.writeHead(302, { location: '/image' }).end();
    else if (url === '/circle') response.writeHead(302, { location: `/circle?${requests.length}` }).end();
    else if (url.startsWith('/circle'))
      response.writeHead(302, { location: `/circle?${requests.length}` }).end();
    else if (url === '/to-http') response.writeHead(302, { location: 'http://localhost/image' }).end();
    else if (url === '/to-private') response.writeHead(302, { location: 'https://10.0.0.1/image' }).end();
    else if (url === '/busy') response.writeHead(429).end();
    else if (url === '/broken') response.writeHead(503).end();
    else if (url === '/cut')
      response.writeHead(200, { 'content-length': 9 }).write('cut', () => response.destroy());
    else if (url === '/large') response.end(Buffer.alloc(MAX_IMAGE_BYTES + 1));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `https://127.0.0.1:${address.port}`;
  fetcher = openImageFetcher({ allows: (dialed) => dialed === '127.0.0.1', ca: cert });
});
beforeEach(() => {
  requests = [];
});
afterAll(async () => {
  await fetcher.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const refused = (link: string, message: string | RegExp, by = fetcher): Promise<void> =>
  expect(by.fetch(link)).rejects.toMatchObject({
    name: 'RequestError',
    message: expect.stringMatching(message),
  });

describe('an image link', () => {
  test('is fetched, over redirects', async () => {
    expect(String(await fetcher.fetch(`${origin}/image`))).toBe('bytes');
    expect(String(await fetcher.fetch(`${origin}/moved`))).toBe('bytes');
  });

  test('that is not there, is too large or leads in circles fails in words', async () => {
    await refused(`${origin}/absent`, 'The server answered with status 404.');
    await refused(`${origin}/large`, `more than ${MAX_IMAGE_BYTES} bytes`);
    await refused(`${origin}/circle`, 'status 302');
    expect(requests.filter((url) => url.startsWith('/circle'))).toHaveLength(4);
  });

  test('that may work later says so', async () => {
    const failures = ['/busy', '/broken', '/cut'].map((path) => fetcher.fetch(origin + path));
    const closed = fetcher.fetch('https://127.0.0.1:1/image');
    for (const failure of [...failures, closed])
      await expect(failure).rejects.toMatchObject({ mayPass: true });
    for (const link of [
      `${origin}/absent`,
      `${origin}/large`,
      `${origin}/circle`,
      'http://example.com/a.jpg',
    ])
      await expect(fetcher.fetch(link)).rejects.toMatchObject({ mayPass: false });
  });

  test('must be https, and so must what it redirects to', async () => {
    await refused('http://example.com/a.jpg', 'Only https links are downloaded.');
    await refused('file:///etc/passwd', 'Only https links are downloaded.');
    await refused('https://', 'It is not a URL.');
    await refused(`${origin}/to-http`, 'Only https links are downloaded.');
  });

  test('must not redirect to an address that may not be dialed', async () => {
    await refused(`${origin}/to-private`, '10.0.0.1 is not a public address');
  });

  test('reaches public addresses only', async () => {
    const strict = openImageFetcher();
    const links = [
      origin,
      origin.replace('127.0.0.1', 'localhost'),
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://10.1.2.3/',
      'https://172.16.0.1/',
      'https://192.168.1.1/',
      'https://169.254.169.254/latest/meta-data',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://[fe80::1]/',
      'https://[fd00::1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[64:ff9b:1::7f00:1]/',
      'https://[::7f00:1]/',
      'https://[::127.0.0.1]/',
      'https://[::ffff:0:127.0.0.1]/',
      'https://[2002:7f00:1::]/',
      'https://[2001:0:7f00:1::]/',
      'https://[fec0::1]/',
      'https://[4000::1]/',
      'https://224.0.0.1/',
    ];
    for (const link of links) await refused(link, 'is not a public address', strict);
    await strict.close();
    expect(requests).toEqual([]);
  });

  test('to a name tells nothing of the network, and its cause does', async () => {
    const strict = openImageFetcher();
    for (const host of ['localhost', 'nowhere.invalid']) {
      await expect(strict.fetch(`https://${host}/`)).rejects.toMatchObject({
        message: `${host} is not a public address, or does not resolve.`,
        mayPass: true,
        cause: { message: expect.stringContaining(host) },
      });
    }
    await strict.close();
  });

  test('is let go of when the import is stopped', async () => {
    await expect(fetcher.fetch(`${origin}/image`, AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    );
  });
});
