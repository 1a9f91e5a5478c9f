import type { Level } from './body.js';
import type { Tone } from './silhouette.js';

/** Spread of the colors within a garment, in steps of CIELAB. */
const SPREAD = 11;
/** What an edge costs: it must explain this much more of the colors (in log likelihood) than no edge does. */
const EDGE_COST = 6;
/** How much the usual place of a waist counts. */
const USUAL = 0.5;
/** A waist is at the hips, a little above more often than far below; farther away, it is as unlikely as anywhere. */
const WAIST: Level = 1;
const ABOVE = 0.28;
const BELOW = 0.35;
const MOST_UNUSUAL = 2;

/** The upper edge is between these, the lower edge of two as well; a single edge may be either. */
const UPPER: readonly [Level, Level] = [0.5, 1.7];
const LOWER: readonly [Level, Level] = [1.15, 2.85];
const EITHER: readonly [Level, Level] = [0.5, 2.8];
/** Fewest rows above the first edge, between two, and below the last. */
const TOP_ROWS = 8;
const BETWEEN_ROWS = 5;
const BOTTOM_ROWS = 3;

/**
 * The rows at which the colors along a body change the most: none, one, or two. It is the most likely division into
 * parts of one color each (normal around its mean), where each edge has a cost and one at the waist costs the least.
 */
export function findEdges(tones: readonly Tone[], levels: readonly Level[]): number[] {
  const { length } = tones;
  const misfit = misfits(tones);
  let best = misfit(0, length);
  let edges: number[] = [];
  const consider = (cost: number, found: readonly number[]): void => {
    if (cost < best) [best, edges] = [cost, [...found]];
  };
  for (let a = TOP_ROWS; a < length - BOTTOM_ROWS; a += 1) {
    const first = levels[a] ?? 0;
    const far = unusualness(first);
    if (isWithin(first, EITHER))
      consider(misfit(0, a) + misfit(a, length) + EDGE_COST + USUAL * Math.min(far, MOST_UNUSUAL), [a]);
    if (!isWithin(first, UPPER)) continue;
    for (let b = a + BETWEEN_ROWS; b < length - BOTTOM_ROWS; b += 1) {
      if (isWithin(levels[b] ?? 0, LOWER))
        consider(misfit(0, a) + misfit(a, b) + misfit(b, length) + 2 * EDGE_COST + USUAL * far, [a, b]);
    }
  }
  return edges;
}

const isWithin = (level: Level, [from, to]: readonly [Level, Level]): boolean => level > from && level < to;

const unusualness = (level: Level): number => ((level - WAIST) / (level < WAIST ? ABOVE : BELOW)) ** 2 / 2;

/** For rows from `a` to before `b`: the squared distances from their mean, in units of the spread. */
function misfits(tones: readonly Tone[]): (a: number, b: number) => number {
  const sums = tones.reduce<readonly (readonly number[])[]>(
    (known, [l, a, b]) => {
      const [sl = 0, sa = 0, sb = 0, squares = 0] = known.at(-1) ?? [];
      return [...known, [sl + l, sa + a, sb + b, squares + l * l + a * a + b * b]];
    },
    [[0, 0, 0, 0]],
  );
  return (from, to) => {
    const [start, end] = [sums[from] ?? [], sums[to] ?? []];
    const [l = 0, a = 0, b = 0, squares = 0] = end.map((sum, i) => sum - (start[i] ?? 0));
    return (squares - (l * l + a * a + b * b) / Math.max(1, to - from)) / (2 * SPREAD * SPREAD);
  };
}
