import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import { ThrottledError } from '../../errors.js';
import { currentClients } from '../../platform/clients.js';
import { asKind, DatabaseBusy, type WorkKind } from '../../platform/connection-turns.js';
import { FairCache } from '../../platform/fair-cache.js';
import { StatementCanceled } from '../../platform/database-unavailable.js';
import { type Database, transaction } from '../../platform/postgres.js';
import { SharedWork } from '../../platform/shared-work.js';
import { errorMessage } from '../../platform/operator-error.js';
import { requestPayer } from '../../platform/request-payer.js';
import type { ProductCondition } from '../product-filter.js';
import { AvailabilityFilter } from '../product-filter.types.js';
import { isChosen, type AskedFacet, facetKey } from './check-facets.js';
import { count, type CountPlan, type Counts, isUnchanged, setDeadline } from './count.store.js';
import type { CheckedTally } from './counter.js';
import { tallyOf } from './describe-facet.js';

/** Values of all kept counts together, or as much memory: about 40 MB. */
const MAX_KEPT_VALUES = 200_000;
/** What an entry without values takes: as much as so many values, or as so many characters of its snapshot. */
const ENTRY_VALUES = 10;
const POSITION_CHARS_A_VALUE = 50;
/**
 * Counts are exact for as long as they are kept, but the names of brands and categories beside them are as old as they
 * are.
 */
const MAX_AGE_MS = 60_000;
const MAX_STOPPED = 1_000;

export interface CountLimits {
  /** SKUs that are looked at for a total, and for each facet with a choice; of more, counts are lower bounds. */
  readonly mostExamined: number;
  /** SKUs that the points of the fields pay for. */
  readonly included: number;
  readonly deadlineMs: number;
}
/**
 * Shoppers do not wait longer for numbers beside a list, and others need the connection. Looking at an SKU takes up to
 * 10 µs, so that a count mostly ends before its deadline.
 */
export const COUNT_LIMITS: CountLimits = { mostExamined: 200_000, included: 5_000, deadlineMs: 2_000 };
/** SKUs beyond those that are included take a point for each of so many: about the time that a point pays for. */
const SKUS_A_POINT = 5;
/** What looking at the SKUs of a shop of some thousand takes, for turns. */
const SCOPE_MS = 10;
/** Counts take a hundred times as long as pages, which they leave connections to. */
const COUNTING: WorkKind = {
  name: 'counts',
  connections: 3,
  waiting: 100,
  isUrgent: false,
  // By the SKUs that it looks at.
  isPaid: false,
};

interface Kept extends Pick<Counts, 'position' | 'until' | 'examined'> {
  readonly tally: CheckedTally;
  readonly countedAt: number;
}

/** A list, whatever its page, or the best matches of a search. */
export type CountedList = Omit<CountPlan, 'facets' | 'mostExamined'>;

/** Enough that two lists never share it by chance. */
const keyOf = (list: CountedList, facets: readonly AskedFacet[]): string => {
  const { channel, condition, text, productIds } = list;
  return createHash('sha256')
    .update(JSON.stringify([channel.key, inOneOrder(condition), text, productIds, facets.map(facetKey)]))
    .digest('base64url');
};

/** The same for all conditions that differ only in the order of what was chosen. */
function inOneOrder(condition: ProductCondition): ProductCondition {
  const { categories, brands, gtins, attributes, options, excludedKeys } = condition;
  const named = (entries: ProductCondition['options']): ProductCondition['options'] =>
    entries
      .map(({ name, values }) => ({ name, values: values.toSorted() }))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    ...condition,
    categories: categories?.toSorted() ?? null,
    brands: brands?.toSorted() ?? null,
    gtins: gtins?.toSorted() ?? null,
    attributes: named(attributes),
    options: named(options),
    excludedKeys: excludedKeys.toSorted((a, b) => a - b),
  };
}

/**
 * Counts of lists and searches, which are kept until Postgres says that something changed that they count: the change
 * log has no row beyond the snapshot that was counted, and no price or hold has ended since. So a kept count is what
 * counting anew would give, in the snapshot in which it is checked, which is newer than that of the page beside it.
 */
