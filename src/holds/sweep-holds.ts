import type { Meter } from '../graph/meter.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { pruneHolds, sweepHolds } from './hold.store.js';

/** Readers and buyers see at once that a hold has expired; only the index is late, by this time. */
const SWEEP_MS = 500;
/** Holds per transaction, which keeps their stock levels locked. */
const SWEPT_AT_ONCE = 100;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;

/** Frees the stock of expired holds until closed. Any number of gateways may do so at the same time. */
export function sweepExpiredHolds(
  db: Database,
  log: Logger,
  meter: Pick<Meter, 'holdsChanged'>,
): Omit<Loop, 'wake'> {
  let lastPrune = Date.now();

  return startLoop({
    async round({ closing }) {
      let swept;
      do {
        swept = await sweepHolds(db, SWEPT_AT_ONCE);
        meter.holdsChanged('expired', swept);
      } while (swept === SWEPT_AT_ONCE && !closing.aborted);
      if (Date.now() - lastPrune >= PRUNE_EVERY_MS) {
        lastPrune = Date.now();
        await pruneHolds(db, closing);
      }
      return { ms: SWEEP_MS };
    },
    log,
    says: {
      failing: 'Expired holds could not be released; trying again',
      recovered: 'Expired holds are being released again',
    },
  });
}
