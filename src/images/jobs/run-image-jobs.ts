import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.js';
import { registerEncoder } from '../stored-image.store.js';
import type { Doorbell } from '../../platform/doorbell.js';
import type { Logger } from '../../platform/logging.js';
import { doImageJob, mayPass, type ImageJobServices } from './do-image-job.js';
import {
  claimImageJob,
  giveBack,
  LEASE_MS,
  noteFailure,
  renewLease,
  type ClaimedJob,
} from './image-job.store.js';

/** Some are downloaded while one is encoded; few, so that the encoder's queue and the connections are the shoppers'. */
const AT_ONCE = 4;
/** For jobs whose time has come, and for those that nobody rang for. */
const POLL_MS = 2_000;
/** With delays that triple, the last attempt is about two hours after the first: longer than most outages. */
const MAX_ATTEMPTS = 8;
const FIRST_DELAY_MS = 5_000;
const DELAY_GROWTH = 3;
/** Of what a failure says. */
const MAX_REASON_LENGTH = 500;

export interface ImageJobs {
  /** Ends the work: jobs in hand are given back. */
  close(): Promise<void>;
}

interface ImageJobOptions extends ImageJobServices {
  readonly doorbell: Pick<Doorbell, 'onRing'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Works on image jobs until closed; any number of gateways may. */
export async function runImageJobs(options: ImageJobOptions): Promise<ImageJobs> {
  const { db, encoder, doorbell, log } = options;
  const encoderId = await registerEncoder(db, encoder);
  let isClosing = false;
  let isFailing = false;
  let rings = 0;
  const sleepers = new Set<AbortController>();
  const inHand = new Set<AbortController>();
  const stopListening = doorbell.onRing(() => {
    rings += 1;
    for (const sleeper of sleepers) sleeper.abort();
  }, 'image_jobs');

  const lane = async (): Promise<void> => {
    while (!isClosing) {
      const heard = rings;
      const worked = await work().then(
        (found) => {
          if (isFailing) log.info('image jobs are worked on again');
          isFailing = false;
          return found;
        },
        (err: unknown) => {
          if (!isFailing) log.error({ err }, 'image jobs cannot be worked on; trying again');
          isFailing = true;
          return false;
        },
      );
      // What rang while it looked is looked for at once.
      if (!worked && (heard === rings || isFailing)) await pause();
    }
  };

  const pause = async (): Promise<void> => {
    if (isClosing) return;
    const sleeper = new AbortController();
    sleepers.add(sleeper);
    await sleep(POLL_MS, undefined, { signal: sleeper.signal }).catch(() => undefined);
    sleepers.delete(sleeper);
  };

  /** Works on one job; answers whether there was one. */
  const work = async (): Promise<boolean> => {
    const job = await claimImageJob(db);
    if (job === null) return false;
    // Only a gateway that was killed leaves a job without a word on why.
    if (job.attempts > MAX_ATTEMPTS) await fail(job, KILLED, null);
    else await attempt(job);
    return true;
  };

  const attempt = async (job: ClaimedJob): Promise<void> => {
    const stop = new AbortController();
    inHand.add(stop);
    const renewing = setInterval(() => {
      renewLease(db, job).then(
        (kept) => (kept ? undefined : stop.abort()),
        // The lease may end meanwhile; whoever takes the job then makes this claim void.
        () => undefined,
      );
    }, LEASE_MS / 3);
    try {
      if (isClosing) stop.abort();
      await doImageJob(options, encoderId, job, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) {
        await giveBack(db, job);
        return;
      }
      const isOurs = !(error instanceof UserError);
      if (isOurs) log.error({ err: error, product: job.handle, link: job.link }, 'An image job failed');
      const isOver = !mayPass(error) || job.attempts >= MAX_ATTEMPTS;
      await fail(
        job,
        isOurs ? OUR_FAULT : error.message.slice(0, MAX_REASON_LENGTH),
        isOver ? null : delayAfter(job.attempts),
      );
    } finally {
      clearInterval(renewing);
      inHand.delete(stop);
    }
  };

  const fail = async (job: ClaimedJob, reason: string, delayMs: number | null): Promise<void> => {
    const held = await noteFailure(db, job, reason, delayMs);
    if (!held || delayMs !== null) return;
    const { handle: product, link, attempts } = job;
    log.warn({ product, link, attempts, reason }, 'An image is given up; upsert its product to try again');
  };

  const lanes = Array.from({ length: AT_ONCE }, lane);
  return {
    async close() {
      isClosing = true;
      stopListening();
      for (const each of [...sleepers, ...inHand]) each.abort();
      await Promise.all(lanes);
    },
  };
}

const KILLED = `A gateway ended each time it worked on this image, ${MAX_ATTEMPTS} times.`;
const OUR_FAULT = 'Something went wrong in the gateway; its log says what.';

/** From half to one and a half of the delay, so that jobs which failed together do not come back together. */
function delayAfter(attempts: number): number {
  return FIRST_DELAY_MS * DELAY_GROWTH ** (attempts - 1) * (0.5 + Math.random());
}
