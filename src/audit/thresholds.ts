import { z } from 'zod';
import type { Figures } from './figures.js';
import { MEASURES, type Measure } from './measures.js';

export const thresholdResult = z.object({
  measure: z.enum(MEASURES),
  /** The greatest share that is accepted. */
  limit: z.number(),
  /** The attack whose share is certainly the largest, and the lower end of its interval. */
  attack: z.string(),
  low: z.number(),
  exceeded: z.boolean(),
});
export type ThresholdResult = z.infer<typeof thresholdResult>;

/** The greatest accepted share of each measure that has a threshold. */
export type Thresholds = Readonly<Partial<Record<Measure, number>>>;

/**
 * Compares the worst attack with each threshold. A threshold is exceeded when the lower end of the interval is above
 * it: a few unlucky pictures do not stop an encoder, and more pictures make the gate sharper.
 */
export function compare(
  thresholds: Thresholds,
  attacks: readonly { readonly id: string; readonly result: Figures }[],
): ThresholdResult[] {
  return MEASURES.flatMap((measure): ThresholdResult[] => {
    const limit = thresholds[measure];
    if (limit === undefined) return [];
    const measured = attacks.flatMap(({ id, result }) => {
      const share = result[measure];
      return share === undefined ? [] : [{ attack: id, low: share.low }];
    });
    const worst = measured.reduce<{ attack: string; low: number } | null>(
      (most, next) => (most === null || next.low > most.low ? next : most),
      null,
    );
    return worst === null ? [] : [{ measure, limit, ...worst, exceeded: worst.low > limit }];
  });
}
