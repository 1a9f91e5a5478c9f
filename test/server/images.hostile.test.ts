import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { uploadIdToSha256 } from '../../src/images/upload-id.js';
import {
  avifWithUuid,
  gifWithExtension,
  jpegWithFill,
  jpegWithIndex,
  jpegWithSegments,
  pngWithChunk,
  webpWithChunk,
} from '../vision/attached-data.js';
import {
  flat,
  lyingAvif,
  manyFrames,
  manyScans,
  manySteps,
  repeatedAvif,
  stuffedPng,
  withSize,
} from '../vision/hostile-images.js';
import { fixture } from '../vision/support.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});

const upload = async (payload: Buffer) => {
  const response = await server.app.inject({
    method: 'POST',
    url: '/images',
    headers: { 'content-type': 'application/octet-stream' },
    payload,
  });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
};

/** The peak increase of the process's memory while the work runs. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const read = (key: string): number =>
    Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  const before = read('VmRSS');
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, read('VmRSS'))), 5);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return most - before;
}

const MB = 1024 * 1024;

describe('an image that is too much to decode', () => {
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    ['AVIF', async () => fixture('flat-8000.avif'), /at most 13 megapixels as AVIF, or 67 as/],
    [
      'WebP',
      async () => withSize(await flat(60).webp({ lossless: true }).toBuffer(), 8000),
      /at most 29 megapixels as WebP/,
    ],
    ['GIF', async () => withSize(await flat(60).gif().toBuffer(), 8000), /at most 44 megapixels as GIF/],
    [
      'interlaced PNG of 16 bits',
      () => flat(6500).toColorspace('rgb16').png({ progressive: true }).toBuffer(),
      /at most 24 megapixels as 16-bit progressive PNG, or 67 as baseline JPEG/,
    ],
    [
      'PNG of 16 bits',
      () => flat(5000).toColorspace('rgb16').png().toBuffer(),
      /at most 24 megapixels as 16-bit PNG, or 67 as baseline JPEG/,
    ],
    [
      'progressive JPEG',
      () => flat(6500).jpeg({ progressive: true }).toBuffer(),
      /at most 35 megapixels as progressive JPEG, or 67 as baseline JPEG/,
    ],
    ['PNG', () => flat(8300).png({ compressionLevel: 1 }).toBuffer(), /at most 67 megapixels as PNG/],
  ])('%s is refused by its header, with the remedy', async (_what, make, message) => {
    const bytes = await make();
    let answer: unknown;
    const grown = await growth(async () => (answer = await upload(bytes)));
    expect(answer).toMatchObject({
      status: 413,
      body: { error: { code: 'IMAGE_TOO_LARGE', message: expect.stringMatching(message) } },
    });
    expect(grown).toBeLessThan(100 * MB);
  });

  test.each<[string, () => Promise<Buffer>, string]>([
    [
      'an AVIF of many frames',
      async () => repeatedAvif(await flat(1000).avif({ effort: 0 }).toBuffer(), 3),
      'IMAGE_TOO_LARGE',
    ],
    [
      'a JPEG of many scans',
      async () => manyScans(await flat(640).jpeg({ progressive: true }).toBuffer(), 60),
      'IMAGE_TOO_LARGE',
    ],
    // Its header took 15 s of CPU on 2026-11-30, with more frames.
    [
      'a WebP of many frames',
      async () => manyFrames(await flat(1).webp({ lossless: true }).toBuffer(), 1_001),
      'IMAGE_TOO_LARGE',
    ],
    [
      'an AVIF that is larger than it says',
      async () => lyingAvif(await flat(3000).avif({ effort: 0 }).toBuffer(), 64),
      'IMAGE_UNDECODABLE',
    ],
    [
      'a PNG of little picture and much else',
      async () => stuffedPng(await flat(100).png().toBuffer(), 9 * MB),
      'IMAGE_TOO_LARGE',
    ],
  ])('%s is refused', async (_what, make, code) => {
    expect(await upload(await make())).toMatchObject({ body: { error: { code } } });
  });

  // Each took 0.2 to 0.8 s of the event loop on 2026-11-28.
  test.each([
    ['a JPEG of stuffed bytes', 'ffd8', 'ff00'],
    ['a JPEG of fill bytes', 'ffd8', 'ff'],
    ['a JPEG of empty segments', 'ffd8', 'ffe00002'],
    ['an AVIF of empty boxes', '00000010667479706176696600000000', '0000000866726565'],
    ['a PNG of empty chunks', '89504e470d0a1a0a', '000000006162636400000000'],
    ['a GIF of empty blocks', '47494638396100000000000000', '21f900'],
  ])('%s is refused by the number of its parts', async (_what, start, part) => {
    const file = Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(9 * MB, Buffer.from(part, 'hex'))]);
    expect(await upload(file)).toMatchObject({
      body: {
        error: { code: 'IMAGE_UNDECODABLE', message: expect.stringContaining('more than 250000 parts') },
      },
    });
  });
});

test.each<[string, () => Promise<Buffer>]>([
  ['an animation', async () => manyFrames(await flat(1).webp({ lossless: true }).toBuffer(), 200)],
  // It took 12 s of CPU on 2026-11-30.
  [
    'a picture with a color profile of many steps',
    async () => manySteps(await flat(64).jpeg().toBuffer(), 5_000),
  ],
])('%s is taken', async (_what, make) => {
  expect(await upload(await make())).toMatchObject({ status: 200 });
});

test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
  'what trails a %s is not stored, and does not make it another image',
  async (format) => {
    const picture = await flat(300, 200).toFormat(format).toBuffer();
    const id = createHash('sha256').update(picture).digest('hex');
    for (const sent of [picture, Buffer.concat([picture, Buffer.alloc(9 * MB, 7)])]) {
      const { status, body } = await upload(sent);
      expect(status).toBe(200);
      expect(uploadIdToSha256(String(body['id']))).toBe(id);
      expect(await server.uploads.get(id)).toEqual(picture);
    }
  },
);

const picture = (format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'): Promise<Buffer> =>
  flat(300, 200).toFormat(format).toBuffer();

test.each<[string, () => Promise<Buffer>]>([
  ['an AVIF with credentials before its index', async () => avifWithUuid(await picture('avif'), 'meta')],
  ['an AVIF with credentials before its pixels', async () => avifWithUuid(await picture('avif'), 'mdat')],
  ['a JPEG with credentials', async () => jpegWithSegments(await picture('jpeg'))],
  [
    'a JPEG with an index of pictures and a preview',
    async () => jpegWithIndex(await picture('jpeg'), await flat(30).jpeg().toBuffer()),
  ],
  ['a JPEG with fill bytes', async () => jpegWithFill(await picture('jpeg'))],
  ['a PNG with credentials', async () => pngWithChunk(await picture('png'))],
  ['a WebP with credentials', async () => webpWithChunk(await picture('webp'))],
  ['a GIF with credentials', async () => gifWithExtension(await picture('gif'))],
])('%s is taken whole, and what trails it is not', async (_what, make) => {
  const file = await make();
  for (const trailing of [Buffer.alloc(0), await picture('jpeg'), await picture('avif'), Buffer.alloc(MB)]) {
    const { status, body } = await upload(Buffer.concat([file, trailing]));
    expect({ status, width: body['width'], height: body['height'] }).toEqual({
      status: 200,
      width: 300,
      height: 200,
    });
    const stored = await server.uploads.get(uploadIdToSha256(String(body['id'])) ?? '');
    expect(stored?.equals(file)).toBe(true);
  }
});

test.each<[string, (avif: Buffer) => Buffer]>([
  ['without an index', (avif) => avif.subarray(0, avif.readUInt32BE(0))],
  [
    'with a box that is larger than the file',
    (avif) =>
      Buffer.concat([avif.subarray(0, 28), Buffer.from('7fffffff75756964', 'hex'), avif.subarray(28)]),
  ],
  [
    'with a box that is smaller than its own header',
    (avif) =>
      Buffer.concat([avif.subarray(0, 28), Buffer.from('0000000375756964', 'hex'), avif.subarray(28)]),
  ],
])('an AVIF %s is refused as the file it is', async (_what, cut) => {
  expect(await upload(cut(await picture('avif')))).toMatchObject({ body: { error: {} } });
});

test('animations of many frames, 16 bits, CMYK and turned photographs are taken', async () => {
  const frames = sharp(Buffer.alloc(20 * 20 * 3 * 500, 90), {
    raw: { width: 20, height: 20 * 500, channels: 3, pageHeight: 20 },
  });
  for (const bytes of [
    await frames.clone().gif().toBuffer(),
    await frames.clone().webp().toBuffer(),
    await flat(20).toColorspace('rgb16').png().toBuffer(),
    await flat(20).toColorspace('cmyk').jpeg().toBuffer(),
  ])
    expect(await upload(bytes)).toMatchObject({ status: 200, body: { width: 20, height: 20 } });
  const turned = await flat(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(await upload(turned)).toMatchObject({ status: 200, body: { width: 20, height: 40 } });
});

test('a rendition is bounded in height as in width', async () => {
  const { body } = await upload(await flat(40, 9000).png().toBuffer());
  const response = await server.app.inject({ url: `/images/${String(body['id'])}?format=avif` });
  const { width, height } = await sharp(response.rawPayload).metadata();
  expect({ width, height }).toEqual({ width: 13, height: 3000 });
});

test('a burst of uploads and renditions takes bounded memory', async () => {
  // The maximum size of an AVIF: each takes about 250 MB while it is decoded.
  const avif = fixture('flat-3600.avif');
  let answers: number[] = [];
  const grown = await growth(async () => {
    const { body } = await upload(avif);
    const uploads = Array.from({ length: 4 }, () => upload(avif).then(({ status }) => status));
    const renditions = ['webp', 'jpeg', 'avif', 'png'].map(async (format) => {
      const url = `/images/${String(body['id'])}?width=64&format=${format}`;
      return (await server.app.inject({ url })).statusCode;
    });
    answers = await Promise.all([...uploads, ...renditions]);
  });
  // On a busy machine, some wait too long.
  expect(answers).toContain(200);
  expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(grown).toBeLessThan(600 * MB);
});

test('methods that a path does not take are 405 with those that it does', async () => {
  const response = await server.app.inject({ method: 'PUT', url: '/images/x?width=3' });
  expect([response.statusCode, response.headers['allow'], response.json()]).toMatchObject([
    405,
    'GET, HEAD',
    { error: { code: 'METHOD_NOT_ALLOWED' } },
  ]);
  const posts = await server.app.inject({ method: 'DELETE', url: '/images' });
  expect([posts.statusCode, posts.headers['allow']]).toEqual([405, 'POST']);
  expect((await server.app.inject({ method: 'PUT', url: '/nothing' })).statusCode).toBe(404);
});

test('no answer is guessed at by a browser, and none of GraphQL, nor any error, is kept', async () => {
  const answers = await Promise.all([
    server.app.inject({ url: '/graphql?query={channel}' }),
    server.app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ nothing }' } }),
    server.app.inject({ url: '/graphql' }),
    server.app.inject({ url: '/nothing' }),
    server.app.inject({ method: 'PUT', url: '/images/x' }),
    server.app.inject({ url: '/health/ready' }),
  ]);
  for (const { headers } of answers) {
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  }
});
