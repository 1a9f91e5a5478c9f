import { RequestError } from '../errors.js';
import type { TextTower } from './encoder-manifest.js';
import { encodedVectors } from './encoder.protocol.js';
import { WorkerPool } from './pool.js';

/** On one thread, the last of so many texts waits about as long as the last of the images that may wait. */
const MAX_TEXTS_IN_FLIGHT = 64;
/** Texts have different lengths, so each is a run of its own; a batch saves only the wait between two of them. */
const MAX_BATCH = 4;

/** Embeds texts. */
export interface OpenTextTower {
  /**
   * The embedding of a text, L2-normalized.
   * @throws RequestError SERVICE_OVERLOADED; the reason of `signal` while it waits
   */
  embed(text: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Ends the thread; the promises of texts in flight reject. */
  close(): Promise<void>;
}

/**
 * Starts the thread of a text tower: shoppers type far less than they photograph, and a second copy of the model would
 * take hundreds of megabytes.
 *
 * @throws Error naming what is wrong with the folder, and the remedy
 */
export async function openTextTower(
  tower: TextTower,
  onCrash: (error: Error) => void,
): Promise<OpenTextTower> {
  const pool = await WorkerPool.open({
    script: new URL('../../dist/vision/text-tower.worker.js', import.meta.url),
    workerData: tower,
    threads: 1,
    maxBatch: MAX_BATCH,
    parseAnswers: (message) => encodedVectors.parse(message),
    onCrash,
  });
  let inFlight = 0;
  return {
    async embed(text, signal) {
      if (inFlight >= MAX_TEXTS_IN_FLIGHT)
        throw new RequestError(
          'SERVICE_OVERLOADED',
          'Too many texts are waiting; try again in a few seconds.',
        );
      inFlight += 1;
      try {
        return await pool.run(text, [], signal);
      } finally {
        inFlight -= 1;
      }
    },
    close: () => pool.close(),
  };
}
