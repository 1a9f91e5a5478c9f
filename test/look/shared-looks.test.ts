import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { RequestError } from '../../src/errors.js';
import { BOX_COST } from '../../src/images/image-input.types.js';
import { ImageVectors } from '../../src/images/image-vectors.js';
import { RegionProposer } from '../../src/look/region-proposer.js';
import { openBlobStore, type BlobStore } from '../../src/platform/blob-store.js';
import { openDatabase } from '../../src/platform/postgres.js';
import { forClient } from '../../src/platform/clients.js';
import { decodeRaster } from '../../src/vision/decode.js';
import { paidBy } from '../../src/platform/request-payer.js';
import type { Detector } from '../../src/vision/detector.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { ENCODER } from '../support/catalog.js';

const overloaded = new RequestError('SERVICE_OVERLOADED', 'This client has too many images in the encoder.');
const BOX = { x: 0, y: 0, width: 0.5, height: 0.5 };

let folder: string;
let uploads: BlobStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-looks-'));
  uploads = await openBlobStore(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const picture = (): Promise<Buffer> =>
  sharp({ create: { width: 90, height: 60, channels: 3, background: '#2f5d3a' } })
    .png()
    .toBuffer();

/** An encoder that fails as often when it opens an image. */
function failingFirst(failures: number): Encoder {
  let opened = 0;
  return {
    ...ENCODER,
    encode: () => Promise.reject(overloaded),
    see: () => Promise.reject(overloaded),
    close: async () => undefined,
    async open(image) {
      opened += 1;
      const isFailing = opened <= failures;
      const raster = await decodeRaster(image, 960);
      if (isFailing) throw overloaded;
      return {
        raster,
        encode: async (boxes) => boxes.map(() => Float32Array.of(1, 0, 0, 0)),
        cells: async () => null,
      };
    },
  };
}

// Each failed on 2026-11-29: both clients got the error of the first.
test.each([
  [
    'a look',
    (encoder: Encoder) => {
      const proposer = new RegionProposer(encoder, null, null);
      return (sha256: string, read: () => Promise<Buffer>): Promise<unknown> =>
        proposer.propose({ sha256, read });
    },
  ],
  [
    'a search by a part of an image',
    (encoder: Encoder) => {
      const vectors = new ImageVectors(
        openDatabase('', () => undefined),
        encoder,
        uploads,
        null,
      );
      return (sha256: string, read: () => Promise<Buffer>): Promise<unknown> =>
        vectors.ofImage(sha256, read, { box: BOX });
    },
  ],
])('%s that fails for one client is tried by the other who waits for it', async (_what, open) => {
  const ask = open(failingFirst(1));
  const asked = ['a', 'b'].map((client) => forClient(client, () => ask('sha', picture)));
  const [first, second] = await Promise.allSettled(asked);
  expect(first).toMatchObject({ status: 'rejected', reason: overloaded });
  expect(second).toMatchObject({ status: 'fulfilled' });
});

// Failed on 2026-11-29: whoever drew many figures had them encoded for the price of a few.
test('parts of a picture beyond the first four are paid for, once', async () => {
  const detector: Detector = {
    detect: async () => Array.from({ length: 8 }, () => ({ box: BOX, label: 'bag', confidence: 1 })),
    close: async () => undefined,
  };
  const proposer = new RegionProposer(failingFirst(0), detector, null);
  let paid = 0;
  const payer = { name: 'a', pay: (points: number): void => void (paid += points), owe: () => undefined };
  for (let look = 0; look < 2; look += 1) {
    await paidBy(payer, () => proposer.propose({ sha256: 'sha', read: picture }));
    expect(paid).toBe(4 * BOX_COST);
  }
});

// Failed on 2026-11-28: an image was decoded again for each of its boxes.
test('several boxes of an image open it once', async () => {
  let opened = 0;
  const encoder = failingFirst(0);
  const counting: Encoder = {
    ...encoder,
    open: (image) => {
      opened += 1;
      return encoder.open(image);
    },
  };
  const db = openDatabase('', () => undefined);
  const vectors = new ImageVectors(db, counting, uploads, null);
  const boxes = Array.from({ length: 6 }, (_, i) => ({ ...BOX, x: i / 20 }));
  await Promise.all(boxes.map((box) => vectors.ofImage('sha', picture, { box })));
  await vectors.ofImage('sha', picture, { box: { ...BOX, y: 0.5 } });
  expect(opened).toBe(1);
});
