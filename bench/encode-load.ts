/** Uploads new images and searches with them, with as many parallel requests as the gateway accepts. */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { ask, uploadImage } from './graphql.js';
import { takeOrders } from './take-orders.js';

const IMAGES = 16;
/** The size that a phone app sends. */
const WIDTH = 1_200;
/** A quarter of the encoder's waiting limit. */
const CONCURRENCY = 16;

const url = process.argv[2] ?? '';
const images = await Promise.all(
  demoImages(IMAGES).map((image) => sharp(image).resize({ width: WIDTH }).jpeg().toBuffer()),
);
let stopped = true;
let work: Promise<unknown> = Promise.resolve();
let count = 0;
let startedAt = 0;

takeOrders(async (order) => {
  if (order === 'start') {
    stopped = false;
    count = 0;
    startedAt = performance.now();
    work = Promise.all(Array.from({ length: CONCURRENCY }, (_, i) => uploadAndSearch(i)));
    return null;
  }
  const imagesPerSecond = count / ((performance.now() - startedAt) / 1000);
  stopped = true;
  await work;
  return imagesPerSecond;
});

async function uploadAndSearch(first: number): Promise<void> {
  for (let i = first; !stopped; i += 1) {
    // Bytes after the end of a JPEG are not decoded, but they make it a different image.
    const image = Buffer.concat([images[i % images.length] ?? Buffer.of(), randomBytes(8)]);
    const id = await uploadImage(url, image);
    await ask(
      url,
      z.unknown(),
      `query ($id: ID!) { visualSearch(query: { like: [{ image: { id: $id } }] }, first: 1) { edges { score } } }`,
      { id },
    );
    count += 1;
  }
}
