import { dot, meanDirection } from '../../vector-index/vectors.js';

/** Rounds of moving the centers; few groups still change after that many. */
const ROUNDS = 10;

/**
 * The directions that vectors gather around, at most so many, the one of most vectors first: what stands for many
 * pictures that look nothing like one another, where their mean would look like nothing. Few vectors stand for
 * themselves. Spherical k-means (I. S. Dhillon and D. S. Modha, 2001) from vectors that lie far apart; no chance is in it.
 */
export function clusterVectors(vectors: readonly Float32Array[], most: number): Float32Array[] {
  if (vectors.length <= most) return [...vectors];
  let centers = farApart(vectors, most);
  let groups: Float32Array[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    groups = centers.map(() => []);
    for (const vector of vectors) groups[nearestOf(centers, vector)]?.push(vector);
    // A center that its own group cancels out, or that none is near to, stays where it is.
    const moved = centers.map((center, i) => meanDirection(groups[i] ?? []) ?? center);
    const isSettled = moved.every((center, i) => dot(center, centers[i] ?? center) > 1 - 1e-9);
    centers = moved;
    if (isSettled) break;
  }
  return centers
    .map((center, i) => ({ center, size: groups[i]?.length ?? 0 }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .map(({ center }) => center);
}

/** The first vector, and then again and again the one that lies farthest from those before. */
function farApart(vectors: readonly Float32Array[], count: number): Float32Array[] {
  const chosen: Float32Array[] = [];
  const nearness = vectors.map(() => -Infinity);
  let next = vectors[0];
  while (next !== undefined && chosen.length < count) {
    chosen.push(next);
    let farthest = Infinity;
    let candidate: Float32Array | undefined;
    for (const [i, vector] of vectors.entries()) {
      nearness[i] = Math.max(nearness[i] ?? -Infinity, dot(vector, next));
      if (nearness[i] >= farthest) continue;
      [farthest, candidate] = [nearness[i] ?? Infinity, vector];
    }
    next = candidate;
  }
  return chosen;
}

function nearestOf(centers: readonly Float32Array[], vector: Float32Array): number {
  let [best, nearest] = [0, -Infinity];
  for (const [i, center] of centers.entries()) {
    const similarity = dot(center, vector);
    if (similarity > nearest) [best, nearest] = [i, similarity];
  }
  return best;
}
