import { z } from 'zod';
import { probability, type LogisticWeights } from './logistic.js';
import type { IndexMatch } from '../../vector-index/port.js';

/** How likely a match is the same product as in the image, from cosines alone; fitted by `vitrine calibrate`. */
export const sameProductModel = z.object({
  /** The constant term, and the weights of `closeness` and `margin`. */
  weights: z.tuple([z.number(), z.number(), z.number()]),
  /** Expected calibration error on products that the fit had not seen. */
  calibrationError: z.number().min(0).max(1),
  products: z.int().positive(),
});
export type SameProductModel = z.infer<typeof sameProductModel>;

/** From this probability on, a match is called the same product: it is more likely than not. */
export const SAME_PRODUCT_PROBABILITY = 0.5;

/** The gap to cosine 1 of a copy of an image; a smaller gap says nothing more. */
const NEAREST_GAP = 0.01;
/** A larger gap to all other products comes from a small catalog, and does not make the match more certain. */
const MAX_MARGIN = 0.1;

/**
 * Features of the probability: how close the match is, on a scale that spreads out cosines near 1, and how far it
 * stands out from the best *other* product in the whole catalog (null: there is none). Both scores are cosines.
 */
export function sameProductFeatures(score: number, bestOther: number | null): number[] {
  const closeness = -Math.log(1 + NEAREST_GAP - Math.min(1, score));
  const margin = bestOther === null ? MAX_MARGIN : Math.min(MAX_MARGIN, score - bestOther);
  return [closeness, margin];
}

/**
 * `nearest` are the two best products of the whole catalog, whatever their stock. Zero when the encoder has no
 * calibration, because nothing can be claimed.
 */
export function sameProductProbability(
  model: SameProductModel | null,
  { productId, score }: Pick<IndexMatch, 'productId' | 'score'>,
  nearest: readonly Pick<IndexMatch, 'productId' | 'score'>[],
): number {
  if (model === null) return 0;
  const other = nearest.find((match) => match.productId !== productId);
  const weights: LogisticWeights = model.weights;
  return probability(weights, sameProductFeatures(score, other?.score ?? null));
}
