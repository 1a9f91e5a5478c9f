import { RequestError } from '../errors.js';
import { inspectPatiently } from '../images/encode-image.js';
import { readImageVectors } from '../images/embedding.store.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import { type Database, transaction } from '../platform/postgres.js';
import type { Encoder } from '../vision/encoder.js';
import { checkPictures } from './check-pictures.js';
import {
  claimJob,
  type ClaimedJob,
  endJob,
  giveBack,
  LEASE_MS,
  lockClaim,
  noteFailure,
  readOrder,
  renewLease,
  writeDesigns,
} from './design-job.store.js';
import { type DesignEngine, type Draft, EngineError } from './engine.js';
import type { DesignEngineName, Order } from './order.js';

/** For jobs that become due, and for those whose notification was missed. */
const POLL_MS = 2_000;
/** How often a claim is extended, and progress told: also how long a canceled job goes on. */
const TELL_MS = 1_000;
/** A minute after the first attempt, a server that was restarted is back; later, whoever waits has gone. */
const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 2_000;
const DELAY_GROWTH = 3;
/** Maximum length of a stored failure message. */
const MAX_REASON_LENGTH = 500;

const KILLED = `A worker ended each time it worked on this, ${MAX_ATTEMPTS} times.`;
const OUR_FAULT = 'Something went wrong in the worker; see its log.';

export interface DesignJobs extends Pick<Loop, 'health'> {
  /** Stops the work; the job in progress is returned. */
  close(): Promise<void>;
}

