import type { RankedPage, Ranking } from '../prove-page.js';

/**
 * A ranking whose first `most` products are asked for once: by the first page, and by what counts the best matches beside
 * it. All of them ask with the same filter.
 */
export function sharedStart(ranking: Ranking, most: number): Ranking {
  let start: Promise<RankedPage> | null = null;
  return {
    async propose(filter, limit, after) {
      if (after !== null || limit > most) return ranking.propose(filter, limit, after);
      const found = await (start ??= ranking.propose(filter, most, null));
      if (found.matches.length <= limit) return found;
      return { matches: found.matches.slice(0, limit), exhausted: false, strategy: found.strategy };
    },
  };
}
