import { LabelKind } from '../identify/label.types.js';
import { voteOnLabel } from '../identify/vote.js';
import {
  SAME_PRODUCT_PROBABILITY,
  sameProductProbability,
  type SameProductModel,
} from '../search/probability/same-product.js';
import type { Catalog, Product, Ranked } from './catalog.js';
import { MEASURES, PAGE, type Outcome } from './measures.js';

/** A picture of the catalog, and the product that an attacker wants it to be taken for. */
export interface Subject {
  readonly product: Product;
  /** Of another type, and not on the page of the clean picture. */
  readonly target: Product;
}

/** Judges answers to pictures of one product. */
export interface Judge {
  /** Of the picture without an attack. */
  readonly clean: Outcome;
  page(vector: Float32Array): Ranked[];
  /**
   * Without what the picture reaches without an attack too: that is no success of the attacker. For example, the own
   * product is not on the page of a picture that eleven products share.
   */
  outcome(page: readonly Ranked[]): Outcome;
}

export interface JudgeOf {
  readonly catalog: Catalog;
  readonly subject: Subject;
  readonly typeOf: TypeVote;
  /** Null when nothing can be claimed. */
  readonly model: SameProductModel | null;
  /** The vector of the picture without an attack. */
  readonly vector: Float32Array;
}

export function judge({
  catalog,
  subject: { product, target },
  typeOf,
  model,
  vector: cleanVector,
}: JudgeOf): Judge {
  const answer = (vector: Float32Array): Ranked[] => catalog.nearest(vector, PAGE);
  const cleanType = typeOf(answer(cleanVector));
  const outcome = (page: readonly Ranked[]): Outcome => {
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
  };
  const clean = outcome(answer(cleanVector));
  return { clean, page: answer, outcome: (page) => reached(outcome(page), clean) };
}

/** What holds now of what did not hold before, and what does not. */
function reached(now: Outcome, before: Outcome): Outcome {
  const counted: Outcome = {};
  for (const measure of MEASURES) {
    const holds = now[measure];
    if (holds !== undefined && before[measure] !== true) counted[measure] = holds;
  }
  return counted;
}

/** The type that the products of a page vote for, weighted as in `identify`; null for an empty page. */
export type TypeVote = (page: readonly Ranked[]) => string | null;

export function typeVote({ products }: Catalog): TypeVote {
  const facts = new Map(
    products.map(({ productId, type }) => [productId, { values: new Map([[LabelKind.CATEGORY, [type]]]) }]),
  );
  return (page) => voteOnLabel(LabelKind.CATEGORY, page, facts)?.value ?? null;
}
