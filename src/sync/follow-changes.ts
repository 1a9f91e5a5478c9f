import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../platform/postgres.js';
import type { VectorIndex } from '../similarity/index.js';
import { applyChanges } from './apply-changes.js';
import { CHANGE_RETENTION_MS, pruneChanges, readChanges } from './change.store.js';
import type { PositionKeeper } from './position.js';

/** A change is searchable this much after its commit, plus the time to write it; an idle poll is one index scan. */
const POLL_MS = 100;
/** While the index or Postgres is away. */
const RETRY_MS = 2_000;
const PRUNE_EVERY_MS = CHANGE_RETENTION_MS / 24;

export interface ChangeFollower {
  /** Resolves once everything committed before the call is in the index; waits while another gateway writes it. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Follows the change log into the index until closed. Whatever fails is tried again from the same position.
 * `rebuild` fills the index anew: called when it is lost, and when changes may have been pruned before they were read.
 */
export function followChanges(options: {
  db: Database;
  index: VectorIndex;
  encoder: string;
  position: PositionKeeper;
  isLost: () => boolean;
  rebuild: () => Promise<void>;
  log: Logger;
}): ChangeFollower {
  const { db, index, encoder, position, isLost, rebuild, log } = options;
  const closing = new AbortController();
  let lastSuccess = Date.now();
  /** Never: a process that is restarted often prunes too. */
  let lastPrune = 0;

  /**
   * From where a step began that failed. Its last writes may have come after those of a gateway that took over, and
   * be older: the next step does all of it again.
   */
  let unfinished: string | null = null;

  const step = async (): Promise<boolean> => {
    if (isLost() || Date.now() - lastSuccess > CHANGE_RETENTION_MS / 2) await rebuild();
    const moved = await position.advance(async (from, lost) => {
      unfinished ??= from;
      const { position: to, changes } = await readChanges(db, unfinished);
      await applyChanges(db, index, encoder, changes, lost);
      if (changes.length > 0) log.debug({ products: changes.length }, 'index follows');
      return to;
    });
    if (moved) unfinished = null;
    lastSuccess = Date.now();
    if (lastSuccess - lastPrune > PRUNE_EVERY_MS) {
      lastPrune = lastSuccess;
      await pruneChanges(db);
    }
    return moved;
  };

  let current = Promise.resolve(true);
  const runOnce = (): Promise<boolean> => (current = current.catch(() => false).then(step));

  const loop = (async () => {
    let failing = false;
    for (let delay = 0; !closing.signal.aborted;) {
      delay = await runOnce().then(
        () => {
          if (failing) log.info('the index follows Postgres again');
          failing = false;
          return POLL_MS;
        },
        (err: unknown) => {
          if (!failing) log.error({ err }, 'the index cannot follow Postgres; trying again');
          failing = true;
          return RETRY_MS;
        },
      );
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();

  return {
    async catchUp() {
      while (!(await runOnce())) await sleep(POLL_MS);
    },
    async close() {
      closing.abort();
      await loop;
    },
  };
}
