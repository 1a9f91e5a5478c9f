import type { IndexMatch, RankingPosition, SearchResult } from './index.js';

/** Orders by score descending, then product ascending, and cuts the page after the position. */
export function page(
  matches: readonly IndexMatch[],
  limit: number,
  after: RankingPosition | undefined,
): Pick<SearchResult, 'matches' | 'exhausted'> {
  const following = matches.filter((match) => after === undefined || compare(match, after) > 0).sort(compare);
  return {
    matches: following.slice(0, limit),
    exhausted: following.length <= limit,
  };
}

type Place = Pick<IndexMatch, 'score' | 'productId'>;

/** The order of a ranking: negative when `a` comes first. */
function compare(a: Place, b: Place): number {
  return b.score - a.score || a.productId - b.productId;
}

/** @throws Error when the vector is not of the index's dimension. `what` names the vector in the message. */
export function checkDimension(vector: Float32Array, dimension: number, what: string): void {
  if (vector.length === dimension) return;
  throw new Error(
    `${what} has ${vector.length} numbers, the index holds vectors of ${dimension}: ` +
      'encode it with the encoder that the index was filled with, or run `npx vitrine reindex`.',
  );
}
