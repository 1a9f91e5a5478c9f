import { OperatorError } from '../platform/operator-error.js';
import { random } from '../platform/random.js';
import { PAGE } from './measures.js';
import type { Subject } from './outcome.js';
import type { Catalog } from './catalog.js';

/**
 * The first `count` products, each with a random product of another type that is not on the page of its own picture.
 * @throws OperatorError when nothing is encoded, or all products are of one type
 */
export function drawSubjects(
  catalog: Catalog,
  { count, seed, encoder }: { readonly count: number; readonly seed: number; readonly encoder: string },
): Subject[] {
  if (catalog.products.length === 0)
    throw new OperatorError(
      `No product image is encoded with ${encoder}: run \`npx vitrine reindex --encoder FOLDER\` with the folder of that encoder first.`,
    );
  const subjects = catalog.products.slice(0, count).flatMap((product): Subject[] => {
    const [own] = product.vectors;
    if (own === undefined) return [];
    const page = new Set(catalog.nearest(own, PAGE).map(({ productId }) => productId));
    const others = catalog.products.filter(
      ({ type, productId }) => type !== product.type && !page.has(productId),
    );
    return others.length === 0
      ? []
      : [{ product, target: random(`${seed}/${product.handle}/target`).pick(others) }];
  });
  if (subjects.length === 0)
    throw new OperatorError(
      `The audit needs products of two categories, and more than the ${PAGE} of a page: an attacker's aim is a product of another category. Import more.`,
    );
  return subjects;
}
