/** Uploads new images and searches with them, as fast as the encoder takes them. */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { ask, uploadImage } from './graphql.js';
import { serveLoad } from './serve-load.js';

const IMAGES = 16;
/** The size that a phone app sends. */
const WIDTH = 1_200;
/** The encoder always has the next one; with more, some would wait longer than they may on a busy machine. */
const CONCURRENCY = 8;
/** Marker and length. */
const COMMENT_OF_8_BYTES = Buffer.from('fffe000a', 'hex');

const url = process.argv[2] ?? '';
const images = await Promise.all(
  demoImages(IMAGES).map((image) => sharp(image).resize({ width: WIDTH }).jpeg().toBuffer()),
);

serveLoad(CONCURRENCY, async (first, isStopped, did) => {
  for (let i = first; !isStopped(); i += 1) {
    const image = withComment(images[i % images.length] ?? Buffer.of());
    const id = await uploadImage(url, image);
    await ask(
      url,
      z.unknown(),
      `query ($id: ID!) { visualSearch(query: { like: [{ image: { id: $id } }] }, first: 1) { edges { score } } }`,
      { id },
    );
    did(1);
  }
});

/** The same JPEG with a random comment, which makes it an image that the gateway has not seen. */
function withComment(jpeg: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([jpeg.subarray(0, 2), COMMENT_OF_8_BYTES, randomBytes(8), jpeg.subarray(2)]);
}
