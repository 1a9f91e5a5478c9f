import { currentSkuPosition, SKU_CHANGES_KEPT_MS } from '../inventory/sku-change.store.js';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import { type Database, transaction } from '../platform/postgres.js';
import { readProductKeys } from '../projection/projection.store.js';
import { compareProducts } from './compare-products.js';
import {
  claimWatchPosition,
  isWatched,
  keepWatchPosition,
  readWatchedChanges,
  type WatchedChanges,
  type WatchPosition,
} from './follow.store.js';
import { Likenesses } from './likenesses.js';
import { WatchBook } from './watch-book.js';

/** Not every change is notified. */
const POLL_MS = 250;
/** Changes within this time after a notification are compared together. */
const GATHER_MS = 50;
/** Without watches; a new one wakes the loop. */
const UNWATCHED_MS = 5_000;
/** Products whose change is told apart: if more have changed at once, all are compared, a part in each round. */
const MAX_CHANGED = 1_000;
/** Of all products, in a round, at most. What changes meanwhile waits for them. */
const MAX_SWEPT = 200;
/**
 * If a round takes longer, the next one sweeps half as many. One that takes longer than LOG_READ_WITHIN_MS makes the sweep
 * begin again, so on a busy machine with many watches it would never end.
 */
const SWEEP_MS = 5_000;
/** Without changes, the position moves this often: the log of changed SKUs is kept for a minute. */
const MOVE_MS = 10_000;
/** What was not read from the log of changed SKUs by then may no longer be in it. */
const LOG_READ_WITHIN_MS = SKU_CHANGES_KEPT_MS / 2;

export interface WatchFollower extends Pick<Loop, 'health'> {
  /** Ends the work after the current round. */
  close(): Promise<void>;
}

interface FollowOptions {
  readonly db: Database;
  readonly encoderId: string;
  readonly changes: Pick<ChangeListener, 'onChange'>;
  readonly log: Logger;
}

/**
 * Compares what changes with the watches until closed. Any number of gateways may do so: one transaction at a time has the
 * position, and what it notes and tells is committed with it.
 */
export function followWatches({ db, encoderId, changes, log }: FollowOptions): WatchFollower {
  const inMemory = { book: new WatchBook(encoderId, log), likenesses: new Likenesses() };
  let sweptAtOnce = MAX_SWEPT;

  /** Returns whether there is more to do at once. */
  const step = (): Promise<boolean> =>
    transaction(db, async (client) => {
      const from = await claimWatchPosition(client);
      if (from === null) return false;
      const changed = await readWatchedChanges(client, from, MAX_CHANGED);
      await inMemory.book.refresh(client, changed.position);
      // A new watch was written with what matched at an older snapshot.
      const ofNew =
        changed.newSince === null
          ? null
          : await readWatchedChanges(
              client,
              { position: changed.newSince, at: changed.newAt ?? from.at },
              MAX_CHANGED,
            );
      const sweep = sweepAfter(from, changed, ofNew);
      const atOnce = sweptAtOnce;
      const swept = sweep === null ? [] : await readProductKeys(client, sweep, atOnce);
      const beganAt = performance.now();
      const keys = [...new Set([...changed.productKeys, ...(ofNew?.productKeys ?? []), ...swept])];
      const told = keys.length === 0 ? 0 : await compareProducts(client, encoderId, inMemory, keys);
      if (told > 0) log.debug({ products: keys.length, events: told }, 'Products matched watches');
      const next = swept.length < atOnce ? null : (swept.at(-1) ?? null);
      if (next !== null) sweptAtOnce = paced(atOnce, performance.now() - beganAt);
      const isIdle = keys.length === 0 && sweep === null && ofNew === null;
      if (isIdle && changed.at.getTime() - from.at.getTime() < MOVE_MS) return false;
      const { position, at } = changed;
      const logId = changed.log ?? (await currentSkuPosition(client)).log;
      await keepWatchPosition(client, { position, at, log: logId, sweep: next });
      return next !== null;
    });

  const loop = startLoop({
    async round({ woken }) {
      if (!(await isWatched(db))) return { ms: UNWATCHED_MS, atLeastMs: GATHER_MS };
      if (await step()) return { ms: 0 };
      return woken ? { ms: GATHER_MS, atLeastMs: GATHER_MS } : { ms: POLL_MS };
    },
    log,
    says: {
      failing: 'Changes could not be compared with watches; trying again',
      recovered: 'Changes are being compared with watches again',
    },
  });
  const stops = ['product_changes', 'sku_changes', 'watches'].map((table) =>
    changes.onChange(() => loop.wake(), table),
  );
  return {
    health: () => loop.health(),
    async close() {
      for (const stop of stops) stop();
      await loop.close();
    },
  };
}

/** How many products are swept next, after so many took so long. */
const paced = (swept: number, ms: number): number =>
  ms > SWEEP_MS ? Math.ceil(swept / 2) : ms < SWEEP_MS / 4 ? Math.min(2 * swept, MAX_SWEPT) : swept;

/** The product after which all are compared; null when the logs name all that have changed, and all have been. */
function sweepAfter(
  from: WatchPosition,
  changed: WatchedChanges,
  ofNew: WatchedChanges | null,
): number | null {
  const isLogLost = from.log === null || changed.log !== from.log;
  const isLate = changed.at.getTime() - from.at.getTime() > LOG_READ_WITHIN_MS;
  return isLogLost || isLate || changed.all || ofNew?.all === true ? 0 : from.sweep;
}
