import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../errors.js';
import { inspectImage } from '../vision/decode.js';
import type { Encoder } from '../vision/encoder.js';
import type { Embedding, StoredImage } from './stored-image.store.js';

/** Shoppers have priority: background work retries for this long to get a place in the queues. */
const PATIENCE_MS = 120_000;
const ASK_AGAIN_MS = 250;

/**
 * The vector of an image and how much it is to be trusted, for background work.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED; the reason of `signal`
 */
export const encodePatiently = (
  encoder: Encoder,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<Omit<Embedding, 'sha256'>> =>
  patiently(async () => {
    const vector = await encoder.encode(bytes);
    return { vector, trust: encoder.trustOf?.(vector) ?? null };
  }, signal);

/** The stored facts about an image, for background work. Throws the same errors as encodePatiently. */
export const inspectPatiently = (bytes: Uint8Array, signal?: AbortSignal): Promise<StoredImage> =>
  patiently(() => inspectForStore(bytes), signal);

/** Does background work, and tries again while the queues are full. @throws the errors of `work`; the reason of `signal` */
export async function patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isFull = error instanceof RequestError && error.code === 'SERVICE_OVERLOADED';
      if (!isFull || Date.now() > deadline) throw error;
      await sleep(ASK_AGAIN_MS, undefined, signal ? { signal } : {});
    }
  }
}

/**
 * The facts about an image that are stored with its bytes.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function inspectForStore(bytes: Uint8Array): Promise<StoredImage> {
  const { sha256, width, height, thumbhash, dominantColor } = await inspectImage(bytes);
  return { sha256, width, height, thumbhash, dominantColor };
}
