import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Catalog } from './catalog.js';
import type { Ledger } from './ledger.js';
import { makeChanges } from './runbook.js';

/** Changes on their way at once, at most: a shop's connections for writing. */
const WRITERS = 4;

interface Written {
  readonly perSecond: number;
  /** From sending each change until it was committed. */
  readonly commitMs: readonly number[];
}

/** Commits the changes of the runbook, where it left off, at a rate or as fast as possible. */
export class Writers {
  readonly #ledger: Ledger;
  readonly #changes;
  #isStopped = true;

  constructor(ledger: Ledger, catalog: Catalog, seed: string) {
    this.#ledger = ledger;
    this.#changes = Array.from({ length: WRITERS }, (_, writer) =>
      makeChanges(catalog, seed, { writer, writers: WRITERS }),
    );
  }

  /**
   * Commits while `work` runs. `perSecond` null: each writer commits the next change as soon as the last one is
   * committed. @throws what `work` or a commit throws
   */
  async beside<T>(
    perSecond: number | null,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly written: Written }> {
    this.#isStopped = false;
    const commitMs: number[] = [];
    const startedAt = performance.now();
    const pauseMs = perSecond === null ? 0 : (1_000 * WRITERS) / perSecond;
    const writing = Promise.allSettled(
      this.#changes.map((changes, n) =>
        // Spread over the pause, so that they do not all commit at once.
        this.#write(changes, pauseMs, startedAt + (n * pauseMs) / WRITERS, commitMs),
      ),
    );
    const [worked] = await Promise.allSettled([work()]);
    const written = { perSecond: (1_000 * commitMs.length) / (performance.now() - startedAt), commitMs };
    this.#isStopped = true;
    // A commit that failed explains what `work` threw.
    for (const outcome of [...(await writing), worked])
      if (outcome.status === 'rejected') throw outcome.reason;
    if (worked.status === 'rejected') throw worked.reason;
    return { result: worked.value, written };
  }

  async #write(
    changes: ReturnType<typeof makeChanges>,
    pauseMs: number,
    firstAt: number,
    commitMs: number[],
  ): Promise<void> {
    for (let due = firstAt; ; due += pauseMs) {
      const wait = due - performance.now();
      // A commit that takes no time must not keep everything else from running.
      await (pauseMs > 0 && wait > 0 ? sleep(wait) : turn());
      if (this.#isStopped) return;
      const { sent, done } = await this.#ledger.commit(changes.next().value);
      commitMs.push(done - sent);
    }
  }
}
