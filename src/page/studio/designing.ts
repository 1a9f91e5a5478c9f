import { batch, computed, type Signal, signal } from '@preact/signals';
import { ask } from '../api/ask.js';
import { Failure, isAbort, toFailure } from '../api/failure.js';
import { newKey } from '../api/new-key.js';
import { twice } from '../api/repeat.js';
import { watch } from '../api/watch.js';
import {
  DesignItDocument,
  DesignsOfJobDocument,
  type DesignWorkFragment,
  DropDesignDocument,
  StopDesigningDocument,
  WatchDesignsDocument,
} from '../generated/graphql.js';
import { recall, remember } from '../storage.js';
import { jobOf, keepJob, type KeptJob } from './kept-jobs.js';

export type Design = NonNullable<DesignWorkFragment['designs']>[number];

/** What every design must be like. */
export interface Wishes {
  /** None: any. */
  readonly types: readonly string[];
  /** In the currency of the market; null: any. */
  readonly maxPrice: string | null;
}

/** Why an order was refused: too much is in work, the wishes, or something else. */
export type Refusal = 'jobs' | 'wishes' | 'other';

/** Something failed that can be tried again. */
interface Trouble {
  readonly failure: Failure;
  readonly retry: () => void;
}

/** As the gateway makes them when nobody says how many; three fit the budget of a shopper who has looked around. */
export const DESIGNS = 3;

/** A gateway that refused to tell of a job may have time again. */
const ASK_AGAIN_MS = 5_000;

const isEnded = ({ state }: DesignWorkFragment): boolean => state === 'DONE' || state === 'FAILED';

/** The designs from one board: ordered, followed, stopped, deleted, and found again after a reload. */
export class Designing {
  /** The last order; null: there is none. */
  readonly work = signal<DesignWorkFragment | null>(null);
  /** Whether something was ordered that is not known yet. */
  readonly isExpected = computed(() => this.#isExpected.value && this.work.value === null);
  /** Whether nothing can be ordered now, as an answer is on its way. */
  readonly isAsking = signal(false);
  readonly trouble = signal<Trouble | null>(null);
  readonly refusal = signal<Refusal | null>(null);
  readonly #isExpected: Signal<boolean>;
  #leaving = new AbortController();
  #unwatch = (): void => {};

  constructor(readonly board: string) {
    this.#isExpected = signal(jobOf(board) !== null);
  }

  /** Finds what was ordered before the page was loaded, until the returned function is called. */
  open(): () => void {
    this.#leaving = new AbortController();
    void this.#resume();
    return () => {
      this.#leaving.abort();
      this.#unwatch();
    };
  }

  async #resume(): Promise<void> {
    const job = jobOf(this.board);
    if (job === null) return;
    const { signal: leaving } = this.#leaving;
    await this.#try(
      async () => {
        const work = await ask(DesignsOfJobDocument, { ...job }, (data) => data.designJob, leaving);
        leaving.throwIfAborted();
        this.#learn(work);
        if (!isEnded(work)) this.#follow(job);
      },
      () => void this.#resume(),
    );
  }

  /**
   * Orders designs. As long as no answer came, the same order has the same key: it finds the job that may have been made,
   * also after a reload.
   */
  async order(channel: string, { types, maxPrice }: Wishes): Promise<void> {
    if (this.isAsking.value) return;
    const order = {
      board: this.board,
      count: DESIGNS,
      constraints: { types: [...types], maxPrice },
    };
    const click = `vitrine.click design ${channel} ${JSON.stringify(order)}`;
    const idempotencyKey = recall(click) ?? newKey();
    remember(click, idempotencyKey);
    await this.#try(
      async () => {
        const input = { ...order, idempotencyKey };
        const { job, userErrors } = await twice(() =>
          ask(DesignItDocument, { channel, input }, (data) => data.designCreate),
        );
        remember(click, null);
        if (job == null) {
          this.refusal.value = refusalOf(userErrors[0]?.field);
          return;
        }
        const ordered = { channel, id: job.id };
        keepJob(this.board, ordered);
        if (this.#leaving.signal.aborted) return;
        this.#learn(job);
        if (!isEnded(job)) this.#follow(ordered);
      },
      () => void this.order(channel, { types, maxPrice }),
    );
  }

  /** Stops the work, and forgets it. @throws Failure where that is not known to have worked */
  async stop(): Promise<void> {
    const job = jobOf(this.board);
    if (job === null) return;
    const { channel, id } = job;
    const input = { job: id, idempotencyKey: newKey() };
    const { userErrors } = await twice(() =>
      ask(StopDesigningDocument, { channel, input }, (data) => data.designCancel),
    );
    const [error] = userErrors;
    if (error !== undefined && error.code !== 'NOT_FOUND') throw new Failure(error.code, error.message);
    this.forget();
  }

  /** Deletes a finished design. @throws Failure */
  async drop(design: string): Promise<void> {
    const input = { design, idempotencyKey: newKey() };
    const { userErrors } = await twice(() => ask(DropDesignDocument, { input }, (data) => data.designDelete));
    const [error] = userErrors;
    if (error !== undefined && error.code !== 'NOT_FOUND') throw new Failure(error.code, error.message);
    const { value: work } = this.work;
    if (work === null) return;
    const designs = (work.designs ?? []).filter(({ id }) => id !== design);
    if (designs.length === 0) this.forget();
    else this.work.value = { ...work, designs };
  }

  /** Makes room for another order. */
  forget(): void {
    this.#unwatch();
    keepJob(this.board, null);
    batch(() => {
      this.#isExpected.value = false;
      this.work.value = null;
      this.refusal.value = null;
    });
  }

  async #try(work: () => Promise<void>, retry: () => void): Promise<void> {
    batch(() => {
      this.isAsking.value = true;
      this.trouble.value = null;
      this.refusal.value = null;
    });
    try {
      await work();
    } catch (error) {
      if (isAbort(error)) return;
      const failure = toFailure(error);
      // The gateway deletes jobs after a month.
      if (failure.code === 'NOT_FOUND' && jobOf(this.board) !== null) this.forget();
      else this.trouble.value = { failure, retry };
    } finally {
      this.isAsking.value = false;
    }
  }

  #follow(job: KeptJob): void {
    this.#unwatch();
    const stop = watch(
      WatchDesignsDocument,
      { channel: job.channel, job: job.id },
      ({ designProgress }) => this.#learn(designProgress),
      () => {
        const { value: work } = this.work;
        if (work === null || isEnded(work)) return;
        const timer = setTimeout(() => void this.#resume(), ASK_AGAIN_MS);
        this.#unwatch = () => clearTimeout(timer);
      },
    );
    this.#unwatch = stop;
  }

  #learn(work: DesignWorkFragment): void {
    // In another tab, or by somebody else who has the id.
    if (work.state === 'CANCELED') this.forget();
    // An error beside the data: what was drawn before is still there.
    else this.work.value = { ...work, designs: work.designs ?? this.work.peek()?.designs ?? null };
  }
}

function refusalOf(field: readonly string[] | null | undefined): Refusal {
  if (field == null) return 'jobs';
  return field.includes('constraints') ? 'wishes' : 'other';
}
