import type { RankingPosition } from '../port.js';

/** The approximate score of products without a compared row; cosines are in [-1, 1]. */
export const UNSEEN = -2;

/**
 * How far a cosine summed in float32, in any order, may be from the true one, for unit vectors: the classical bound
 * d·u / (1 − d·u), u = 2⁻²⁴ (N. J. Higham, Accuracy and Stability of Numerical Algorithms, §3.1), doubled because
 * unit vectors have unit length only to a few digits.
 */
export function scoreError(dimension: number): number {
  return dimension * 2 ** -23;
}

/**
 * Approximate scores by place. Negative examples may leave open which images count, so there are two arrays: the best
 * score of images that certainly count, and of images that may. Without negative examples, both are the same array.
 */
export interface Approximation {
  readonly sure: Float32Array;
  readonly possible: Float32Array;
}

/**
 * The places that can be among the next `limit + 1` after a position. It leaves out only places that are below `limit
 * + 1` others that certainly follow the position, and places that certainly precede it.
 */
export function contenders(
  { sure, possible }: Approximation,
  limit: number,
  after: RankingPosition | undefined,
  error: number,
): number[] {
  const ceiling = (after?.score ?? Infinity) + error;
  const surelyAfter = (after?.score ?? Infinity) - error;
  const floor = largest(sure, limit + 1, possible, surelyAfter) - 2 * error;
  const places: number[] = [];
  for (let i = 0; i < possible.length; i++) {
    const score = possible[i] ?? UNSEEN;
    if (score >= floor && (sure[i] ?? UNSEEN) <= ceiling && score > UNSEEN) places.push(i);
  }
  return places;
}

/** The k-th largest of the values whose upper limit is below `bound`; -Infinity when there are fewer than k. */
function largest(values: Float32Array, k: number, highest: Float32Array, bound: number): number {
  const heap = new Float32Array(k).fill(-Infinity);
  let smallest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? UNSEEN;
    if (value <= smallest || (highest[i] ?? 0) >= bound || value === UNSEEN) continue;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= k) break;
      const child = left + 1 < k && (heap[left + 1] ?? 0) < (heap[left] ?? 0) ? left + 1 : left;
      if ((heap[child] ?? 0) >= value) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = value;
    smallest = heap[0] ?? -Infinity;
  }
  return smallest;
}
