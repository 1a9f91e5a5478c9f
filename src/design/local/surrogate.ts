import { oklab, type Oklab } from '../../garment/color.js';
import type { Design as Garment } from '../../garment/design.js';
import { ASPECTS, type Aspect } from './space.js';

/** How much each parameter tells about a picture: the larger, the less alike are pictures that differ in it. */
const WEIGHTS: Readonly<Record<Aspect | 'type', number>> = {
  type: 0.9,
  material: 0.22,
  pattern: 0.5,
  silhouette: 0.22,
  sleeve: 0.3,
  neckline: 0.22,
  length: 0.25,
};
/** Distances in Oklab at which a color tells as little as another kind of garment. */
const COLOR_REACH = 0.35;
/** What the second color of a pattern counts, as a share of the first. */
const ACCENT = 0.4;
/** Folds of the drawing that the parameters do not say, as a share of the variance. */
const NOISE = 0.02;

interface Point {
  readonly garment: Garment;
  readonly color: Oklab;
  readonly accent: Oklab | null;
}

/** A guess of a score, and how far off it may be (one standard deviation). */
export interface Guess {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Guesses how near garments come to a look, from those that were seen: a Gaussian process (C. E. Rasmussen and C. K. I.
 * Williams, 2006, algorithm 2.1) with a kernel that falls exponentially with each parameter that differs. Drawing and
 * encoding a garment takes a thousand times as long as a guess.
 */
export class Surrogate {
  readonly #points: Point[] = [];
  /** Rows of the lower triangle of the Cholesky factor of the kernel matrix. */
  readonly #factor: Float64Array[] = [];
  /** The solution of factor · x = normalized scores. */
  readonly #solved: number[] = [];
  readonly #mean: number;
  readonly #spread: number;

  /** `scores` of garments that were seen; their mean and spread are what is expected of others. */
  constructor(seen: readonly { readonly garment: Garment; readonly score: number }[]) {
    const scores = seen.map(({ score }) => score);
    const count = Math.max(1, scores.length);
    this.#mean = scores.reduce((sum, score) => sum + score, 0) / count;
    const variance = scores.reduce((sum, score) => sum + (score - this.#mean) ** 2, 0) / count;
    // One garment has no spread; a tenth is that of a whole assortment.
    this.#spread = Math.sqrt(variance) || 0.1;
    for (const { garment, score } of seen) this.add(garment, score);
  }

  /** Takes another garment into account: one more row of the factor. */
  add(garment: Garment, score: number): void {
    const point = toPoint(garment);
    const row = this.#solveRow(point);
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    const pivot = Math.sqrt(Math.max(NOISE / 2, 1 + NOISE - squares));
    const normalized = (score - this.#mean) / this.#spread;
    const solved = (normalized - dot(row, this.#solved)) / pivot;
    const grown = new Float64Array(row.length + 1);
    grown.set(row);
    grown[row.length] = pivot;
    this.#points.push(point);
    this.#factor.push(grown);
    this.#solved.push(solved);
  }

  guess(garment: Garment): Guess {
    const row = this.#solveRow(toPoint(garment));
    const known = row.reduce((sum, value) => sum + value * value, 0);
    return {
      mean: this.#mean + this.#spread * dot(row, this.#solved),
      deviation: this.#spread * Math.sqrt(Math.max(0, 1 - known)),
    };
  }

  /** The solution of factor · x = kernel(points, point). */
  #solveRow(point: Point): Float64Array {
    const row = new Float64Array(this.#points.length);
    for (let i = 0; i < row.length; i += 1) {
      const known = this.#points[i];
      const factor = this.#factor[i];
      if (known === undefined || factor === undefined) continue;
      let sum = kernel(known, point);
      for (let j = 0; j < i; j += 1) sum -= (factor[j] ?? 0) * (row[j] ?? 0);
      row[i] = sum / (factor[i] ?? 1);
    }
    return row;
  }
}

function dot(a: Float64Array, b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

const toPoint = (garment: Garment): Point => ({
  garment,
  color: oklab(garment.color),
  accent: garment.accent === undefined ? null : oklab(garment.accent),
});

function kernel(a: Point, b: Point): number {
  let distance = a.garment.type === b.garment.type ? 0 : WEIGHTS.type;
  for (const aspect of ASPECTS) if (a.garment[aspect] !== b.garment[aspect]) distance += WEIGHTS[aspect];
  distance += apart(a.color, b.color) / COLOR_REACH;
  if (a.accent !== null && b.accent !== null) distance += (ACCENT * apart(a.accent, b.accent)) / COLOR_REACH;
  return Math.exp(-distance);
}

const apart = (a: Oklab, b: Oklab): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
