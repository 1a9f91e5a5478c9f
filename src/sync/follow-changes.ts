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
  /** Resolves once everything committed before the call is in the index. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Follows the change log into the index until closed. Whatever fails is tried again from the same position.
 * `rebuild` fills the index anew: called when changes may have been pruned before they were read.
 */
export function followChanges(options: {
  db: Database;
  index: VectorIndex;
  encoder: string;
  position: PositionKeeper;
  rebuild: () => Promise<void>;
  log: Logger;
}): ChangeFollower {
  const { db, index, encoder, position, rebuild, log } = options;
  const closing = new AbortController();
  let lastSuccess = Date.now();
  let lastPrune = Date.now();

  const step = async (): Promise<void> => {
    if (Date.now() - lastSuccess > CHANGE_RETENTION_MS / 2) await rebuild();
    await position.advance(async (from) => {
      const { position: to, changes } = await readChanges(db, from);
      await applyChanges(db, index, encoder, changes);
      if (changes.length > 0) log.debug({ products: changes.length }, 'index follows');
      return to;
    });
    lastSuccess = Date.now();
    if (lastSuccess - lastPrune > PRUNE_EVERY_MS) {
      lastPrune = lastSuccess;
      await pruneChanges(db);
    }
  };

  let current = Promise.resolve();
  const runOnce = (): Promise<void> => (current = current.catch(() => undefined).then(step));

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
    catchUp: runOnce,
    async close() {
      closing.abort();
      await loop;
    },
  };
}
