import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import sharp from 'sharp';
import { toUploadId, uploadIdToSha256 } from '../../src/images/upload-id.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { AMPLE } from '../support/gateway.js';
import { until } from '../support/waiting.js';
import { startTestServer, type TestServer } from './support/server.js';

const PRODUCT_IMAGE = toGlobalId('Image', '7');
let server: TestServer;
let photo: Buffer;
const catalogImage = jest.fn(async (id: string) => (id === PRODUCT_IMAGE ? photo : null));

beforeAll(async () => {
  photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#2f5d3a' } })
    .jpeg()
    .toBuffer();
  server = await startTestServer({ catalogImage });
});

const upload = (payload: Buffer, type = 'image/jpeg') =>
  server.app.inject({ method: 'POST', url: '/images', headers: { 'content-type': type }, payload });

function form(
  payload: Buffer,
  part = 'name="image"; filename="a.jpg"\r\ncontent-type: image/jpeg',
): { headers: Record<string, string>; payload: Buffer } {
  const head = `--x\r\ncontent-disposition: form-data; ${part}\r\n\r\n`;
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    payload: Buffer.concat([Buffer.from(head), payload, Buffer.from('\r\n--x--\r\n')]),
  };
}

describe('POST /images', () => {
  test.each(['image/jpeg', 'application/octet-stream', 'binary/octet-stream'])(
    'stores the bytes of a %s body',
    async (type) => {
      const response = await upload(photo, type);
      expect(response.statusCode).toBe(200);
      const answer = response.json<{ id: string }>();
      expect(answer).toEqual({
        id: expect.any(String),
        width: 300,
        height: 200,
        thumbhash: expect.any(String),
      });
      const sha256 = uploadIdToSha256(answer.id);
      expect(sha256).not.toBeNull();
      expect(await server.uploads.get(sha256 ?? '')).toEqual(photo);
    },
  );

  // Failed on 2026-11-29, except for the first and the third: the form had no file.
  test.each([
    'name="image"; filename="a.jpg"\r\ncontent-type: image/jpeg',
    'name="image"\r\ncontent-type: image/jpeg',
    'name="image"\r\ncontent-type: application/octet-stream',
    'name="image"\r\ncontent-type: binary/octet-stream',
    'name="image"; filename=""\r\ncontent-type: image/png',
  ])('stores a file of a form: %s', async (part) => {
    const response = await server.app.inject({ method: 'POST', url: '/images', ...form(photo, part) });
    expect(response.json()).toMatchObject({ width: 300, height: 200 });
  });

  test('refuses a form with a text', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/images',
      ...form(photo, 'name="note"'),
    });
    expect([response.statusCode, response.json()]).toMatchObject([
      400,
      { error: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    ['heic', 'mif1heic'],
    ['mif1', 'mif1heic'],
    ['heix', 'mif1heix'],
    ['msf1', 'msf1hevc'],
  ])('names HEIC (%s, %s) and the way out', async (major, compatible) => {
    const box = Buffer.alloc(16 + compatible.length);
    box.writeUInt32BE(box.length);
    box.write(`ftyp${major}`, 4, 'latin1');
    box.write(compatible, 16, 'latin1');
    const response = await upload(Buffer.concat([box, randomBytes(100)]), 'image/heic');
    expect([response.statusCode, response.json()]).toMatchObject([
      400,
      { error: { code: 'IMAGE_UNDECODABLE', message: expect.stringMatching(/HEIC.*JPEG/) } },
    ]);
  });

  test.each<[string, () => Buffer, string, number, string]>([
    ['nothing', () => Buffer.alloc(0), 'image/png', 400, 'BAD_USER_INPUT'],
    ['text', () => Buffer.from('hello'), 'image/png', 400, 'IMAGE_UNDECODABLE'],
    ['a truncated image', () => photo.subarray(0, photo.length / 2), 'image/jpeg', 400, 'IMAGE_UNDECODABLE'],
    ['11 MB', () => randomBytes(11 * 1024 * 1024), 'image/jpeg', 413, 'IMAGE_TOO_LARGE'],
    ['JSON', () => Buffer.from('{}'), 'application/json', 400, 'BAD_USER_INPUT'],
  ])('refuses %s', async (_what, bytes, type, status, code) => {
    const response = await upload(bytes(), type);
    expect([response.statusCode, response.json()]).toMatchObject([
      status,
      { error: { code, message: expect.any(String) } },
    ]);
  });

  test('refuses forms that are too large, without a file, or broken', async () => {
    const post = (body: ReturnType<typeof form>) =>
      server.app.inject({ method: 'POST', url: '/images', ...body });
    const large = await post(form(randomBytes(11 * 1024 * 1024)));
    expect([large.statusCode, large.json()]).toMatchObject([413, { error: { code: 'IMAGE_TOO_LARGE' } }]);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const empty = await post({ headers, payload: Buffer.from('--x--\r\n') });
    expect([empty.statusCode, empty.json()]).toMatchObject([400, { error: { code: 'BAD_USER_INPUT' } }]);
    const broken = await post({ headers, payload: Buffer.from('--x\r\ncontent-disp') });
    expect([broken.statusCode, broken.json()]).toMatchObject([400, { error: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('GET /images/:id', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.app.inject({ url: `/images/${path}`, headers });

  test('renders a product image as WebP, at the next width of the ladder', async () => {
    const response = await get(`${PRODUCT_IMAGE}?width=100`);
    expect(response.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const { format, width, height } = await sharp(response.rawPayload).metadata();
    expect({ format, width, height }).toEqual({ format: 'webp', width: 128, height: 85 });
  });

  test.each(['jpeg', 'png', 'avif', 'webp'])('renders an upload as %s', async (format) => {
    const { id } = (await upload(photo)).json<{ id: string }>();
    const response = await get(`${id}?format=${format}&width=2000`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, `image/${format}`]);
    expect((await sharp(response.rawPayload).metadata()).width).toBe(300);
    // It is deleted after a week, and nobody else's.
    expect(response.headers['cache-control']).toBe('private, max-age=86400, immutable');
  });

  test('that there is no image is kept by no cache', async () => {
    const response = await get('SW1hZ2U6OTk5OTk5');
    expect([response.statusCode, response.headers['cache-control']]).toEqual([404, 'no-store']);
  });

  test('identical requests are rendered once, and not at all for a known ETag', async () => {
    catalogImage.mockClear();
    const [first, second] = await Promise.all([
      get(`${PRODUCT_IMAGE}?width=60`),
      get(`${PRODUCT_IMAGE}?width=64`),
    ]);
    expect(second.rawPayload.equals(first.rawPayload)).toBe(true);
    const again = await get(`${PRODUCT_IMAGE}?width=50`, { 'if-none-match': String(first.headers.etag) });
    expect([again.statusCode, again.rawPayload.byteLength]).toEqual([304, 0]);
    const tag = String(first.headers.etag);
    for (const [known, status] of [
      [`W/${tag}`, 304],
      [`"other", ${tag}`, 304],
      ['*', 304],
      ['"other"', 200],
    ] as const)
      expect((await get(`${PRODUCT_IMAGE}?width=50`, { 'if-none-match': known })).statusCode).toBe(status);
    expect(catalogImage).toHaveBeenCalledTimes(1);
  });

  test.each([
    [toGlobalId('Image', '8'), 404, 'IMAGE_NOT_FOUND'],
    [toUploadId('0'.repeat(64)), 404, 'IMAGE_NOT_FOUND'],
    ['nonsense', 404, 'IMAGE_NOT_FOUND'],
    [`${PRODUCT_IMAGE}?width=0`, 400, 'BAD_USER_INPUT'],
    [`${PRODUCT_IMAGE}?width=2001`, 400, 'BAD_USER_INPUT'],
    [`${PRODUCT_IMAGE}?width=wide`, 400, 'BAD_USER_INPUT'],
    [`${PRODUCT_IMAGE}?width=1&width=2`, 400, 'BAD_USER_INPUT'],
    [`${PRODUCT_IMAGE}?format=tiff`, 400, 'BAD_USER_INPUT'],
  ])('%s is %i %s', async (path, status, code) => {
    const response = await get(path);
    expect([response.statusCode, response.json()]).toMatchObject([status, { error: { code } }]);
  });
});

describe('clients who ask for the same rendition', () => {
  /** A product image per number, which is read when told. */
  const open = async (picture: Buffer) => {
    const read: string[] = [];
    const going: (() => void)[] = [];
    const budgets = new MemoryBudgets({ ...AMPLE, anonymousRate: 100_000 });
    const { app } = await startTestServer({
      budgets,
      trustedProxies: ['127.0.0.1'],
      async catalogImage(id) {
        read.push(id);
        await new Promise<void>((resolve) => going.push(resolve));
        return picture;
      },
    });
    const ask = (address: string, id: string) =>
      app.inject({ url: `/images/${id}?width=64`, headers: { 'x-forwarded-for': address } });
    /** Lets images be read until `all` have been answered. */
    const answer = async <T>(all: readonly Promise<T>[]): Promise<T[]> => {
      const answering = setInterval(() => going.splice(0).forEach((go) => go()), 5);
      return Promise.all(all).finally(() => clearInterval(answering));
    };
    return { read, budgets, ask, answer };
  };
  /** Enough for a request to ask for its rendition. */
  const TICKS = 50;
  const [A, B] = ['198.51.100.1', '192.0.2.1'];

  // Failed on 2026-11-29: the second client got the THROTTLED of the first.
  test('do not get its error when one of them has no points left', async () => {
    const large = await sharp({ create: { width: 3000, height: 2400, channels: 3, background: '#2f5d3a' } })
      .jpeg()
      .toBuffer();
    const { read, budgets, ask, answer } = await open(large);
    const first = ask(A, 'large');
    await until('the image is read', () => read.length === 1);
    const second = ask(B, 'large');
    for (let i = 0; i < TICKS; i += 1) await setImmediate();
    budgets.giveBack({ kind: 'client', id: A, pointsPerSecond: null, shopper: null, site: null }, -1e9);
    const statuses = (await answer([first, second])).map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([429, 200]);
  });

  // Failed on 2026-11-29: it was read last, after all that the first client had asked for.
  test('do not wait for what else one of them has asked for', async () => {
    const { read, ask, answer } = await open(photo);
    const asked = Array.from({ length: 12 }, (_, i) => ask(A, `image-${i}`));
    await until('images are read', () => read.length > 0);
    asked.push(ask(B, 'image-11'));
    for (let i = 0; i < TICKS; i += 1) await setImmediate();
    await answer(asked);
    expect(read).toHaveLength(12);
    expect(read.indexOf('image-11')).toBeLessThan(5);
  });
});

test('an upload id is of an upload only', () => {
  expect(uploadIdToSha256(toUploadId('a'.repeat(64)))).toBe('a'.repeat(64));
  expect(uploadIdToSha256(toGlobalId('Upload', '../../etc/passwd'))).toBeNull();
  expect(uploadIdToSha256(toGlobalId('Image', 'a'.repeat(64)))).toBeNull();
});
