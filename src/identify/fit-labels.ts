import { calibrationError, type Prediction } from '../search/probability/calibration-error.js';
import { fitLogistic, predictHeldOut, type Observation } from '../search/probability/logistic.js';
import type { Queryable } from '../platform/postgres.js';
import type { VectorIndex } from '../vector-index/port.js';
import { readExemplars, readExtent, readLabelFacts, type LabelFacts } from './label-facts.store.js';
import type { LabelModel } from './label-model.js';
import { LabelKind } from './label.types.js';
import { familiarity, labelFeatures, voteOnLabel } from './vote.js';
import { COLOR_SHARE, electorateOf, findVoters, type Voters } from './voters.js';

/** Each takes one search; more hardly change the three weights of a kind. */
const MAX_EXEMPLARS = 2_000;
/** Searches sent to the index at once; it answers shoppers in between. */
const BATCH_SIZE = 8;
/** A kind that fewer products have cannot be calibrated, so it gets no labels. */
const MIN_PRODUCTS = 30;
/**
 * The share of its own products that the catalog may find unfamiliar, so that it can reject what it has never seen.
 */
const UNFAMILIAR_SHARE = 0.05;

/** A product, and what votes on it when it is left out. */
interface LeftOut {
  readonly productId: number;
  readonly voters: Voters;
}

export interface LabelFit {
  readonly model: LabelModel;
  /** By kind: predictions for products that the fit had not seen. */
  readonly heldOut: ReadonlyMap<LabelKind, readonly Prediction[]>;
}

/**
 * Fits confidences to the catalog by leaving out one product at a time: what its neighbors vote for, and whether that
 * is true. Null when the catalog is too small for any kind.
 * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED, or the reason of `signal`
 */
export async function fitLabels(
  db: Queryable,
  index: VectorIndex,
  encoder: string,
  signal?: AbortSignal,
): Promise<LabelFit | null> {
  const { products, lastProduct } = await readExtent(db, 0);
  const leftOut = await leaveOut(index, await readExemplars(db, encoder, MAX_EXEMPLARS), signal);
  if (leftOut.length < MIN_PRODUCTS) return null;
  const keys = new Set(
    leftOut.flatMap(({ productId, voters: { nearest, byColor } }) => [
      productId,
      ...[...nearest, ...byColor].map((match) => match.productId),
    ]),
  );
  const facts = await readLabelFacts(db, [...keys]);
  const heldOut = new Map<LabelKind, Prediction[]>();
  const kinds: LabelModel['kinds'] = {};
  for (const kind of Object.values(LabelKind)) {
    const observations = leftOut.flatMap((product) => observe(kind, product, facts));
    if (observations.length < MIN_PRODUCTS) continue;
    const probabilities = predictHeldOut(observations);
    const predictions = observations.map(({ outcome }, i) => ({
      probability: probabilities[i] ?? 0,
      outcome,
    }));
    const [nothing = 0, odds = 0, familiar = 0] = fitLogistic(observations);
    kinds[kind] = {
      weights: [nothing, odds, familiar],
      calibrationError: calibrationError(predictions),
      products: observations.length,
    };
    heldOut.set(kind, predictions);
  }
  const model = {
    products,
    lastProduct,
    colorShare: COLOR_SHARE,
    minFamiliarity: lowest(leftOut.map(({ voters }) => familiarity(voters.nearest))),
    minNearness: lowest(leftOut.map(({ voters }) => voters.nearest[0]?.score ?? 0)),
    kinds,
  };
  return { model, heldOut };
}

async function leaveOut(
  index: VectorIndex,
  exemplars: readonly { productId: number; vector: Float32Array }[],
  signal: AbortSignal | undefined,
): Promise<LeftOut[]> {
  const found: LeftOut[] = [];
  for (let start = 0; start < exemplars.length; start += BATCH_SIZE) {
    signal?.throwIfAborted();
    const batch = exemplars.slice(start, start + BATCH_SIZE);
    const all = await findVoters(
      index,
      batch.map(({ productId, vector }) => ({ asked: vector, excludeProducts: [productId] })),
    );
    all.forEach((voters, i) => found.push({ productId: batch[i]?.productId ?? 0, voters }));
  }
  return found.filter(({ voters }) => voters.nearest.length > 0);
}

function observe(
  kind: LabelKind,
  { productId, voters }: LeftOut,
  facts: ReadonlyMap<number, LabelFacts>,
): Observation[] {
  const truth = facts.get(productId)?.values.get(kind);
  const electorate = electorateOf(kind, voters);
  const vote = voteOnLabel(kind, electorate.voters, facts);
  if (truth === undefined || vote === null) return [];
  return [
    {
      features: labelFeatures(vote, electorate.familiar),
      outcome: truth.includes(vote.value),
      group: productId,
    },
  ];
}

/** The number that all but UNFAMILIAR_SHARE of them reach. */
function lowest(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(UNFAMILIAR_SHARE * sorted.length)] ?? 0;
}
