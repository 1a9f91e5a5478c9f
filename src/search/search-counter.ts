import type { Channel } from '../catalog/channel.types.js';
import { type AskedFacet, isChosen, withoutChoice } from '../catalog/facets/check-facets.js';
import { Counter, type Tally } from '../catalog/facets/counter.js';
import { Count, CountPrecision, type Facet } from '../catalog/facets/facet.types.js';
import type { KeptCounts } from '../catalog/facets/kept-counts.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { instantiate } from '../graph/node.js';
import { toIndexFilter } from '../projection/index-filter.js';
import type { Ranking } from './prove-page.js';

/**
 * Facets and refinements describe the top of the ranking; over the whole ranking, every product would count as similar.
 */
export const BEST = 250;

interface CountedSearch {
  readonly channel: Channel;
  readonly condition: ProductCondition;
  readonly excludeProducts: readonly number[];
  /** The ranking of the search, most similar first. */
  readonly ranking: Ranking;
  /** The ranking of the same search with another filter. */
  rankAgain(condition: ProductCondition): Ranking;
}

/**
 * Counts the best matches of a search. The values of a facet that the shopper has chosen among are those of the best
 * matches without the choice, which are others: they are ranked again.
 */
export function searchCounter(kept: KeptCounts, search: CountedSearch): Counter {
  const { channel, condition, excludeProducts } = search;
  const countBest = async (
    facets: readonly AskedFacet[],
    ranked: ProductCondition,
    ranking: Ranking,
  ): Promise<Tally> => {
    const filter = toIndexFilter(ranked, channel.handle, excludeProducts);
    const { matches, exhausted } = await ranking.propose(filter, BEST, null);
    const productIds = matches.map(({ productId }) => productId);
    const tally = await kept.count({ channel, condition, text: null, productIds }, facets);
    return exhausted ? tally : { ...tally, total: atLeast(tally.total) };
  };
  return new Counter(async (facets) => {
    const open = facets.filter((facet) => !isChosen(condition, facet));
    const chosen = facets.filter((facet) => isChosen(condition, facet));
    const [best, ...rest] = await Promise.all([
      countBest(open, condition, search.ranking),
      ...chosen.map((facet) => {
        const others = withoutChoice(condition, facet);
        return countBest([facet], others, search.rankAgain(others));
      }),
    ]);
    const ofChosen = rest.flatMap((tally, i) => pair(chosen.slice(i, i + 1), tally.facets));
    const counted = new Map([...pair(open, best.facets), ...ofChosen]);
    return { total: best.total, facets: facets.flatMap((facet) => counted.get(facet) ?? []) };
  });
}

const atLeast = ({ count }: Count): Count =>
  instantiate(Count, { count, precision: CountPrecision.AT_LEAST });

const pair = (asked: readonly AskedFacet[], facets: readonly Facet[]): (readonly [AskedFacet, Facet])[] =>
  asked.flatMap((facet, i) => {
    const counted = facets[i];
    return counted === undefined ? [] : [[facet, counted] as const];
  });
