import type { Random } from '../platform/random.js';
import { dot } from '../vector-index/vectors.js';
import type { Catalog, Product } from './catalog.js';
import { PAGE } from './measures.js';
import type { Subject } from './outcome.js';

/** Pages that a seller tries to get on: those of this many products. */
const PAGES = 5;

/** The page of products like one product, and how similar a picture must be to get on it. */
interface OpenPage {
  readonly productId: number;
  readonly vector: Float32Array;
  readonly toEnter: number;
}

/** Pages of a type that a picture of another type has no place on. */
export interface Pages {
  /** How far a picture is above what the easiest of the pages asks for: above 0, it is on that page. */
  readonly margin: (vector: Float32Array) => number;
  /** The product of that page; null when there is none. */
  readonly easiest: (vector: Float32Array) => number | null;
}

/**
 * The pages of products like the target, and like others of its type. A page asks for more than its last product has.
 */
export function pagesOf(catalog: Catalog, { product, target }: Subject, chance: Random): Pages {
  const ofType = catalog.products.filter(
    ({ type, productId }) => type === target.type && productId !== target.productId,
  );
  const asked = [target, ...chance.shuffle(ofType)].slice(0, PAGES);
  const pages = asked.flatMap((query) => openPage(catalog, query, product));
  const easiest = (vector: Float32Array) =>
    pages.reduce<{ productId: number | null; margin: number }>(
      (best, page) => {
        const margin = dot(vector, page.vector) - page.toEnter;
        return margin > best.margin ? { productId: page.productId, margin } : best;
      },
      { productId: null, margin: -Infinity },
    );
  return {
    margin: (vector) => easiest(vector).margin,
    easiest: (vector) => easiest(vector).productId,
  };
}

function openPage(catalog: Catalog, query: Product, seller: Product): OpenPage[] {
  const [vector] = query.vectors;
  if (vector === undefined) return [];
  // The picture under attack competes with the others, not with itself.
  const page = catalog
    .nearest(vector, PAGE + 1, query.productId)
    .filter(({ productId }) => productId !== seller.productId);
  return [{ productId: query.productId, vector, toEnter: page[PAGE - 1]?.score ?? -1 }];
}
