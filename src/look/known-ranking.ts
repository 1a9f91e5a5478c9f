import DataLoader from 'dataloader';
import type { IndexFilter, SearchRequest, SearchResult, VectorIndex } from '../vector-index/port.js';
import type { Ranking } from '../search/prove-page.js';

type Searches = DataLoader<SearchRequest, SearchResult>;

/** Combines simultaneous searches for several items into one call to the index. */
export const searchTogether = (index: VectorIndex): Searches =>
  new DataLoader((requests: readonly SearchRequest[]) => index.search(requests), { cache: false });

/** The ranking by a vector whose best products under one filter are already known. */
export function knownRanking(
  vector: Float32Array,
  filter: IndexFilter,
  known: SearchResult,
  searches: Searches,
): Ranking {
  const answered = JSON.stringify(filter);
  return {
    async propose(asked, limit, after) {
      const isKnown = known.exhausted || known.matches.length >= limit;
      if (after === null && isKnown && JSON.stringify(asked) === answered) {
        const isAll = known.exhausted && known.matches.length <= limit;
        return { ...known, matches: known.matches.slice(0, limit), exhausted: isAll };
      }
      return searches.load({ vector, filter: asked, limit, ...(after === null ? {} : { after }) });
    },
  };
}
