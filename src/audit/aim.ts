import { catalogOf, likeness, type Catalog, type Product } from './catalog.js';
import { PAGE } from './measures.js';
import type { Subject } from './outcome.js';

/** Products whose places an attacker watches: those of the first ten pages, beside their product and beside the picture's own one. */
const RIVALS = 100;
/** The way of an attack that is level with the last place and does not get it: less than that of one that does. */
const LOST_TIE = 0.999;

/** What attackers want more of; above 0, they have it. */
export interface Aims {
  /** How far the target is above the last place of the page. */
  readonly target: (vector: Float32Array) => number;
  /** How far the picture's own product is below it. */
  readonly away: (vector: Float32Array) => number;
}

/**
 * Margins rather than likenesses: what counts is the place among the others, and a picture comes near to its target by
 * going away from them too.
 */
export function aimsOf({ nearest }: Pick<Catalog, 'nearest'>, { product, target }: Subject): Aims {
  const lastPlace = (vector: Float32Array, without: Product): number =>
    nearest(vector, PAGE, without.productId)[PAGE - 1]?.score ?? -1;
  return {
    target: (vector) => likeness(vector, target) - lastPlace(vector, target),
    away: (vector) => lastPlace(vector, product) - likeness(vector, product),
  };
}

/**
 * The products that are compared with during a search, as each pass asks for them. Margins among them are estimates: a
 * picture may come near to products that are near to neither end, so what is reported is the margin in the whole catalog.
 */
export function rivalsOf(catalog: Catalog, { target }: Subject, clean: Float32Array): Catalog {
  const near = (vector: Float32Array): number[] =>
    catalog.nearest(vector, RIVALS).map(({ productId }) => productId);
  const ids = new Set([...near(clean), ...target.vectors.slice(0, 1).flatMap(near)]);
  return catalogOf(
    catalog.products.filter(({ productId }) => ids.has(productId)),
    catalog.allImages,
  );
}

/**
 * How much of the missing margin an attack made up for: 1 exactly where it succeeded. Null when nothing was missing.
 * Both margins are those in the whole catalog.
 */
export function wayThere(succeeded: boolean | undefined, from: number, to: number): number | null {
  if (succeeded === undefined) return null;
  if (succeeded) return 1;
  return from >= 0 ? null : Math.min(LOST_TIE, Math.max(0, (to - from) / -from));
}
