import type { Meter } from '../graph/meter.js';
import type { Logger } from '../platform/logging.js';
import { startLoop, type Loop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { sweepHolds } from './hold.store.js';

/** Readers and buyers see at once that a hold has expired; only the index is late, by this time. */
const SWEEP_MS = 500;
/** Holds per transaction, which keeps their stock levels locked. */
const SWEPT_AT_ONCE = 100;

/** Frees the stock of expired holds until closed. Any number of gateways may do so at the same time. */
export function sweepExpiredHolds(
  db: Database,
  log: Logger,
  meter: Pick<Meter, 'holdsChanged'>,
): Omit<Loop, 'wake'> {
  return startLoop({
    async round({ closing }) {
      let swept;
      do {
        swept = await sweepHolds(db, SWEPT_AT_ONCE);
        meter.holdsChanged('expired', swept);
      } while (swept === SWEPT_AT_ONCE && !closing.aborted);
      return { ms: SWEEP_MS };
    },
    log,
    says: {
      failing: 'Expired holds could not be released; trying again',
      recovered: 'Expired holds are being released again',
    },
  });
}
