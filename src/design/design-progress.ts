import { RequestError } from '../errors.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { sharesOf } from '../platform/shares.js';
import { type DesignJobRow, readJobStates } from './design-job.store.js';

/** While there are watchers: not every change is notified. */
const POLL_MS = 500;
/** Workers tell of drafts in bursts. */
const MIN_GAP_MS = 100;
/** A new watcher wakes the loop; without watchers, it has nothing to do. */
const UNWATCHED_MS = 60_000;
/** Subscriptions of one client: those of all together are bounded by their WebSockets, and the jobs by those that wait. */
const MAX_OF_CLIENT = 50;

/** Notifies subscriptions of what becomes of design jobs. */
export interface DesignProgress {
  /**
   * The job now, and again whenever its state, its progress, or its designs change: the latest state, not every state in
   * between. Ends after the state in which the job has ended, and when the job is deleted.
   *
   * @throws RequestError COST_EXCEEDED when the client watches too many
   */
  watch(job: DesignJobRow, client: string): AsyncIterableIterator<DesignJobRow>;
  /** Checks soon, instead of at the next poll. */
  wake(): void;
  health: Loop['health'];
  close(): Promise<void>;
}

/** One loop for all subscriptions of a gateway, which reads the jobs that are watched in one statement. */
export function watchDesigns({ db, log }: { db: Database; log: Logger }): DesignProgress {
  const readers = new Map<string, Set<JobReader>>();
  const shares = sharesOf(MAX_OF_CLIENT);

  const loop = startLoop({
    async round() {
      if (readers.size === 0) return { ms: UNWATCHED_MS };
      const watched = [...readers.keys()];
      const rows = new Map((await readJobStates(db, watched)).map((row) => [row.uuid, stateOf(row)]));
      for (const uuid of watched)
        for (const reader of readers.get(uuid) ?? []) reader.tell(rows.get(uuid) ?? null);
      return { ms: POLL_MS, atLeastMs: MIN_GAP_MS };
    },
    log,
    says: {
      failing: 'The progress of designs could not be read; trying again',
      recovered: 'The progress of designs is being read again',
    },
  });

  return {
    watch(job, client) {
      if (!shares.take(client, 1)) {
        throw new RequestError(
          'COST_EXCEEDED',
          `The subscriptions of your address would watch more than ${MAX_OF_CLIENT} designs: end some of them.`,
        );
      }
      const { uuid } = job;
      const reader: JobReader = new JobReader(() => {
        shares.giveBack(client, 1);
        const others = readers.get(uuid);
        others?.delete(reader);
        if (others?.size === 0) readers.delete(uuid);
      });
      readers.set(uuid, (readers.get(uuid) ?? new Set()).add(reader));
      reader.tell(stateOf({ ...job, version: '' }));
      loop.wake();
      return reader;
    },
    wake: () => {
      if (readers.size > 0) loop.wake();
    },
    health: () => loop.health(),
    close: () => loop.close(),
  };
}

interface JobState {
  readonly row: DesignJobRow;
  /** Changes whenever the job does, or one of its designs. Written once for all who watch the job. */
  readonly text: string;
}

const stateOf = (row: DesignJobRow & { readonly version: string }): JobState => ({
  row,
  text: JSON.stringify([row.state, row.progress, row.error, row.version]),
});

/** One subscription. It keeps the newest state, so a slow reader costs no more than a fast one. */
class JobReader implements AsyncIterableIterator<DesignJobRow> {
  readonly #onEnd: () => void;
  #told = '';
  #next: DesignJobRow | null = null;
  #waiting: ((result: IteratorResult<DesignJobRow>) => void) | null = null;
  /** Nothing follows the next state. */
  #last = false;
  #ended = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** The state of the job; null: it is gone. */
  tell(state: JobState | null): void {
    if (this.#last) return;
    if (state !== null) {
      if (state.text !== this.#told) this.#next = state.row;
      this.#told = state.text;
    }
    this.#last = state === null || state.row.endedAt !== null;
    if (this.#last) this.#end();
    const waiting = this.#waiting;
    if (waiting === null || (this.#next === null && !this.#last)) return;
    this.#waiting = null;
    waiting(this.#take());
  }

  next(): Promise<IteratorResult<DesignJobRow>> {
    if (this.#next !== null || this.#last) return Promise.resolve(this.#take());
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<DesignJobRow>> {
    this.#last = true;
    this.#next = null;
    this.#end();
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): IteratorResult<DesignJobRow> {
    const value = this.#next;
    this.#next = null;
    return value === null ? { done: true, value: undefined } : { value };
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }
}
