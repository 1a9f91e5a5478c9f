import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { currentClients } from '../../platform/clients.js';
import { FairCache } from '../../platform/fair-cache.js';
import type { Database } from '../../platform/postgres.js';
import { SharedWork } from '../../platform/shared-work.js';
import { AvailabilityFilter } from '../product-filter.types.js';
import type { AskedFacet } from './check-facets.js';
import { count, type CountPlan, type Counts, isUnchanged } from './count.store.js';
import type { Tally } from './counter.js';
import { tallyOf } from './describe-facet.js';

/** Values of all kept counts together: about 40 MB. */
const MAX_KEPT_VALUES = 200_000;
/**
 * Counts are exact for as long as they are kept, but the names of brands and categories beside them are as old as they
 * are.
 */
const MAX_AGE_MS = 60_000;

interface Kept extends Pick<Counts, 'position' | 'until'> {
  readonly tally: Tally;
  readonly countedAt: number;
}

/** A list, whatever its page, or the best matches of a search. */
export type CountedList = Omit<CountPlan, 'facets'>;

/** Enough that two lists never share it by chance. */
const keyOf = (list: CountedList, facets: readonly AskedFacet[]): string => {
  const { channel, condition, text, productIds } = list;
  return createHash('sha256')
    .update(JSON.stringify([channel.key, condition, text, productIds, facets]))
    .digest('base64url');
};

/**
 * Counts of lists and searches, which are kept until Postgres says that something changed that they count: the change
 * log has no row beyond the snapshot that was counted, and no price or hold has ended since. So a kept count is what
 * counting anew would give, in the snapshot in which it is checked, which is newer than that of the page beside it.
 */
export class KeptCounts {
  readonly #kept = new FairCache<Kept>(MAX_KEPT_VALUES);
  /** When many open the same page, and something sells out, it is counted once for all of them. */
  readonly #counting = new SharedWork<{ readonly counted: Kept; readonly by: CountedList }>(() => true);

  constructor(private readonly db: Database) {}

  async count(list: CountedList, facets: readonly AskedFacet[]): Promise<Tally> {
    if (!isLogged(list)) return (await this.#countAnew(list, facets)).tally;
    const key = keyOf(list, facets);
    const kept = this.#kept.get(key);
    if (
      kept !== undefined &&
      performance.now() - kept.countedAt < MAX_AGE_MS &&
      (await isUnchanged(this.db, kept))
    )
      return kept.tally;
    const { counted, by } = await this.#counting.get(key, async () => {
      const fresh = await this.#countAnew(list, facets);
      this.#kept.set(key, fresh, sizeOf(fresh.tally), currentClients().owner);
      return { counted: fresh, by: list };
    });
    // What another request counts may have begun before the page of this one was read.
    if (by === list || (await isUnchanged(this.db, counted))) return counted.tally;
    return (await this.#countAnew(list, facets)).tally;
  }

  async #countAnew(list: CountedList, facets: readonly AskedFacet[]): Promise<Kept> {
    const countedAt = performance.now();
    const counts = await count(this.db, { ...list, facets });
    const { position, until } = counts;
    return { position, until, tally: tallyOf(facets, counts, list), countedAt };
  }
}

const sizeOf = ({ facets }: Tally): number => facets.reduce((sum, { values }) => sum + values.length, 1);

/** Whether the change log has every change of what is counted: of stock, it notes only whether there is any. */
const isLogged = ({ condition: { availability, quantity } }: CountedList): boolean =>
  quantity === 1 || availability === AvailabilityFilter.ANY;
