import type { Channel } from '../catalog/channel.types.js';
import { type AskedFacet, isChosen, withoutChoice } from '../catalog/facets/check-facets.js';
import { Counter, type CheckedTally } from '../catalog/facets/counter.js';
import { Count, CountPrecision, Facet } from '../catalog/facets/facet.types.js';
import type { KeptCounts } from '../catalog/facets/kept-counts.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { instantiate } from '../graph/node.js';
import { requestPayer } from '../platform/request-payer.js';
import type { SearchPage } from './prove-page.js';

/**
 * Facets and refinements describe the top of the ranking; over the whole ranking, every product would count as similar.
 */
export const BEST = 250;

/** The best matches of a search, at most BEST. */
export interface BestMatches {
  /** As the index has them. */
  propose(): Promise<{ readonly productIds: readonly number[]; readonly hasMore: boolean }>;
  /** Those that pass. */
  prove(): Promise<SearchPage>;
}

interface CountedSearch {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  readonly best: BestMatches;
  /** Those of the same search with another filter. */
  bestOf(condition: ProductCondition): BestMatches;
  /** Points of ranking again, for a facet with a choice. */
  readonly rankingCost: number;
}

/** Products that are counted, all of which pass. */
interface Counted {
  readonly productIds: readonly number[];
  /** Whether more match. */
  readonly hasMore: boolean;
  readonly facets: readonly Facet[];
}

/**
 * Counts the best matches of a search. The values of a facet that the shopper has chosen among are those of the best
 * matches without the choice, which are others: they are ranked again.
 */
export function searchCounter(kept: KeptCounts, search: CountedSearch): Counter {
  const { channel, condition, rankingCost } = search;
  const count = (productIds: readonly number[], facets: readonly AskedFacet[]): Promise<CheckedTally> =>
    kept.count({ channel, condition, text: null, productIds }, facets);
  /**
   * Counting what the index proposes also says how many of it pass. Mostly all of it does; then it need not be proven.
   */
  const find = async (
    best: BestMatches,
    facets: readonly AskedFacet[],
    passing: (tally: CheckedTally) => number | undefined,
  ): Promise<Counted> => {
    const proposed = await best.propose();
    const tally = await count(proposed.productIds, facets);
    if (passing(tally) === proposed.productIds.length) return { ...proposed, facets: tally.facets };
    const { matches, next } = await best.prove();
    const productIds = matches.map(({ productId }) => productId);
    return {
      productIds,
      hasMore: next !== null,
      facets: (await count(productIds, facets)).facets,
    };
  };
  const describe = ({ kind, name, values, valueCount, precision }: Facet, { hasMore }: Counted): Facet =>
    instantiate(Facet, {
      ...{ kind, name, values, valueCount },
      precision: hasMore ? CountPrecision.AT_LEAST : precision,
    });
  return new Counter(async (facets, isTotalAsked) => {
    const open = facets.filter((facet) => !isChosen(condition, facet));
    const best =
      open.length > 0 || isTotalAsked ? await find(search.best, open, ({ total }) => total.count) : null;
    const counted = new Map<AskedFacet, Facet>();
    for (const [i, facet] of (best?.facets ?? []).entries()) {
      const asked = open[i];
      if (best !== null && asked !== undefined) counted.set(asked, describe(facet, best));
    }
    // One after the other: the facets of one page do not take the turns of other searches.
    for (const asked of facets.filter((facet) => isChosen(condition, facet))) {
      requestPayer()?.pay(rankingCost);
      const others = await find(
        search.bestOf(withoutChoice(condition, asked)),
        [asked],
        ({ passing }) => passing[0],
      );
      const [facet] = others.facets;
      if (facet !== undefined) counted.set(asked, describe(facet, others));
    }
    return {
      total: instantiate(Count, {
        count: best?.productIds.length ?? 0,
        precision: best?.hasMore === true ? CountPrecision.AT_LEAST : CountPrecision.EXACT,
      }),
      facets: facets.flatMap((facet) => counted.get(facet) ?? []),
    };
  });
}
