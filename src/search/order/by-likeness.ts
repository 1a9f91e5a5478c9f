import type { Asked, SearchResult, VectorIndex } from '../../vector-index/port.js';
import { toRequest } from '../../vector-index/page.js';
import type { Ranking } from '../prove-page.js';

/** A result up to the first match that is less similar than `least`. */
export function upTo(least: number, result: SearchResult): SearchResult {
  const end = result.matches.findIndex(({ score }) => score < least);
  return end === -1 ? result : { ...result, matches: result.matches.slice(0, end), exhausted: true };
}

/**
 * Products by the cosine similarity of their best image to the query; empty when the query is null, because there is
 * nothing to compare with. It ends where the cosine is below `least`.
 */
export function vectorRanking(index: VectorIndex, asked: Asked | null, least = -Infinity): Ranking {
  return {
    async propose(filter, limit, after) {
      if (asked === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
      const [result] = await index.search([
        { ...toRequest(asked), filter, limit, ...(after === null ? {} : { after }) },
      ]);
      if (result === undefined) throw new Error('the index answers every request');
      return upTo(least, result);
    },
  };
}
