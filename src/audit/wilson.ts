import { z } from 'zod';

/** The 97.5 % quantile of the normal distribution: intervals of 95 %. */
const Z = 1.959964;

export const share = z.object({
  hits: z.int().nonnegative(),
  of: z.int().nonnegative(),
  /** 0 when nothing was tried. */
  share: z.number(),
  /** Ends of the Wilson score interval of 95 %. */
  low: z.number(),
  high: z.number(),
});
/** How often something happened, and between which shares the truth is likely to be. */
export type Share = z.infer<typeof share>;

/** The share with its Wilson score interval (Wilson 1927), which holds for few trials and at 0 and 1 too. */
export function shareOf(hits: number, of: number): Share {
  if (of === 0) return { hits, of, share: 0, low: 0, high: 1 };
  const p = hits / of;
  const scale = 1 + (Z * Z) / of;
  const middle = (p + (Z * Z) / (2 * of)) / scale;
  const half = (Z / scale) * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of));
  return {
    hits,
    of,
    share: p,
    // At the ends, rounding would leave a little more than nothing.
    low: hits === 0 ? 0 : Math.max(0, middle - half),
    high: hits === of ? 1 : Math.min(1, middle + half),
  };
}
