import { calibrationError, type Prediction } from '../search/probability/calibration-error.js';
import { fitLogistic, predictHeldOut, type Observation } from '../search/probability/logistic.js';
import type { Queryable } from '../platform/postgres.js';
import { MATCH_ALL, type IndexMatch, type VectorIndex } from '../vector-index/port.js';
import { readExemplars, readExtent, readLabelFacts, type LabelFacts } from './label-facts.store.js';
import type { LabelModel } from './label-model.js';
import { LabelKind } from './label.types.js';
import { familiarity, labelFeatures, VOTERS, voteOnLabel } from './vote.js';

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

/** A product and its nearest other products. */
interface LeftOut {
  readonly productId: number;
  readonly nearest: readonly IndexMatch[];
}

export interface LabelFit {
  readonly model: LabelModel;
  /** By kind: predictions for products that the fit had not seen. */
  readonly heldOut: ReadonlyMap<LabelKind, readonly Prediction[]>;
}

/**
 * Fits confidences to the catalog by leaving out one product at a time: what its neighbors vote for, and whether that
 * is true. Null when the catalog is too small for any kind.
 * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
 */
export async function fitLabels(
  db: Queryable,
  index: VectorIndex,
  encoder: string,
): Promise<LabelFit | null> {
  const { products, lastProduct } = await readExtent(db, 0);
  const leftOut = await findNeighbors(index, await readExemplars(db, encoder, MAX_EXEMPLARS));
  if (leftOut.length < MIN_PRODUCTS) return null;
  const keys = new Set(
    leftOut.flatMap(({ productId, nearest }) => [productId, ...nearest.map((match) => match.productId)]),
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
    minFamiliarity: lowest(leftOut.map(({ nearest }) => familiarity(nearest))),
    minNearness: lowest(leftOut.map(({ nearest }) => nearest[0]?.score ?? 0)),
    kinds,
  };
  return { model, heldOut };
}

async function findNeighbors(
  index: VectorIndex,
  exemplars: readonly { productId: number; vector: Float32Array }[],
): Promise<LeftOut[]> {
  const found: LeftOut[] = [];
  for (let start = 0; start < exemplars.length; start += BATCH_SIZE) {
    const batch = exemplars.slice(start, start + BATCH_SIZE);
    const results = await index.search(
      batch.map(({ productId, vector }) => ({
        vector,
        filter: { ...MATCH_ALL, excludeProducts: [productId] },
        limit: VOTERS,
      })),
    );
    batch.forEach(({ productId }, i) => found.push({ productId, nearest: results[i]?.matches ?? [] }));
  }
  return found.filter(({ nearest }) => nearest.length > 0);
}

function observe(
  kind: LabelKind,
  { productId, nearest }: LeftOut,
  facts: ReadonlyMap<number, LabelFacts>,
): Observation[] {
  const truth = facts.get(productId)?.values.get(kind);
  const vote = voteOnLabel(kind, nearest, facts);
  if (truth === undefined || vote === null) return [];
  return [
    {
      features: labelFeatures(vote, familiarity(nearest)),
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
