import type { IndexFilter, RankingPosition, SearchStrategy } from '../../vector-index/port.js';
import { turnOnLoop } from '../../platform/loop-turns.js';
import type { Place } from '../prove-page.js';
import type { StandingMatch, StandingOrder } from './standing.js';
import { dot } from '../../vector-index/vectors.js';

/** Products that are reordered together: five pages of 24, which takes a few milliseconds of comparisons. */
const WINDOW = 120;

/**
 * Products whose pictures are at least this similar are near-copies. Pictures that were cropped, turned, and lit a little
 * differently have 0.97 and more among each other (19 of 20 pairs), and of 1,500 photographs of different garments the two
 * most similar have 0.94. Of 463 drawings of the demo catalog, 63 have a neighbor above it.
 */
const NEAR_COPY = 0.96;
/** Of so many results in a row, a page of the default size, */
const CROWD_SPAN = 24;
/** at most so many are near-copies of one of them: a garment that is sold under three names is no crowd. */
const MAX_ALIKE = 3;

export interface DiverseOptions {
  /** From 0 to 1. */
  readonly diversity: number;
  /** The existing vectors of images. */
  readonly vectorsOf: (imageIds: readonly number[]) => Promise<ReadonlyMap<number, Float32Array>>;
}

/** Products of the base order that are reordered together. */
interface Window {
  /** Where the next window begins; null: there is none. */
  readonly end: RankingPosition | null;
  readonly strategy: SearchStrategy;
  readonly products: readonly StandingMatch[];
  readonly start: RankingPosition | null;
  /** The products that were reordered so far, and the generator of the rest. */
  readonly ordered: StandingMatch[];
  readonly spreader: Spreader;
}

/**
 * Reorders another order so that its products differ: maximal marginal relevance (J. Carbonell and J. Goldstein, The
 * Use of MMR, Diversity-Based Reranking, SIGIR 1998). Of the remaining products, the next is the one with the highest
 * (1 − diversity) × score − diversity × (likeness to the most similar product before it). The score is that of the
 * base order. A seller's near-copies wait until few enough are among the last results, however little diversity is asked for,
 * and come when nothing else is left in their window.
 *
 * The base order is cut into windows, and each is reordered by itself; a cursor names its window and the product in
 * it. A product that is added to the catalog, or removed, may move others within its window.
 */
export function diverseOrder(base: StandingOrder, options: DiverseOptions): StandingOrder {
  // A refill continues in the window where the page stopped.
  const windows = new Map<number, Window>();
  return {
    async next(passing, limit, after) {
      const matches: StandingMatch[] = [];
      let start = after?.window ?? null;
      let resumed = after;
      for (;;) {
        const window =
          windows.get(keyOf(start)) ??
          (await readWindows(base, options, { passing, start, limit: limit - matches.length }, windows));
        const { strategy, end } = window;
        // Ordering a window takes milliseconds, and a search that finds little orders many.
        await turnOnLoop();
        for (const match of productsOf(window, resumed)) {
          if (matches.length === limit) return { matches, exhausted: false, strategy };
          matches.push(match);
        }
        if (end === null) return { matches, exhausted: true, strategy };
        [start, resumed] = [end, null];
      }
    },
  };
}

const keyOf = (start: RankingPosition | null): number => start?.productId ?? 0;

/** Reads at least one window, and as many as the limit needs; returns the first. */
async function readWindows(
  base: StandingOrder,
  { diversity, vectorsOf }: DiverseOptions,
  { passing, start, limit }: { passing: IndexFilter; start: RankingPosition | null; limit: number },
  windows: Map<number, Window>,
): Promise<Window> {
  const count = Math.max(1, Math.ceil(limit / WINDOW));
  const page = await base.next(passing, count * WINDOW, start);
  const { strategy } = page;
  const cut = Array.from({ length: Math.max(1, Math.ceil(page.matches.length / WINDOW)) }, (_, i) =>
    page.matches.slice(i * WINDOW, (i + 1) * WINDOW),
  );
  // A window without passing products needs no order.
  const seen = cut.filter((products) => products.some(({ passes }) => passes)).flat();
  const vectors = await vectorsOf(seen.map(({ imageId }) => imageId));
  let begin = start;
  let first: Window | null = null;
  for (const [i, products] of cut.entries()) {
    const isLast = page.exhausted && i === cut.length - 1;
    const end = isLast ? null : (products.at(-1)?.place ?? null);
    const window: Window = {
      ...{ start: begin, end, strategy, products, ordered: [] },
      spreader: new Spreader(products, vectors, diversity),
    };
    first ??= window;
    windows.set(keyOf(begin), window);
    begin = end;
  }
  if (first === null) throw new Error('at least one window is cut');
  return first;
}

