/** Opens an encoder with one thread, encodes images and texts one after the other, and prints what that took as JSON. */
import { openEncoder } from '../src/vision/encoder.js';
import { demoImages } from './demo-images.js';
import type { EncoderCost } from './vision.js';

const ROUNDS = 5;
const IMAGES_A_ROUND = 8;
const TEXTS = [
  'a red dress with long sleeves',
  'white leather sneakers',
  'navy striped shirt',
  'boho summer skirt',
];

const images = demoImages(IMAGES_A_ROUND);
const [image] = images;
if (image === undefined) throw new Error('catalog/images is empty');

const before = process.memoryUsage.rss();
const openedAt = performance.now();
const encoder = await openEncoder({ directory: process.argv[2] ?? '', threads: 1 });
const openMs = performance.now() - openedAt;
const { embedText } = encoder;

/** Milliseconds of CPU for each input, by round: unlike time, they are much the same on a busy machine. */
async function time<T>(inputs: readonly T[], encode: (input: T) => Promise<unknown>): Promise<number[]> {
  const rounds: number[] = [];
  for (const input of inputs) await encode(input);
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    for (const input of inputs) await encode(input);
    const { user, system } = process.cpuUsage(start);
    rounds.push((user + system) / 1_000 / inputs.length);
  }
  return rounds;
}

const cost: EncoderCost = {
  openMs,
  imageMs: await time(images, (bytes) => encoder.encode(bytes)),
  textMs: embedText === undefined ? [] : await time(TEXTS, (text) => embedText(text)),
  megabytes: (process.memoryUsage.rss() - before) / 1e6,
  dimension: encoder.dimension,
};
process.stdout.write(JSON.stringify(cost));
await encoder.close();
