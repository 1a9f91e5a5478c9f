import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../src/vision/encoder.js';
import { readManifest, type EncoderManifest } from '../src/vision/manifest.js';
import { demoImages } from './demo-images.js';
import type { Benchmark } from './types.js';

/** Enough to average over drawings of different detail, few enough to hold in memory. */
const IMAGE_COUNT = 64;

const ROUNDS = 7;

/** Images in flight through the gateway's pipeline, as in an import. */
const CONCURRENCY = 16;

export const benchmarks: Benchmark[] = [
  {
    name: 'encode',
    description: 'image file → vector: the gateway’s pipeline ÷ sharp alone and onnxruntime alone, added',
    skip: () => (demoImages(1).length === 0 ? 'catalog/images is empty' : undefined),
    async run(report, progress) {
      const images = demoImages(IMAGE_COUNT);
      const manifest = await readManifest(DEFAULT_ENCODER);
      const session = await InferenceSession.create(manifest.modelFile, { intraOpNumThreads: 1 });
      const encoder = await openEncoder({ directory: DEFAULT_ENCODER });
      try {
        await pipeline(encoder, images);
        await alone(session, manifest, images);
        const a: number[] = [];
        const b: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          progress(`encode: round ${round + 1} of ${ROUNDS}`);
          a.push(await pipeline(encoder, images));
          b.push(await alone(session, manifest, images));
        }
        const note = `${images.length} demo drawings, ${CONCURRENCY} in flight; alone: one after another, one thread`;
        report({
          name: 'image file → vector',
          unit: 'images/s',
          a,
          b,
          target: { op: '>=', value: 0.9 },
          note,
        });
      } finally {
        await encoder.close();
        await session.release();
      }
    },
  },
];

/** Images per second through the encoder, with several in flight. */
async function pipeline(encoder: Encoder, images: readonly Buffer[]): Promise<number> {
  const queue = images.values();
  const start = performance.now();
  const consumers = Array.from({ length: CONCURRENCY }, async () => {
    for (const image of queue) await encoder.encode(image);
  });
  await Promise.all(consumers);
  return rate(images.length, start);
}

/** Images per second when sharp resizes each and then onnxruntime runs on each, with nothing in between. */
async function alone(
  session: InferenceSession,
  { input }: EncoderManifest,
  images: readonly Buffer[],
): Promise<number> {
  const side = input.size;
  const square = {
    width: side,
    height: side,
    fit: 'contain',
    background: 'white',
    kernel: 'cubic',
    fastShrinkOnLoad: false,
  } as const;
  const tensor = new Tensor('float32', new Float32Array(3 * side * side).fill(0.5), [1, 3, side, side]);
  const start = performance.now();
  for (const image of images) await sharp(image).resize(square).raw().toBuffer();
  for (let run = 0; run < images.length; run += 1) await session.run({ [input.name]: tensor }, ['embedding']);
  return rate(images.length, start);
}

const rate = (count: number, start: number) => count / ((performance.now() - start) / 1000);
