import {
  type Asked,
  type Examples,
  type IndexMatch,
  MAX_EXAMPLES,
  type RankingPosition,
  type SearchRequest,
} from './port.js';

type Question = { readonly vector: Float32Array } | { readonly examples: Examples };

/** Converts a query to the fields of a request. */
export const toRequest = (asked: Asked): Question =>
  asked instanceof Float32Array ? { vector: asked } : { examples: asked };

/** The examples of a request; a single vector is a positive example. */
export function examplesOf(question: Question): Examples {
  return 'examples' in question ? question.examples : { positive: [question.vector], negative: [] };
}

/** @throws Error when it has too few or too many examples, or a vector with another dimension than the index's */
export function checkRequest(request: SearchRequest, dimension: number): void {
  const { positive, negative } = examplesOf(request);
  if (positive.length === 0 || positive.length + negative.length > MAX_EXAMPLES) {
    throw new Error(
      `A search by ${positive.length} positive and ${negative.length} negative examples: give a positive one, ` +
        `and at most ${MAX_EXAMPLES} in all.`,
    );
  }
  for (const vector of [...positive, ...negative]) checkDimension(vector, dimension, 'A query');
}

/** Sorts by score descending, then product ascending, and cuts the page after the position. */
export function page<T extends Standing>(
  matches: readonly T[],
  limit: number,
  after: RankingPosition | undefined,
): { readonly matches: readonly T[]; readonly exhausted: boolean } {
  const following = matches.filter((match) => after === undefined || compare(match, after) > 0).sort(compare);
  return {
    matches: following.slice(0, limit),
    exhausted: following.length <= limit,
  };
}

type Standing = Pick<IndexMatch, 'score' | 'productId'>;

/** The order of a ranking: negative when `a` comes first. */
function compare(a: Standing, b: Standing): number {
  return b.score - a.score || a.productId - b.productId;
}

/** @throws Error when the vector does not have the index's dimension; `what` names the vector in the message */
export function checkDimension(vector: Float32Array, dimension: number, what: string): void {
  if (vector.length === dimension) return;
  throw new Error(
    `${what} has ${vector.length} numbers, but the index has vectors of ${dimension}: ` +
      'encode it with the encoder that the index was filled with, or run `npx vitrine reindex`.',
  );
}
