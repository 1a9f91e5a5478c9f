import { z } from 'zod';
import { probability, type LogisticWeights } from './logistic.js';
import type { IndexMatch } from '../../vector-index/port.js';

/** How likely a match is the very product in the image, from cosines alone: fitted by `vitrine calibrate`. */
export const sameProductModel = z.object({
  /** Of nothing, of `closeness` and of `margin`. */
  weights: z.tuple([z.number(), z.number(), z.number()]),
  /** Expected calibration error on products that the fit had not seen. */
  calibrationError: z.number().min(0).max(1),
  products: z.int().positive(),
});
export type SameProductModel = z.infer<typeof sameProductModel>;

/** From here on a match is called the very same product: more likely it is than not. */
export const SAME_PRODUCT_PROBABILITY = 0.5;

/** A copy of an image comes so near to cosine 1: what is nearer says no more. */
const NEAREST_GAP = 0.01;
/** A product that stands out from all others by more is alone in a small catalog, and no surer for it. */
const MAX_MARGIN = 0.1;

/**
 * What the probability is made of: how near the match is, on a scale that spreads out what is close to 1, and how far
 * it stands out from the best *other* product of the whole catalog (null: there is none). Both are cosines.
 */
export function sameProductFeatures(score: number, bestOther: number | null): number[] {
  const closeness = -Math.log(1 + NEAREST_GAP - Math.min(1, score));
  const margin = bestOther === null ? MAX_MARGIN : Math.min(MAX_MARGIN, score - bestOther);
  return [closeness, margin];
}

/**
 * `nearest` are the two best products of the whole catalog, whatever their stock. Zero where the encoder has no
 * calibration: nothing is claimed.
 */
export function sameProductProbability(
  model: SameProductModel | null,
  { productId, score }: Pick<IndexMatch, 'productId' | 'score'>,
  nearest: readonly IndexMatch[],
): number {
  if (model === null) return 0;
  const other = nearest.find((match) => match.productId !== productId);
  const weights: LogisticWeights = model.weights;
  return probability(weights, sameProductFeatures(score, other?.score ?? null));
}
