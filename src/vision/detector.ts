import { z } from 'zod';
import { RequestError } from '../errors.js';
import { errorMessage, OperatorError } from '../platform/operator-error.js';
import { letterbox, type Raster } from './raster.js';
import { readDetector } from './detector.manifest.js';
import { boxBetween } from './figures.js';
import { WorkerPool } from './pool.js';
import type { Box } from './regions.js';

/** Images that may wait for the one thread; a detector takes a few hundred milliseconds for each. */
const MAX_WAITING = 16;
/** Share of the image along each side; a smaller box is too small to encode. */
const LEAST_SIDE = 0.01;

const answers = z.array(
  z.array(
    z.object({
      centerX: z.number(),
      centerY: z.number(),
      width: z.number(),
      height: z.number(),
      label: z.number(),
      confidence: z.number(),
    }),
  ),
);

/** An object that a detector found. */
export interface Detection {
  readonly box: Box;
  readonly label: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

export interface Detector {
  /** Highest confidence first. @throws RequestError SERVICE_OVERLOADED */
  detect(raster: Raster): Promise<readonly Detection[]>;
  close(): Promise<void>;
}

/**
 * Opens an object detector: verifies its files, starts its thread, and compares the model with its description.
 *
 * @throws OperatorError naming what is wrong with the folder, and the remedy
 */
export async function openDetector(
  folder: string,
  log?: { error(details: object, message: string): void },
): Promise<Detector> {
  const { manifest, modelFile } = await readDetector(folder);
  const pool = await WorkerPool.open({
    script: new URL('../../dist/vision/detector.worker.js', import.meta.url),
    workerData: { manifest, modelFile },
    threads: 1,
    maxBatch: 1,
    parseAnswers: (message) => answers.parse(message),
    onCrash: (err) => log?.error({ err }, 'A detector thread ended; another one replaces it'),
  }).catch((cause: unknown) => {
    throw new OperatorError(errorMessage(cause), { cause });
  });
  let waiting = 0;
  return {
    async detect(raster) {
      if (waiting >= MAX_WAITING) {
        throw new RequestError(
          'SERVICE_OVERLOADED',
          'Too many images are being searched for items; try again in a few seconds.',
        );
      }
      waiting += 1;
      try {
        const pixels = await letterbox(raster, manifest.input.size);
        const found = await pool.run(pixels, [pixels.buffer]);
        return found.flatMap(({ label, confidence, ...drawn }) => {
          const box = inImage(drawn, raster, manifest.input.size);
          const name = manifest.labels[label];
          return box === null || name === undefined ? [] : [{ box, label: name, confidence }];
        });
      } finally {
        waiting -= 1;
      }
    },
    close: () => pool.close(),
  };
}

/**
 * Converts pixels of the square, which contains the image in its middle, to fractions of the image; null for a box
 * outside the image.
 */
function inImage(
  { centerX, centerY, width, height }: Record<'centerX' | 'centerY' | 'width' | 'height', number>,
  raster: Raster,
  side: number,
): Box | null {
  const scale = Math.max(raster.width, raster.height) / side;
  const along = (at: number, extent: number): number =>
    Math.min(1, Math.max(0, ((at - side / 2) * scale) / extent + 0.5));
  const box = boxBetween(
    along(centerX - width / 2, raster.width),
    along(centerY - height / 2, raster.height),
    along(centerX + width / 2, raster.width),
    along(centerY + height / 2, raster.height),
  );
  return box.width < LEAST_SIDE || box.height < LEAST_SIDE ? null : box;
}
