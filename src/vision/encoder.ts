import { availableParallelism } from 'node:os';
import { UserError } from '../errors.js';
import { decodeSquare, readSize, type PixelBox } from './decode.js';
import { encodedVectors, type EncodeJob } from './encoder.protocol.js';
import { limiter } from './limiter.js';
import { readManifest, type EncoderManifest } from './manifest.js';
import { WorkerPool } from './pool.js';
import { assertBox, cellWeights, type Box } from './regions.js';

/** The encoder that ships: 512 numbers, with local embeddings for regions. */
export const DEFAULT_ENCODER = new URL('../../models/garment-lite0/', import.meta.url);

/**
 * Images that may be in the encoder at once, waiting ones included. On one thread the last of them waits one to
 * three seconds; a caller that would wait longer is told so at once. Bulk work keeps well below, to leave room for shoppers.
 */
export const MAX_IMAGES_IN_FLIGHT = 64;

/** One thread is one model in memory (about 140 MB); past this a machine has other processes to feed. */
const MAX_THREADS = 8;

/**
 * Images in one run of the model. On one thread a batch costs as much as its images alone (1 to 16: the same within
 * the noise); what it saves is the thread's wait for the event loop between two images. More would delay the first.
 */
const MAX_BATCH = 4;

/** Turns images into vectors that lie near one another when the garments are alike. */
export interface Encoder {
  /** `name@version`; vectors of different ids are not comparable. */
  readonly id: string;
  /** Length of a vector. */
  readonly dimension: number;
  /**
   * The vector of an image, or of the region of it in `box`; L2-normalized. Its last numbers tell the colors: see
   * color-share.ts.
   *
   * @throws UserError BAD_USER_INPUT (box), IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
   */
  encode(image: Uint8Array, box?: Box): Promise<Float32Array>;
  /** Ends the threads; images still in flight are rejected. */
  close(): Promise<void>;
}

export interface EncoderOptions {
  /** Folder with model.json and model.onnx. */
  readonly directory: string | URL;
  /** Worker threads; by default one fewer than cores, so that the event loop has a core. */
  readonly threads?: number | undefined;
  readonly log?: { error(details: object, message: string): void } | undefined;
}

/**
 * Opens an encoder: verifies its files, starts its threads and compares the model with its manifest.
 *
 * @throws Error naming what is wrong with the folder, and the remedy
 */
export async function openEncoder({
  directory,
  threads = Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1)),
  log,
}: EncoderOptions): Promise<Encoder> {
  const manifest = await readManifest(directory);
  const pool = await WorkerPool.open({
    script: new URL('../../dist/vision/encoder.worker.js', import.meta.url),
    workerData: manifest,
    threads,
    maxBatch: MAX_BATCH,
    parseAnswers: (message) => encodedVectors.parse(message),
    onCrash: (err) => log?.error({ err }, 'An encoder thread ended; another takes its place'),
  });
  // A decode takes half as long as an encode, so one for each thread keeps the threads busy. More would crowd out
  // the event loop, and whatever else needs libuv's few threads.
  const limitDecodes = limiter(threads);
  let inFlight = 0;
  return {
    id: manifest.id,
    dimension: manifest.dimension,
    async encode(image, box) {
      if (box) assertBox(box);
      if (inFlight >= MAX_IMAGES_IN_FLIGHT) {
        throw new UserError(
          'SERVICE_OVERLOADED',
          'Too many images are being encoded; try again in a few seconds.',
        );
      }
      inFlight += 1;
      try {
        const job = await limitDecodes(() => prepare(image, manifest, box));
        return await pool.run(job, [job.pixels.buffer]);
      } finally {
        inFlight -= 1;
      }
    },
    close: () => pool.close(),
  };
}

interface ImageSize {
  readonly width: number;
  readonly height: number;
}

async function prepare(image: Uint8Array, { input, grid }: EncoderManifest, box?: Box): Promise<EncodeJob> {
  const size = await readSize(image);
  const crop = box && pixelBox(box, size);
  if (crop && !grid) {
    const pixels = await decodeSquare(image, input.size, crop);
    return { pixels, part: placeInSquare({ ...crop, left: 0, top: 0 }, crop, input.size) };
  }
  const pixels = await decodeSquare(image, input.size);
  const part = placeInSquare(crop ?? { left: 0, top: 0, ...size }, size, input.size);
  return { pixels, part, ...(box && grid && { cells: cellWeights(box, size, grid) }) };
}

/** Where a part of an image is once the image is centered on a square, in whole pixels. */
function placeInSquare(part: PixelBox, image: ImageSize, side: number): PixelBox {
  const scale = side / Math.max(image.width, image.height);
  const clip = (value: number): number => Math.min(side, Math.max(0, Math.round(value)));
  const left = clip((side - image.width * scale) / 2 + part.left * scale);
  const top = clip((side - image.height * scale) / 2 + part.top * scale);
  return {
    left: Math.min(left, side - 1),
    top: Math.min(top, side - 1),
    width: Math.max(1, Math.min(side - left, Math.round(part.width * scale))),
    height: Math.max(1, Math.min(side - top, Math.round(part.height * scale))),
  };
}

/** The whole pixels that a box covers, at least one. */
function pixelBox(box: Box, { width, height }: ImageSize): PixelBox {
  const left = Math.min(width - 1, Math.max(0, Math.floor(box.x * width)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(box.y * height)));
  return {
    left,
    top,
    width: Math.max(1, Math.min(width, Math.ceil((box.x + box.width) * width)) - left),
    height: Math.max(1, Math.min(height, Math.ceil((box.y + box.height) * height)) - top),
  };
}
