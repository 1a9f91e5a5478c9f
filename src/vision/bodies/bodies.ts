import { z } from 'zod';
import { limiter } from '../limiter.js';
import { WorkerPool } from '../pool.js';
import { shrinkRaster, type Raster } from '../raster.js';
import { readBodyModels } from './bodies.manifest.js';
import { bodyAnswer, type BodyAnswer, type BodyJob } from './bodies.protocol.js';
import type { Carried } from './carried.js';
import { BODY_SIDE } from './silhouette.js';
import type { WornPart } from './worn.js';

/** Images that may wait for the one thread; each takes about a tenth of a second, and more with several people. */
const MAX_WAITING = 32;

/**
 * Pixels of the longer side of the images in which people are found. A person as high as the image has almost twice as
 * many as the landmarks use.
 */
const FINDER_SIDE = 576;

/** A person in an image. */
export interface Person {
  /** At least one. */
  readonly worn: readonly WornPart[];
}

/** The people in an image. */
export interface FoundPeople {
  /** Surest first, at most four. */
  readonly people: readonly Person[];
  /** What they carry. It takes another pass of a network. @throws RequestError SERVICE_OVERLOADED */
  readonly carried: () => Promise<readonly Carried[]>;
}

/** Finds people in images. */
export interface Bodies {
  /** @throws RequestError SERVICE_OVERLOADED */
  open(image: Raster): Promise<FoundPeople>;
  close(): Promise<void>;
}

/**
 * Opens the included networks in a thread: BlazePose (Bazarevsky et al. 2020) for people, and NanoDet for what they
 * carry.
 *
 * @throws Error when a file is damaged
 */
export async function openBodies(log?: { error(details: object, message: string): void }): Promise<Bodies> {
  const pool = await WorkerPool.open({
    script: new URL('../../../dist/vision/bodies/bodies.worker.js', import.meta.url),
    workerData: await readBodyModels(),
    threads: 1,
    maxBatch: 1,
    parseAnswers: (message) => z.array(bodyAnswer).parse(message),
    onCrash: (err) => log?.error({ err }, 'The thread that finds people ended; another one replaces it'),
  });
  /** Clients take turns; an image that had its turn is not refused later. */
  const inTurn = limiter(1, MAX_WAITING);
  const run = (job: BodyJob): Promise<BodyAnswer> => pool.run(job, []);
  return {
    async open(raster) {
      const image = await shrinkRaster(raster, FINDER_SIDE);
      const small = await shrinkRaster(image, BODY_SIDE);
      const { people } = await inTurn(() => run({ task: 'people', image, small }));
      return {
        people,
        carried: async () => (await run({ task: 'carried', image })).carried,
      };
    },
    close: () => pool.close(),
  };
}
