import { LabelKind } from '../identify/label.types.js';
import { voteOnLabel } from '../identify/vote.js';
import {
  SAME_PRODUCT_PROBABILITY,
  sameProductProbability,
  type SameProductModel,
} from '../search/probability/same-product.js';
import type { Catalog, Product, Ranked } from './catalog.js';
import { PAGE, type Outcome } from './measures.js';

/** A picture of the catalog, and the product that an attacker wants it to be taken for. */
export interface Subject {
  readonly product: Product;
  /** Of another type, and not on the page of the clean picture. */
  readonly target: Product;
}

/** Judges answers to pictures of one product. */
export interface Judge {
  /** The answer to a picture: the page, and the next products. */
  page(vector: Float32Array): Ranked[];
  outcome(page: readonly Ranked[]): Outcome;
}

export interface JudgeOf {
  readonly catalog: Catalog;
  readonly subject: Subject;
  readonly typeOf: TypeVote;
  /** The type that the page of the clean picture votes for. */
  readonly cleanType: string | null;
  /** Null when nothing can be claimed. */
  readonly model: SameProductModel | null;
}

export function judge({ catalog, subject: { product, target }, typeOf, cleanType, model }: JudgeOf): Judge {
  return {
    page: (vector) => catalog.nearest(vector, PAGE),
    outcome(page) {
      const shown = new Set(page.map(({ productId }) => productId));
      const others = page.filter(({ productId }) => productId !== product.productId);
      const isSame = (match: Ranked): boolean =>
        sameProductProbability(model, match, page) >= SAME_PRODUCT_PROBABILITY;
      return {
        target: shown.has(target.productId),
        lost: !shown.has(product.productId),
        flipped: typeOf(page) !== cleanType,
        ...(model && { sameProduct: others.some(isSame) }),
      };
    },
  };
}

/** The type that the products of a page vote for, weighted as in `identify`; null for an empty page. */
export type TypeVote = (page: readonly Ranked[]) => string | null;

export function typeVote({ products }: Catalog): TypeVote {
  const facts = new Map(
    products.map(({ productId, type }) => [productId, { values: new Map([[LabelKind.CATEGORY, [type]]]) }]),
  );
  return (page) => voteOnLabel(LabelKind.CATEGORY, page, facts)?.value ?? null;
}
