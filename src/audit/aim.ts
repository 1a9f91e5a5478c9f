import { likeness, type Catalog, type Product } from './catalog.js';
import { PAGE } from './measures.js';
import type { Subject } from './outcome.js';

/** Products whose places an attacker watches: those of the first ten pages, beside his product and beside the own one. */
const RIVALS = 100;

/** What attackers want more of; above 0, they have it. */
export interface Aims {
  /** How far the target is above the last place of the page. */
  readonly target: (vector: Float32Array) => number;
  /** How far the own product is below it. */
  readonly away: (vector: Float32Array) => number;
}

/**
 * Margins rather than likenesses: what counts is the place among the others, and a picture comes near to its target by
 * going away from them too. They are compared with the nearest products only, as each pass asks for them.
 */
export function aimsOf(catalog: Catalog, { product, target }: Subject, clean: Float32Array): Aims {
  const products = new Map(catalog.products.map((one) => [one.productId, one]));
  const near = (vector: Float32Array): number[] =>
    catalog.nearest(vector, RIVALS).map(({ productId }) => productId);
  const ids = new Set([...near(clean), ...target.vectors.slice(0, 1).flatMap(near)]);
  const rivals = [...ids].flatMap((id) => products.get(id) ?? []);
  const lastPlace = (vector: Float32Array, without: Product): number =>
    rivals
      .filter(({ productId }) => productId !== without.productId)
      .map((rival) => likeness(vector, rival))
      .sort((a, b) => b - a)[PAGE - 1] ?? -1;
  return {
    target: (vector) => likeness(vector, target) - lastPlace(vector, target),
    away: (vector) => lastPlace(vector, product) - likeness(vector, product),
  };
}
