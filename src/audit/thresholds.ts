import { z } from 'zod';
import type { Figures } from './figures.js';
import { MEASURES, type Measure } from './measures.js';

export const thresholdResult = z.object({
  measure: z.enum(MEASURES),
  /** The greatest share that is accepted. */
  limit: z.number(),
  /** The attack whose share has the largest lower end of its interval, and that end. */
  attack: z.string(),
  low: z.number(),
  exceeded: z.boolean(),
});
export type ThresholdResult = z.infer<typeof thresholdResult>;

/** The greatest accepted share of each measure that has a threshold. */
export type Thresholds = Readonly<Partial<Record<Measure, number>>>;

interface Measured {
  readonly clean: Figures;
  readonly attacks: readonly { readonly id: string; readonly result: Figures }[];
}

/** The name of the pictures as they are, among those of attacks. */
const NO_ATTACK = 'no attack';

/**
 * Compares the worst attack with each threshold, and what happens without one: an encoder that is wrong anyway does not
 * pass because there is nothing left to attack. A threshold is exceeded when the lower end of the interval is above
 * it: chance in a few pictures of one attack rarely stops an encoder, and more pictures make the gate sharper. Since the
 * largest lower end of all of them counts, some attack exceeds a threshold by chance more often than in 2.5% of audits.
 */
export function compare(thresholds: Thresholds, { clean, attacks }: Measured): ThresholdResult[] {
  const all = [{ id: NO_ATTACK, result: clean }, ...attacks];
  return MEASURES.flatMap((measure): ThresholdResult[] => {
    const limit = thresholds[measure];
    if (limit === undefined) return [];
    const measured = all.flatMap(({ id, result }) => {
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