export interface DesignWorkerServices {
  readonly db: Database;
  readonly encoder: Encoder;
  readonly engines: ReadonlyMap<DesignEngineName, DesignEngine>;
  readonly uploads: BlobStore;
  readonly changes: Pick<ChangeListener, 'onChange'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Works on design jobs until closed, one at a time. Any number of workers may do so at the same time. */
export function runDesignJobs(services: DesignWorkerServices): DesignJobs {
  const { db, encoder, engines, changes, log } = services;

  /** Works on one job; returns whether there was one. */
  const work = async (closing: AbortSignal): Promise<boolean> => {
    const job = await claimJob(db, encoder.id, [...engines.keys()]);
    if (job === null) return false;
    // Only a worker that was killed leaves a job without a recorded reason.
    if (job.attempts > MAX_ATTEMPTS) await note(job, KILLED, null);
    else await attempt(job, closing);
    return true;
  };

  const attempt = async (job: ClaimedJob, closing: AbortSignal): Promise<void> => {
    const stop = new AbortController();
    const onClosing = (): void => stop.abort(new Error('The worker stops.'));
    if (closing.aborted) onClosing();
    closing.addEventListener('abort', onClosing);
    try {
      await doJob(services, job, stop);
    } catch (error) {
      if (stop.signal.aborted) {
        await giveBack(db, job);
        return;
      }
      await fail(job, error);
    } finally {
      closing.removeEventListener('abort', onClosing);
    }
  };

  const fail = async (job: ClaimedJob, error: unknown): Promise<void> => {
    const isKnown = error instanceof RequestError || error instanceof EngineError;
    const isOver = !mayPass(error) || job.attempts >= MAX_ATTEMPTS;
    const about = { err: error, job: job.uuid, attempts: job.attempts };
    if (isKnown) log.warn(about, isOver ? 'A design job was given up' : 'A design job failed; trying again');
    else log.error(about, 'A design job failed');
    const reason = isKnown ? error.message.slice(0, MAX_REASON_LENGTH) : OUR_FAULT;
    await note(job, reason, isOver ? null : delayAfter(job.attempts));
  };

  const note = (job: ClaimedJob, reason: string, delayMs: number | null): Promise<void> =>
    transaction(db, (client) => noteFailure(client, job, reason, delayMs));

  const loop = startLoop({
    round: async ({ closing }) => ({ ms: (await work(closing)) ? 0 : POLL_MS }),
    log,
    says: {
      failing: 'Design jobs could not be worked on; trying again',
      recovered: 'Design jobs are being worked on again',
    },
  });
  const stopListening = changes.onChange(() => loop.wake(), 'design_jobs');
  return {
    health: () => loop.health(),
    async close() {
      stopListening();
      await loop.close();
      await Promise.all([...engines.values()].map((engine) => engine.close()));
    },
  };
}

/** Does a claimed job: the designs, then in one transaction all of them. Aborts `stop` when the claim is lost. */
async function doJob(
  { db, encoder, engines, uploads, log }: DesignWorkerServices,
  job: ClaimedJob,
  stop: AbortController,
): Promise<void> {
  const { signal } = stop;
  const engine = engines.get(job.engine);
  if (engine === undefined) throw new EngineError(`This worker has no engine ${job.engine}.`, true);
  const order = await openOrder(db, encoder, job);

  let progress = 0;
  /** The best draft of each position that is not written yet. */
  const drafts = new Map<number, Draft>();
  let telling: Promise<void> = Promise.resolve();
  const tell = async (): Promise<void> => {
    const newest = [...drafts.values()];
    drafts.clear();
    const written = await Promise.all(
      newest.map(async ({ picture, position, garment, prompt, score }) => {
        const image = await inspectPatiently(picture, signal);
        await uploads.put(Buffer.from(picture));
        const unknown = { likeness: null, nearestProduct: null, price: null, trust: null };
        return { ...unknown, position, image, garment, prompt, similarity: score, finished: false };
      }),
    );
    const held = await transaction(db, async (client) => {
      if (!(await lockClaim(client, job))) return false;
      if (written.length > 0) await writeDesigns(client, job, written);
      return renewLease(client, job, progress);
    });
    if (!held) stop.abort(new Error('The job was canceled, or another worker has it.'));
  };
  let failingSince: number | null = null;
  /** One after another; a failure is tolerated for as long as the claim lasts. */
  const tellSoon = (): void => {
    telling = telling.then(tell).then(
      () => {
        failingSince = null;
      },
      (err: unknown) => {
        if (signal.aborted) return;
        failingSince ??= performance.now();
        log.warn({ err, job: job.uuid }, 'The progress of a design job could not be written');
        if (performance.now() - failingSince > LEASE_MS) stop.abort(new Error('Postgres is away.'));
      },
    );
  };
  const timer = setInterval(tellSoon, TELL_MS);
  let isFirst = true;
  try {
    // Nobody would tell the engine any more.
    signal.throwIfAborted();
    const drawn = await engine.design(
      order,
      {
        progress: (share) => (progress = Math.max(progress, share)),
        draft(draft) {
          drafts.set(draft.position, draft);
          if (!isFirst) return;
          isFirst = false;
          tellSoon();
        },
      },
      signal,
    );
    const { kept, refused } = await checkPictures(encoder, order, drawn, signal);
    if (kept.length === 0) {
      throw new RequestError(
        'BAD_USER_INPUT',
        drawn.length === 0
          ? 'The engine made no picture.'
          : `No picture was kept: each is ${[...new Set(refused)].join(', or ')}.`,
      );
    }
    for (const { picture } of kept) await uploads.put(Buffer.from(picture));
    clearInterval(timer);
    await telling;
    signal.throwIfAborted();
    await transaction(db, async (client) => {
      if (!(await lockClaim(client, job))) return;
      await writeDesigns(
        client,
        job,
        kept.map(({ picture: _, vector: __, ...design }) => design),
      );
      await endJob(client, job);
    });
  } finally {
    clearInterval(timer);
    await telling;
  }
}

/** What a job orders, with the vectors of the products that are known. */
async function openOrder(db: Database, encoder: Encoder, job: ClaimedJob): Promise<Order> {
  const { ordered, toward, away } = readOrder(job);
  const vectors = await readImageVectors(
    db,
    encoder.id,
    ordered.known.map(({ image }) => image),
  );
  const known = ordered.known.flatMap(({ product, image, price }) => {
    const vector = vectors.get(image);
    return vector === undefined ? [] : [{ product, vector, price }];
  });
  return { ...ordered, known, toward, away };
}

/** Whether a later attempt may succeed. What is neither refused nor the engine's is a fault of ours or of Postgres. */
function mayPass(error: unknown): boolean {
  if (error instanceof EngineError) return error.mayPass;
  return !(error instanceof RequestError) || error.code === 'SERVICE_OVERLOADED';
}

/** From half to one and a half times the delay, so that jobs that failed together do not retry together. */
const delayAfter = (attempts: number): number =>
  FIRST_DELAY_MS * DELAY_GROWTH ** (attempts - 1) * (0.5 + Math.random());