export class KeptCounts {
  readonly #kept = new FairCache<Kept>(MAX_KEPT_VALUES);
  /** Lists whose count was stopped not long ago: it would be again. By why, because an error holds on to its request. */
  readonly #stopped = new LRUCache<string, string>({ max: MAX_STOPPED, ttl: MAX_AGE_MS });
  /** When many open the same page, and something sells out, it is counted once for all of them. */
  readonly #counting = new SharedWork<{ readonly counted: Kept; readonly by: CountedList }>(
    (error) => !(error instanceof ThrottledError || error instanceof DatabaseBusy),
  );

  constructor(
    private readonly db: Database,
    private readonly limits: CountLimits = COUNT_LIMITS,
  ) {}

  /** @throws StatementCanceled when it takes longer than its deadline; DatabaseBusy, ThrottledError */
  async count(list: CountedList, facets: readonly AskedFacet[]): Promise<CheckedTally> {
    const sorted = facets.toSorted((a, b) => (facetKey(a) < facetKey(b) ? -1 : 1));
    const tally = await this.#count(list, sorted);
    const places = new Map(sorted.map((facet, i) => [facetKey(facet), i]));
    const inOrder = <T>(of: readonly T[]): T[] =>
      facets.flatMap((facet) => of[places.get(facetKey(facet)) ?? -1] ?? []);
    return { total: tally.total, facets: inOrder(tally.facets), passing: inOrder(tally.passing) };
  }

  async #count(list: CountedList, facets: readonly AskedFacet[]): Promise<CheckedTally> {
    const key = keyOf(list, facets);
    const stopped = this.#stopped.get(key);
    if (stopped !== undefined) throw new StatementCanceled(stopped);
    if (!isLogged(list)) return this.#payFor(await this.#countAnew(list, facets), list);
    const kept = this.#kept.get(key);
    if (
      kept !== undefined &&
      performance.now() - kept.countedAt < MAX_AGE_MS &&
      (await isUnchanged(this.db, kept))
    )
      return kept.tally;
    const { counted, by } = await this.#counting.get(key, async () => {
      const fresh = await this.#countAnew(list, facets);
      this.#kept.set(key, fresh, sizeOf(fresh), currentClients().owner);
      return { counted: fresh, by: list };
    });
    // What another request counts may have begun before the page of this one was read.
    if (by === list) return this.#payFor(counted, list);
    if (await isUnchanged(this.db, counted)) return counted.tally;
    return this.#payFor(await this.#countAnew(list, facets), list);
  }

  async #countAnew(list: CountedList, facets: readonly AskedFacet[]): Promise<Kept> {
    const countedAt = performance.now();
    const { mostExamined, deadlineMs } = this.limits;
    const counts = await asKind({ ...COUNTING, expectedMs: SCOPE_MS * looks(list, facets) }, () =>
      transaction(this.db, async (client) => {
        await setDeadline(client, deadlineMs);
        return count(client, { ...list, facets, mostExamined });
      }),
    ).catch((error: unknown) => {
      if (error instanceof StatementCanceled) {
        this.#stopped.set(keyOf(list, facets), errorMessage(error.cause));
        // How many it looked at is lost with it.
        requestPayer()?.owe(this.#pointsFor(mostExamined, list));
      }
      throw error;
    });
    const { position, until, examined } = counts;
    return { position, until, examined, tally: tallyOf(facets, counts, list), countedAt };
  }

  /** Whoever had to count pays for what that took, which is known only afterwards. @throws ThrottledError */
  #payFor({ examined, tally }: Kept, list: CountedList): CheckedTally {
    const points = this.#pointsFor(examined, list);
    if (points > 0) requestPayer()?.pay(points);
    return tally;
  }

  #pointsFor(examined: number, list: CountedList): number {
    const { mostExamined, included } = this.limits;
    const worth = Math.min(mostExamined, examined * worthOf(list));
    return Math.max(0, Math.ceil((worth - included) / SKUS_A_POINT));
  }
}

/** How much longer it takes to look at an SKU than without attributes in the filter. */
const worthOf = ({ condition: { attributes } }: CountedList): number => 1 + attributes.length / 2;

/** How often the SKUs of a list are looked at, for the total and each facet with a choice, as much as that takes. */
const looks = (list: CountedList, facets: readonly AskedFacet[]): number =>
  (1 + facets.filter((facet) => isChosen(list.condition, facet)).length) * worthOf(list);

const sizeOf = ({ tally, position }: Kept): number =>
  tally.facets.reduce(
    (sum, { values }) => sum + values.length,
    ENTRY_VALUES + Math.ceil(position.length / POSITION_CHARS_A_VALUE),
  );

/** Whether the change log has every change of what is counted: of stock, it notes only whether there is any. */
const isLogged = ({ condition: { availability, quantity } }: CountedList): boolean =>
  quantity === 1 || availability === AvailabilityFilter.ANY;