/** The products after a place in a window; reorders only as many as are requested. */
function* productsOf(window: Window, place: Place | null): Generator<StandingMatch> {
  if (!window.products.some(({ passes }) => passes)) {
    const { end } = window;
    if (end !== null) yield* window.products.map((match) => ({ ...match, place: { ...end, window: end } }));
    return;
  }
  const before: StandingMatch[] = [];
  let isPast = place === null || place.productId === place.window?.productId;
  for (const match of all(window)) {
    if (isPast) yield match;
    else before.push(match);
    if (match.productId === place?.productId) isPast = true;
  }
  // The product of the place has left the catalog, so those after it have moved up.
  if (!isPast && place !== null) yield* before.slice(place.rank - 1);
}

function* all({ start, ordered, spreader }: Window): Generator<StandingMatch> {
  for (let i = 0; ; i += 1) {
    if (ordered[i] === undefined) {
      const next = spreader.next();
      if (next === undefined) return;
      const { score, productId } = next.place;
      ordered[i] = { ...next, place: { score, productId, rank: i + 1, window: start } };
    }
    const match = ordered[i];
    if (match !== undefined) yield match;
  }
}

/**
 * Reorders the products of a window by maximal marginal relevance; ties go to the product that comes first in the
 * window. A likeness only grows as products are chosen. Most likenesses are never updated, because those products
 * already score too low.
 */
class Spreader {
  readonly #vectors: readonly (Float32Array | undefined)[];
  readonly #likeness: Float64Array;
  /** Number of chosen products that each likeness includes. */
  readonly #comparedWith: Int32Array;
  /** An upper bound on each product's score; -Infinity once it is chosen. */
  readonly #worth: Float64Array;
  /** Of products: the places of chosen near-copies of theirs. */
  readonly #copies = new Map<number, number[]>();
  /** The worth of products that would crowd the results now. */
  readonly #waiting = new Map<number, number>();
  readonly #chosen: (Float32Array | undefined)[] = [];

  constructor(
    private readonly window: readonly StandingMatch[],
    vectors: ReadonlyMap<number, Float32Array>,
    private readonly diversity: number,
  ) {
    this.#vectors = window.map(({ imageId }) => vectors.get(imageId));
    this.#likeness = Float64Array.from(this.#vectors, (vector) => (vector === undefined ? 0 : -1));
    this.#comparedWith = new Int32Array(window.length);
    this.#worth = Float64Array.from(window, (match, i) => this.#worthOf(match, this.#likeness[i] ?? 0));
  }

  /** Undefined when all are chosen. */
  next(): StandingMatch | undefined {
    for (;;) {
      const best = indexOfLargest(this.#worth);
      const match = this.window[best];
      if (match === undefined) return this.#takeWaiting();
      if (this.#vectors[best] !== undefined && this.#comparedWith[best] !== this.#chosen.length)
        this.#compare(best, match);
      else if (this.#crowds(best)) {
        this.#waiting.set(best, this.#worth[best] ?? 0);
        this.#worth[best] = -Infinity;
      } else {
        this.#restore();
        return this.#take(best);
      }
    }
  }

  #take(i: number): StandingMatch | undefined {
    this.#worth[i] = -Infinity;
    this.#chosen.push(this.#vectors[i]);
    return this.window[i];
  }

  /** The first of those that wait, when nothing else is left. */
  #takeWaiting(): StandingMatch | undefined {
    const [first] = this.#waiting.keys();
    if (first === undefined) return undefined;
    this.#restore();
    return this.#take(first);
  }

  #restore(): void {
    for (const [i, worth] of this.#waiting) this.#worth[i] = worth;
    this.#waiting.clear();
  }

  #crowds(i: number): boolean {
    const first = this.#chosen.length - CROWD_SPAN + 1;
    return (this.#copies.get(i) ?? []).filter((at) => at >= first).length >= MAX_ALIKE;
  }

  #compare(i: number, match: StandingMatch): void {
    const vector = this.#vectors[i];
    let likeness = this.#likeness[i] ?? 0;
    for (let c = this.#comparedWith[i] ?? 0; c < this.#chosen.length; c += 1) {
      const other = this.#chosen[c];
      if (vector === undefined || other === undefined) continue;
      const cosine = dot(vector, other);
      likeness = Math.max(likeness, cosine);
      if (cosine >= NEAR_COPY) this.#copies.set(i, [...(this.#copies.get(i) ?? []), c]);
    }
    this.#likeness[i] = likeness;
    this.#comparedWith[i] = this.#chosen.length;
    this.#worth[i] = this.#worthOf(match, likeness);
  }

  #worthOf({ place }: StandingMatch, likeness: number): number {
    return (1 - this.diversity) * place.score - this.diversity * likeness;
  }
}

/** The first of equal values; -1 when none is above -Infinity. */
function indexOfLargest(values: Float64Array): number {
  let largest = -Infinity;
  let index = -1;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (value > largest) {
      largest = value;
      index = i;
    }
  }
  return index;
}
