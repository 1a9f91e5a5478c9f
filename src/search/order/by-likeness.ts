import type { Asked, VectorIndex } from '../../vector-index/port.js';
import { toRequest } from '../../vector-index/page.js';
import type { Ranking } from '../prove-page.js';

/**
 * Products by the cosine similarity of their best image to the query; empty when the query is null, because there is
 * nothing to compare with.
 */
export function vectorRanking(index: VectorIndex, asked: Asked | null): Ranking {
  return {
    async propose(filter, limit, after) {
      if (asked === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
      const [result] = await index.search([
        { ...toRequest(asked), filter, limit, ...(after === null ? {} : { after }) },
      ]);
      if (result === undefined) throw new Error('the index answers every request');
      return result;
    },
  };
}
