import type { Channel } from '../catalog/channel.types.js';
import { type AskedFacet, isChosen, withoutChoice } from '../catalog/facets/check-facets.js';
import { Counter } from '../catalog/facets/counter.js';
import { Count, CountPrecision, Facet } from '../catalog/facets/facet.types.js';
import type { KeptCounts } from '../catalog/facets/kept-counts.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { instantiate } from '../graph/node.js';
import { decodePayer } from '../vision/decode-payer.js';
import type { SearchPage } from './prove-page.js';

/**
 * Facets and refinements describe the top of the ranking; over the whole ranking, every product would count as similar.
 */
export const BEST = 250;

interface CountedSearch {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  /** The best matches that pass. */
  best(): Promise<SearchPage>;
  /** Those of the same search with another filter. */
  bestOf(condition: ProductCondition): Promise<SearchPage>;
  /** Points of ranking again, beyond those of a facet. */
  readonly rankingCost: number;
}

/**
 * Counts the best matches of a search. The values of a facet that the shopper has chosen among are those of the best
 * matches without the choice, which are others: they are ranked again.
 */
export function searchCounter(kept: KeptCounts, search: CountedSearch): Counter {
  const { channel, condition, rankingCost } = search;
  const countThese = async (
    facets: readonly AskedFacet[],
    best: SearchPage,
  ): Promise<(readonly [AskedFacet, Facet])[]> => {
    const productIds = best.matches.map(({ productId }) => productId);
    const { facets: counted } = await kept.count({ channel, condition, text: null, productIds }, facets);
    return facets.flatMap((facet, i) => {
      const found = counted[i];
      if (found === undefined) return [];
      const { kind, name, values, valueCount } = found;
      const precision = best.next === null ? found.precision : CountPrecision.AT_LEAST;
      return [[facet, instantiate(Facet, { kind, name, values, valueCount, precision })] as const];
    });
  };
  return new Counter(async (facets, isTotalAsked) => {
    const open = facets.filter((facet) => !isChosen(condition, facet));
    const best = open.length > 0 || isTotalAsked ? await search.best() : null;
    const counted = new Map(best === null || open.length === 0 ? [] : await countThese(open, best));
    // One after the other: the facets of one page do not take the turns of other searches.
    for (const facet of facets.filter((asked) => isChosen(condition, asked))) {
      if (rankingCost > 0) decodePayer()?.pay(rankingCost);
      const others = await search.bestOf(withoutChoice(condition, facet));
      for (const [, values] of await countThese([facet], others)) counted.set(facet, values);
    }
    return {
      total: instantiate(Count, {
        count: best?.matches.length ?? 0,
        precision: best === null || best.next === null ? CountPrecision.EXACT : CountPrecision.AT_LEAST,
      }),
      facets: facets.flatMap((facet) => counted.get(facet) ?? []),
    };
  });
}
