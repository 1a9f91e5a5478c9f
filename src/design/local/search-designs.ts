import type { Design as Garment, GarmentType } from '../../garment/design.js';
import type { Random } from '../../platform/random.js';
import { dot } from '../../vector-index/vectors.js';
import { garmentKey, mutate, randomGarment, type Space, violations } from './space.js';
import { Surrogate } from './surrogate.js';
import type { Seen } from './swatches.js';

/** What a design is to look like, and not to look like. All vectors are L2-normalized. */
export interface Aim {
  /** Garments are to be near it. */
  readonly toward: Float32Array;
  /** No garment is nearer to one of these than to `toward`. */
  readonly away: readonly Float32Array[];
}

/** A product that may be near: designs keep a distance from it. */
export interface Known {
  readonly vector: Float32Array;
  /** In minor units; null when it has none. */
  readonly price: number | null;
}

export interface Limits {
  /** The highest cosine of a design to a product. */
  readonly likeness: number;
  /** The highest cosine between two designs. */
  readonly sameness: number;
  /** The highest estimated price, in minor units; null: none. */
  readonly price: number | null;
}

/** A garment that passes the limits, with what was measured. */
export interface Candidate extends Seen {
  readonly score: number;
}

interface Judged extends Candidate {
  /** How much it breaks the limits; 0 when it does not. */
  readonly excess: number;
}

/** Products whose prices say what a garment that looks like them costs. */
const PRICED_BY = 5;
/** Garments that are drawn at once: some for each core, so that none waits for the others' last one. */
const BATCH = 8;
/** Swatches that the surrogate knows from the start; of more, it would need longer than drawing takes. */
const KNOWN_SWATCHES = 160;
/** Guesses for each batch. */
const GUESSES = 300;
/** Of these, the ones whose deviation is also found. */
const PARENTS = 10;
/** How many deviations a guess is worth: less later, when the best kind of garment is known. */
const BOLDNESS = [1.2, 0.3] as const;
/** What breaking a limit costs, as a multiple of the excess. */
const PENALTY = 2;

/** The score of a design: its cosine to the aim. */
export const scoreOf = ({ toward }: Aim, vector: Float32Array): number => dot(vector, toward);

/** What a garment with this look would cost, by the products that look most like it; null when none has a price. */
export function estimatePrice(vector: Float32Array, known: readonly Known[]): number | null {
  const prices = known
    .flatMap(({ vector: other, price }) => (price === null ? [] : [{ likeness: dot(vector, other), price }]))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, PRICED_BY)
    .map(({ price }) => price)
    .sort((a, b) => a - b);
  return prices[prices.length >> 1] ?? null;
}

/** How much a picture breaks the limits; 0 when it does not. */
export function excessOf(
  vector: Float32Array,
  aim: Aim,
  known: readonly Known[],
  others: readonly Float32Array[],
  limits: Limits,
): number {
  const score = scoreOf(aim, vector);
  const nearest = known.reduce((most, product) => Math.max(most, dot(vector, product.vector)), -1);
  const twin = others.reduce((most, other) => Math.max(most, dot(vector, other)), -1);
  const disliked = aim.away.reduce((most, other) => Math.max(most, dot(vector, other)), -1);
  const price = limits.price === null ? null : estimatePrice(vector, known);
  const over = price === null || limits.price === null ? 0 : Math.max(0, price / limits.price - 1);
  return (
    Math.max(0, nearest - limits.likeness) +
    Math.max(0, twin - limits.sameness) +
    // As with ideas, what is as near to a disliked picture is out.
    (disliked >= score ? disliked - score + Number.EPSILON : 0) +
    over
  );
}

export interface Search {
  readonly space: Space;
  readonly aim: Aim;
  readonly known: readonly Known[];
  /** Designs that were already found. */
  readonly others: readonly Float32Array[];
  readonly limits: Limits;
  readonly swatches: readonly Seen[];
  readonly random: Random;
  /** Garments to draw. */
  readonly budget: number;
  /** Draws and encodes garments; in their order. */
  readonly look: (garments: readonly Garment[]) => Promise<Float32Array[]>;
  /** Told of each garment that is better than all before. */
  readonly onBetter: (candidate: Candidate) => void;
}

