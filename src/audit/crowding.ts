import { dot } from '../vector-index/vectors.js';
import { likeness, type Catalog, type Product } from './catalog.js';
import { PAGE } from './measures.js';

/**
 * Places that copies of a product take on the page of another product of its type that is the most similar to it: what
 * shoppers see who look at that one. Null when the product has no other of its type.
 */
export function placesTaken(
  catalog: Catalog,
  product: Product,
  copies: readonly Float32Array[],
): number | null {
  const [own] = product.vectors;
  if (own === undefined) return null;
  const neighbor = catalog.products
    .filter(({ type, productId }) => type === product.type && productId !== product.productId)
    .map((other) => ({ other, score: likeness(own, other) }))
    .reduce<{ other: Product; score: number } | null>(
      (best, next) => (best === null || next.score > best.score ? next : best),
      null,
    )?.other;
  const [query] = neighbor?.vectors ?? [];
  if (neighbor === undefined || query === undefined) return null;
  const page = catalog.nearest(query, PAGE, neighbor.productId).map(({ score }) => score);
  const scores = copies.map((copy) => dot(query, copy));
  const last = [...page, ...scores].sort((a, b) => b - a)[PAGE - 1] ?? -1;
  return Math.min(PAGE, scores.filter((score) => score >= last).length);
}
