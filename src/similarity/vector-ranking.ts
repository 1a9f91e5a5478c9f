import type { VectorIndex } from './index.js';
import type { Ranking } from './search.js';

/**
 * Products by the cosine similarity of their best image to `vector` (L2-normalized); none where it is null: there is
 * nothing to look like.
 */
export function vectorRanking(index: VectorIndex, vector: Float32Array | null): Ranking {
  return {
    async propose(filter, limit, after) {
      if (vector === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
      const [result] = await index.search([{ vector, filter, limit, ...(after === null ? {} : { after }) }]);
      if (result === undefined) throw new Error('the index answers every request');
      return result;
    },
  };
}
