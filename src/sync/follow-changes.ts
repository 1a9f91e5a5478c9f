import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ChangeListener } from '../platform/change-listener.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import type { VectorIndex } from '../vector-index/port.js';
import { followOnce } from './apply-changes.js';
import { CHANGE_RETENTION_MS, pruneChanges } from './change.store.js';
import type { PositionKeeper } from './position.js';
import { pruneSnapshots } from './snapshot.store.js';

/** Maximum delay of a change without a notification; an idle poll is one index scan. */
const POLL_MS = 100;
/** Pause after a step that a notification triggered, so that changes in this time are applied together. */
const GATHER_MS = 50;
/** After a step that wrote more products, the pause is longer in proportion: many at once take less time for each. */
const FEW_PRODUCTS = 2;
/** At most. A change that comes alone never waits for that. */
const MAX_GATHER_MS = 200;
const PRUNE_EVERY_MS = CHANGE_RETENTION_MS / 24;
/** Twice as long as a write is retried before it is given up. */
const DELETED_FOR_MS = 10 * 60 * 1_000;
const REPORT_EVERY_MS = 60_000;

export interface ChangeFollower {
  /** Resolves once everything committed before the call is in the index; waits while another gateway writes it. */
  catchUp(): Promise<void>;
  /** Runs between two steps of this follower; otherwise the same as its position keeper's. */
  advance: PositionKeeper['advance'];
  health: Loop['health'];
  close(): Promise<void>;
}

/**
 * Follows the change log into the index until closed. Any failure is retried from the same position. `rebuild`
 * refills the index: it is called when the index is lost, and when changes may have been pruned before they were
 * read.
 */
export function followChanges(options: {
  db: Database;
  index: VectorIndex;
  encoder: string;
  position: PositionKeeper;
  isLost: () => boolean;
  rebuild: () => Promise<void>;
  changes?: Pick<ChangeListener, 'onChange'>;
  log: Logger;
}): ChangeFollower {
  const { db, index, encoder, position, isLost, rebuild, changes, log } = options;
  let lastSuccess = Date.now();
  /** Starts with a prune, so that a process that is restarted often prunes too. */
  let lastPrune = 0;
  let lastReport = lastSuccess;
  let writtenSince = 0;
  /** Products that the last step wrote. */
  let written = 0;

  const step = async (): Promise<boolean> => {
    if (isLost() || Date.now() - lastSuccess > CHANGE_RETENTION_MS / 2) await rebuild();
    written = 0;
    const moved = await position.advance(async (from, lost) => {
      const { position: to, changes } = await followOnce({ db, index, encoder }, from, lost);
      if (changes.length > 0) log.debug({ products: changes.length }, 'The index applied changes');
      written = changes.length;
      writtenSince += written;
      return to;
    });
    lastSuccess = Date.now();
    if (lastSuccess - lastPrune > PRUNE_EVERY_MS) {
      lastPrune = lastSuccess;
      await pruneChanges(db);
      await pruneSnapshots(db);
      await index.forgetDeleted(new Date(lastSuccess - DELETED_FOR_MS));
    }
    if (writtenSince > 0 && lastSuccess - lastReport > REPORT_EVERY_MS) {
      log.info({ products: writtenSince }, 'The index is following Postgres');
      lastReport = lastSuccess;
      writtenSince = 0;
    }
    return moved;
  };

  let current = Promise.resolve(true);
  const next = (work: () => Promise<boolean>): Promise<boolean> =>
    (current = current.catch(() => false).then(work));
  const runOnce = (): Promise<boolean> => next(step);

  const loop = startLoop({
    async round({ woken }) {
      // While another gateway has the position, this one does not know whether the index can be written.
      const provesNothing = !(await runOnce());
      const gatherMs = Math.min(MAX_GATHER_MS, GATHER_MS * Math.max(1, written / FEW_PRODUCTS));
      return woken || gatherMs > GATHER_MS
        ? { ms: gatherMs, atLeastMs: gatherMs, provesNothing }
        : { ms: POLL_MS, provesNothing };
    },
    log,
    says: {
      failing: 'The index could not follow Postgres; trying again',
      recovered: 'The index is following Postgres again',
    },
  });
  const stopListening = changes?.onChange(() => loop.wake(), 'product_changes');

  return {
    async catchUp() {
      while (!(await runOnce())) await sleep(POLL_MS);
    },
    advance: (move) => next(() => position.advance(move)),
    health: () => loop.health(),
    async close() {
      stopListening?.();
      await loop.close();
    },
  };
}
