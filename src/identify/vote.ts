import type { IndexMatch } from '../vector-index/port.js';
import type { LabelFacts } from './label-facts.store.js';
import type { LabelKind } from './label.types.js';

/** A voter whose cosine is lower by this has 1/e of the weight of the nearest. */
const TEMPERATURE = 0.05;

/** The value with the most votes of the nearest products. */
export interface Vote {
  readonly value: string;
  /** Share of the weight of all voters that have a value of that kind, from 0 to 1. */
  readonly share: number;
}

/** What a vote reads of a match. */
export type Voter = Pick<IndexMatch, 'productId' | 'score'>;

export const voteOnLabel = (
  kind: LabelKind,
  voters: readonly Voter[],
  facts: ReadonlyMap<number, Pick<LabelFacts, 'values'>>,
): Vote | null => vote(voters, (key) => facts.get(key)?.values.get(kind) ?? []);

export const voteOnTopCategory = (
  nearest: readonly Voter[],
  facts: ReadonlyMap<number, Pick<LabelFacts, 'topCategory'>>,
): Vote | null =>
  vote(nearest, (key) => {
    const top = facts.get(key)?.topCategory;
    return top === undefined ? [] : [top];
  });

/** A product with several values votes for each of them. Null when no product has a value. */
function vote(nearest: readonly Voter[], valuesOf: (productId: number) => readonly string[]): Vote | null {
  const best = nearest[0]?.score ?? 0;
  const weights = new Map<string, number>();
  let total = 0;
  for (const { productId, score } of nearest) {
    const values = valuesOf(productId);
    const weight = Math.exp((score - best) / TEMPERATURE);
    if (values.length > 0) total += weight;
    for (const value of values) weights.set(value, (weights.get(value) ?? 0) + weight);
  }
  const [winner] = [...weights].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return winner === undefined ? null : { value: winner[0], share: winner[1] / total };
}

/** How similar an image is to the catalog: the mean cosine of its nearest products. */
export const familiarity = (nearest: readonly IndexMatch[]): number =>
  nearest.reduce((sum, { score }) => sum + score, 0) / Math.max(1, nearest.length);

/** Keeps the odds of a unanimous vote finite. */
const DOUBT = 0.02;

/** Features of the confidence in a vote: the odds of its share, and how familiar the image is. */
export const labelFeatures = ({ share }: Vote, familiar: number): number[] => [
  Math.log((share + DOUBT) / (1 - share + DOUBT)),
  familiar,
];
