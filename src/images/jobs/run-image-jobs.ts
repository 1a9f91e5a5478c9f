import { RequestError } from '../../errors.js';
import { registerEncoder } from '../stored-image.store.js';
import type { ChangeListener } from '../../platform/change-listener.js';
import type { Logger } from '../../platform/logging.js';
import { parseUrl } from '../../platform/parse-url.js';
import { startLoop, type Loop } from '../../platform/loop.js';
import { errorMessage } from '../../platform/operator-error.js';
import { doImageJob, mayPass, type ImageJobServices } from './do-image-job.js';
import {
  claimImageJob,
  giveBack,
  LEASE_MS,
  noteFailure,
  renewLease,
  type ClaimedJob,
} from './image-job.store.js';

/**
 * Lets some jobs download while one encodes; low enough to leave the encoder's queue and the connections to shoppers.
 */
const AT_ONCE = 4;
/** Of these, downloads from one host: one that is slow to answer leaves the others to other hosts and to uploads. */
const AT_ONCE_A_HOST = 2;
/** For jobs that become due, and for those whose notification was missed. */
const POLL_MS = 2_000;
/** The host of jobs whose image is an upload: those are never slow. */
const UPLOADS = '';
/**
 * With delays that triple, the last attempt is about two hours after the first, which is longer than most outages.
 */
const MAX_ATTEMPTS = 8;
const FIRST_DELAY_MS = 5_000;
const DELAY_GROWTH = 3;
/** Maximum length of a stored failure message. */
const MAX_REASON_LENGTH = 500;

export interface ImageJobs extends Pick<Loop, 'health'> {
  /** Stops the work; jobs in progress are returned. */
  close(): Promise<void>;
}

interface ImageJobOptions extends ImageJobServices {
  readonly changes: Pick<ChangeListener, 'onChange'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Works on image jobs until closed. Any number of gateways may do so at the same time. */
export async function runImageJobs(options: ImageJobOptions): Promise<ImageJobs> {
  const { db, encoder, changes, log } = options;
  const encoderId = await registerEncoder(db, encoder);

  /** Downloads by host. */
  const inWork = new Map<string, number>();
  let lastClaim: Promise<unknown> = Promise.resolve();

  const busyHosts = (): string[] =>
    [...inWork].flatMap(([host, count]) => (count >= AT_ONCE_A_HOST ? [host] : []));
  const leave = ({ host }: ClaimedJob): void => {
    const left = (inWork.get(host) ?? 0) - 1;
    if (left > 0) inWork.set(host, left);
    else inWork.delete(host);
  };

  /** One claim after another, so that each knows what the others have taken. */
  const claim = (): Promise<ClaimedJob | null> => {
    const next = lastClaim.then(async () => {
      const job = await claimImageJob(db, busyHosts());
      if (job !== null && job.host !== UPLOADS) inWork.set(job.host, (inWork.get(job.host) ?? 0) + 1);
      return job;
    });
    lastClaim = next.catch(() => undefined);
    return next;
  };

  /** Works on one job; returns whether there was one. */
  const work = async (closing: AbortSignal): Promise<boolean> => {
    const job = await claim();
    if (job === null) return false;
    try {
      // Only a gateway that was killed leaves a job without a recorded reason.
      if (job.attempts > MAX_ATTEMPTS) await fail(job, KILLED, null);
      else await attempt(job, closing);
    } finally {
      leave(job);
    }
    return true;
  };

  const attempt = async (job: ClaimedJob, closing: AbortSignal): Promise<void> => {
    const stop = new AbortController();
    const onClosing = (): void => stop.abort();
    if (closing.aborted) stop.abort();
    closing.addEventListener('abort', onClosing);
    const renewing = setInterval(() => {
      renewLease(db, job).then(
        (kept) => (kept ? undefined : stop.abort()),
        // If the lease expires in the meantime, another gateway's claim invalidates this one.
        () => undefined,
      );
    }, LEASE_MS / 3);
    try {
      const reason = await doImageJob(options, encoderId, job, stop.signal);
      if (reason !== null)
        log.warn(
          { product: job.handle, link: shown(job.link), reason },
          'An image looks as if made to deceive the search, and is in quarantine: vitrine quarantine list',
        );
    } catch (error) {
      if (stop.signal.aborted) {
        await giveBack(db, job);
        return;
      }
      const isOurs = !(error instanceof RequestError);
      if (isOurs)
        log.error({ err: error, product: job.handle, link: shown(job.link) }, 'An image job failed');
      const isOver = !mayPass(error) || job.attempts >= MAX_ATTEMPTS;
      await fail(
        job,
        isOurs ? OUR_FAULT : error.message.slice(0, MAX_REASON_LENGTH),
        isOver ? null : delayAfter(job.attempts),
        isOurs ? undefined : error.cause,
      );
    } finally {
      clearInterval(renewing);
      closing.removeEventListener('abort', onClosing);
    }
  };

  /** Only the log has the cause: partners see the reason. */
  const fail = async (
    job: ClaimedJob,
    reason: string,
    delayMs: number | null,
    cause?: unknown,
  ): Promise<void> => {
    const held = await noteFailure(db, job, reason, delayMs);
    if (!held || delayMs !== null) return;
    const { handle: product, attempts } = job;
    log.warn(
      {
        product,
        link: shown(job.link),
        attempts,
        reason,
        ...(cause === undefined ? {} : { cause: errorMessage(cause) }),
      },
      'An image was abandoned; to retry it, upsert its product',
    );
  };

  const loop = startLoop({
    round: async ({ closing }) => ({ ms: (await work(closing)) ? 0 : POLL_MS }),
    lanes: AT_ONCE,
    log,
    says: {
      failing: 'Image jobs could not be processed; trying again',
      recovered: 'Image jobs are being processed again',
    },
  });
  const stopListening = changes.onChange(() => loop.wake(), 'image_jobs');
  return {
    health: () => loop.health(),
    async close() {
      stopListening();
      await loop.close();
    },
  };
}

const KILLED = `A gateway crashed each time it processed this image, ${MAX_ATTEMPTS} times.`;
const OUR_FAULT = 'Something went wrong in the gateway; see its log.';

/**
 * Host and path of a URL, or the id of an upload. With its query, a presigned URL would let anyone fetch the image.
 */
function shown(link: string): string {
  const url = parseUrl(link);
  return url === null ? link.replace(/[?#].*/s, '') : url.host + url.pathname;
}

/** From half to one and a half times the delay, so that jobs that failed together do not retry together. */
function delayAfter(attempts: number): number {
  return FIRST_DELAY_MS * DELAY_GROWTH ** (attempts - 1) * (0.5 + Math.random());
}
