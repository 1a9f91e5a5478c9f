import type { Channel } from '../../catalog/channel.types.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { RequestError } from '../../errors.js';
import type { Database } from '../../platform/postgres.js';
import type { IndexFilter } from '../../vector-index/port.js';
import type { Place, RankedMatch, RankedPage, Ranking } from '../prove-page.js';
import { VisualSearchSort } from '../visual-search-sort.types.js';
import { sortProducts } from './sorted.store.js';

/**
 * Products that are sorted: the most similar ones that the index has. No shopper scrolls through more, and reading the
 * prices of so many takes 20 ms.
 */
export const MAX_SORTED = 1_000;

interface SortedPlan {
  readonly sort: VisualSearchSort;
  readonly condition: ProductCondition;
  readonly channel: Channel;
}

/**
 * Without an end to the list, everything would be a result, and the cheapest or newest would look like nothing that was
 * asked for. @throws RequestError BAD_USER_INPUT
 */
export function checkSort(
  sort: VisualSearchSort,
  { minScore, diversity, isOnlyWords }: { minScore: number | null; diversity: number; isOnlyWords: boolean },
): void {
  if (sort === VisualSearchSort.LIKENESS) return;
  if (diversity > 0)
    throw new RequestError(
      'BAD_USER_INPUT',
      `sort ${sort} and diversity exclude each other: omit one of them.`,
    );
  if (minScore === null && !isOnlyWords)
    throw new RequestError(
      'BAD_USER_INPUT',
      `sort ${sort} needs minScore, which says how similar results must be at least, for example 0.6.`,
    );
}

/** The best products of a ranking in another order. The products and their scores are those of the ranking. */
export function sortedRanking(db: Database, ranking: Ranking, { sort, ...scope }: SortedPlan): Ranking {
  if (sort === VisualSearchSort.LIKENESS) return ranking;
  // Ranked once per request, however often its page is refilled.
  let ranked: Promise<Pick<RankedPage, 'matches' | 'strategy'>> | null = null;
  return {
    async propose(filter, limit, after) {
      const { matches, strategy } = await (ranked ??= proposeAll(ranking, filter));
      const known = new Map(matches.map((match) => [match.productId, match]));
      const position = after && { productId: after.productId, rank: after.rank };
      const sorted = await sortProducts(db, { sort, ...scope }, [...known.keys()], position, limit);
      return {
        matches: sorted.flatMap(({ productId, rank }) => {
          const match = known.get(productId);
          return match === undefined ? [] : [{ ...match, place: { score: match.score, productId, rank } }];
        }),
        exhausted: sorted.length < limit,
        strategy,
      };
    },
  };
}

/**
 * The first MAX_SORTED products of a ranking. One that has looked at many products that do not pass ends a page early, and
 * says where to continue.
 */
async function proposeAll(
  ranking: Ranking,
  filter: IndexFilter,
): Promise<Pick<RankedPage, 'matches' | 'strategy'>> {
  const matches: RankedMatch[] = [];
  for (let after: Place | null = null; ;) {
    const page: RankedPage = await ranking.propose(filter, MAX_SORTED - matches.length, after);
    matches.push(...page.matches);
    after = page.reached ?? null;
    if (page.exhausted || after === null || matches.length === MAX_SORTED)
      return { matches, strategy: page.strategy };
  }
}