/**
 * Searches for the garments whose pictures come nearest to the aim within the limits, best first: analysis by synthesis.
 * A surrogate guesses which changes of the best garments so far are worth drawing (Bayesian optimization), because most
 * parameters are choices from lists, which evolution strategies that adapt a covariance cannot follow. The same seed and
 * budget give the same garments.
 */
export async function searchDesigns(search: Search): Promise<Candidate[]> {
  const { space, aim, known, others, limits, random, budget, look, onBetter } = search;
  const judge = ({ garment, vector }: Seen): Judged => ({
    garment,
    vector,
    score: scoreOf(aim, vector),
    excess: excessOf(vector, aim, known, others, limits),
  });
  const worth = ({ score, excess }: Judged): number => score - PENALTY * excess;
  const swatches = search.swatches
    .filter(({ garment }) => space.options.has(garment.type))
    .map(judge)
    .sort((a, b) => worth(b) - worth(a));
  const surrogate = new Surrogate(
    spread(swatches, KNOWN_SWATCHES).map((swatch) => ({ garment: swatch.garment, score: worth(swatch) })),
  );
  const judged: Judged[] = [];
  const drawn = new Set<string>();
  let best = -Infinity;

  const draw = async (garments: readonly Garment[]): Promise<void> => {
    const vectors = await look(garments);
    garments.forEach((garment, i) => {
      const vector = vectors[i];
      if (vector === undefined) return;
      const seen = judge({ garment, vector });
      judged.push(seen);
      surrogate.add(garment, worth(seen));
      if (seen.excess > 0 || seen.score <= best) return;
      best = seen.score;
      onBetter(seen);
    });
    judged.sort((a, b) => worth(b) - worth(a));
  };
  const take = (garment: Garment): boolean => {
    const key = garmentKey(garment);
    if (drawn.has(key)) return false;
    drawn.add(key);
    return true;
  };

  // The nearest swatches that are as wanted; without any, one garment of each type.
  const begin = swatches.filter(({ garment }) => violations(space, garment).length === 0).slice(0, BATCH);
  const types = random.shuffle<GarmentType>([...space.options.keys()]);
  const first = [
    ...begin.map(({ garment }) => garment),
    ...types.map((type) => randomGarment(space, random, type)),
  ]
    .filter(take)
    .slice(0, Math.min(budget, begin.length > 0 ? BATCH : Math.max(BATCH, types.length)));
  // The first alone: whoever waits for a picture sees it when the batch would still be half drawn.
  await draw(first.slice(0, 1));
  if (first.length > 1) await draw(first.slice(1));

  while (judged.length < budget) {
    const count = Math.min(BATCH, budget - judged.length);
    const share = judged.length / budget;
    const boldness = BOLDNESS[0] + share * (BOLDNESS[1] - BOLDNESS[0]);
    const parents = judged.slice(0, PARENTS);
    const guesses = Array.from({ length: GUESSES }, (_, i) => {
      const parent = parents[Math.floor(parents.length * random.next() ** 2)];
      const isNew = parent === undefined || i % 10 === 0;
      const garment = isNew ? randomGarment(space, random) : mutate(space, parent.garment, random);
      return { garment, ...surrogate.guess(garment) };
    }).sort((a, b) => b.mean + boldness * b.deviation - (a.mean + boldness * a.deviation));
    const next: Garment[] = [];
    const kinds = new Map<string, number>();
    for (const { garment } of guesses) {
      if (next.length === count) break;
      // Garments that differ only in a shade tell the same: at most two of a batch.
      const kind = garmentKey({ ...garment, color: '', accent: '' });
      if ((kinds.get(kind) ?? 0) >= 2 || !take(garment)) continue;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      next.push(garment);
    }
    // A space of few garments is exhausted.
    if (next.length === 0) break;
    await draw(next);
  }
  return judged.filter(({ excess }) => excess === 0);
}

/** The best ones, and an even sample of the others. */
function spread<T>(sorted: readonly T[], count: number): T[] {
  const best = sorted.slice(0, count >> 1);
  const rest = sorted.slice(best.length);
  const step = Math.max(1, rest.length / (count - best.length));
  return [
    ...best,
    ...Array.from(
      { length: Math.min(rest.length, count - best.length) },
      (_, i) => rest[Math.floor(i * step)],
    ).flatMap((entry) => entry ?? []),
  ];
}
