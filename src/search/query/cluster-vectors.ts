import { dot, meanDirection } from '../../vector-index/vectors.js';

/** Rounds of moving the centers; after this many, few groups still change. */
const ROUNDS = 10;

/**
 * At most `most` directions that vectors gather around, the one with the most vectors first. They represent many
 * different pictures, whose mean would look like nothing; few vectors represent themselves. Spherical k-means (I. S.
 * Dhillon and D. S. Modha, 2001), starting from vectors that are far apart, so the result is deterministic.
 */
export function clusterVectors(vectors: readonly Float32Array[], most: number): Float32Array[] {
  if (vectors.length <= most) return [...vectors];
  let centers = farApart(vectors, most);
  let groups: Float32Array[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    groups = centers.map(() => []);
    for (const vector of vectors) groups[nearestOf(centers, vector)]?.push(vector);
    // A center stays where it is when its group cancels out, or is empty.
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

/** The first vector, then repeatedly the vector that is farthest from all chosen ones. */
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
