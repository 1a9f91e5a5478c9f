import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../src/vision/encoder.js';
import type { EncoderManifest } from '../src/vision/encoder-manifest.js';
import { readManifest } from '../src/vision/manifest.js';
import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { TYPESCRIPT } from './helper.js';
import type { Benchmark } from './types.js';

/** Enough to average over drawings of different detail, few enough to hold in memory. */
const IMAGE_COUNT = 64;

const ROUNDS = 7;

/** Images in flight through the gateway's pipeline, as in an import. */
const CONCURRENCY = 16;

/** Folders of encoders to compare with the included one, separated by colons. */
const FOLDERS = (process.env['VITRINE_ENCODERS'] ?? '').split(':').filter(Boolean);

const encoderCost = z.object({
  openMs: z.number(),
  /** Milliseconds of CPU, by round. */
  imageMs: z.array(z.number()),
  /** The same; empty without a text tower. */
  textMs: z.array(z.number()),
  /** Of the process, after its images. */
  megabytes: z.number(),
  dimension: z.number(),
});
/** What one thread of an encoder takes. */
export type EncoderCost = z.infer<typeof encoderCost>;

export const benchmarks: Benchmark[] = [
  {
    name: 'encoders',
    description: 'one thread of each encoder of VITRINE_ENCODERS ÷ one of the included encoder',
    skip: () => (FOLDERS.length === 0 ? 'VITRINE_ENCODERS names no folders (docs/encoders.md)' : undefined),
    async run(report, progress) {
      const included = await costOf(fileURLToPath(DEFAULT_ENCODER));
      for (const folder of FOLDERS) {
        progress(`encoders: ${folder}`);
        const { openMs, imageMs, textMs, megabytes, dimension } = await costOf(folder);
        const name = `${basename(folder)}, ${dimension} numbers`;
        report({
          name: `${name}: decoded image → vector`,
          unit: 'ms of CPU',
          a: imageMs,
          b: included.imageMs,
        });
        if (textMs.length > 0)
          report({ name: `${name}: text → vector`, unit: 'ms of CPU', a: textMs, b: [] });
        report({ name: `${name}: memory`, unit: 'MB', a: [megabytes], b: [included.megabytes] });
        report({ name: `${name}: opening`, unit: 'ms', a: [openMs], b: [included.openMs] });
      }
    },
  },
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

/** Measures an encoder in a process of its own, which its memory is told from. */
async function costOf(folder: string): Promise<EncoderCost> {
  const script = fileURLToPath(new URL('encoder-load.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', TYPESCRIPT, script, folder]);
  return encoderCost.parse(JSON.parse(stdout));
}
