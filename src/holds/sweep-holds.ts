import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import { pruneHolds, sweepHolds } from './hold.store.js';

/** Readers and buyers see the end of a hold at once; the index, that there is something to sell again, so much later. */
const SWEEP_MS = 500;
/** Holds a transaction: their levels are locked while it runs. */
const SWEPT_AT_ONCE = 100;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;

export interface HoldSweeper {
  close(): Promise<void>;
}

/** Frees the stock of expired holds until closed; any number of gateways may do it at once. */
export function sweepExpiredHolds(db: Database, log: Logger): HoldSweeper {
  const closing = new AbortController();
  let lastPrune = Date.now();

  const sweep = async (): Promise<void> => {
    while ((await sweepHolds(db, SWEPT_AT_ONCE)) === SWEPT_AT_ONCE && !closing.signal.aborted);
    if (Date.now() - lastPrune < PRUNE_EVERY_MS) return;
    lastPrune = Date.now();
    await pruneHolds(db, closing.signal);
  };

  const loop = (async () => {
    let failing = false;
    while (!closing.signal.aborted) {
      await sweep().then(
        () => (failing = false),
        (err: unknown) => {
          if (!failing) log.error({ err }, 'Expired holds cannot be swept up; trying again');
          failing = true;
        },
      );
      await sleep(SWEEP_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();

  return {
    async close() {
      closing.abort();
      await loop;
    },
  };
}
