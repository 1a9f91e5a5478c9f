import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { requestPayer } from '../../platform/request-payer.js';
import { limiter } from '../limiter.js';
import { WorkerPool } from '../pool.js';
import { shrinkRaster, type Raster } from '../raster.js';
import { readBodyModels } from './bodies.manifest.js';
import { bodyAnswer, type BodyAnswer, type BodyJob } from './bodies.protocol.js';
import type { Carried } from './carried.js';
import { BODY_SIDE } from './silhouette.js';
import type { WornPart } from './worn.js';

/** Images that may wait for a thread; each takes up to a tenth of a second, and more with several people. */
const MAX_WAITING = 32;
/** The same for those in which people are only looked for, which takes a fortieth of a second. */
const MAX_SIGHTS = 128;

/** Each has its own networks in memory (about 200 MB). */
const MAX_THREADS = 4;

/**
 * Pixels of the longer side of the images in which people are found. A person as high as the image has almost twice as
 * many as the landmarks use.
 */
const FINDER_SIDE = 576;

/** Points of looking for people in a part of a long image. Looking at the whole is included. */
const PART_COST = 200;

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
  /**
   * Whether there are people in an image: one pass of the smallest network, for which 200 pixels are enough. Of a long
   * image, parts are looked at too, here and in `open`, and the request owes the points.
   * @throws RequestError SERVICE_OVERLOADED
   */
  sees(image: Raster): Promise<boolean>;
  /** @throws RequestError SERVICE_OVERLOADED */
  open(image: Raster): Promise<FoundPeople>;
  close(): Promise<void>;
}

export interface BodiesOptions {
  readonly log?: { error(details: object, message: string): void } | undefined;
  readonly threads?: number | undefined;
}

/**
 * Verifies the included networks, which threads open for the first image; by default, half as many threads as an encoder
 * has. They are BlazePose (Bazarevsky et al. 2020) for people, and NanoDet for what they carry.
 *
 * @throws Error when a file is damaged
 */
export async function openBodies({
  log,
  threads = Math.min(MAX_THREADS, Math.max(1, Math.floor((availableParallelism() - 1) / 2))),
}: BodiesOptions = {}): Promise<Bodies> {
  const pool = await WorkerPool.open({
    script: new URL('../../../dist/vision/bodies/bodies.worker.js', import.meta.url),
    workerData: await readBodyModels(),
    threads,
    maxBatch: 1,
    startsLate: true,
    parseAnswers: (message) => z.array(bodyAnswer).parse(message),
    onCrash: (err) => log?.error({ err }, 'The thread that finds people ended; another one replaces it'),
  });
  /** Clients take turns; an image that had its turn is not refused later. */
  const inTurn = limiter(threads, { maxWaiting: threads * MAX_WAITING });
  const inSight = limiter(threads, { maxWaiting: threads * MAX_SIGHTS });
  const run = (job: BodyJob): Promise<BodyAnswer> => pool.run(job, []);
  return {
    async sees(image) {
      const { isPeopled, parts } = await inSight(() => run({ task: 'sight', image }));
      payForParts(parts);
      return isPeopled;
    },
    async open(raster) {
      const image = await shrinkRaster(raster, FINDER_SIDE);
      const small = await shrinkRaster(image, BODY_SIDE);
      const { people, parts } = await inTurn(() => run({ task: 'people', image, small }));
      payForParts(parts);
      return {
        people,
        carried: async () => (await run({ task: 'carried', image })).carried,
      };
    },
    close: () => pool.close(),
  };
}

/** The first is the whole. */
function payForParts(parts: number): void {
  if (parts > 1) requestPayer()?.owe((parts - 1) * PART_COST);
}
