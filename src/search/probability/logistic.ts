/**
 * Platt's calibration: the probability as the logistic function of a weighted sum of features. The first weight is
 * the constant term; the others belong to the features in their order.
 */
export type LogisticWeights = readonly number[];

/** What is known before, and the outcome. */
export interface Observation {
  readonly features: readonly number[];
  readonly outcome: boolean;
  /** Observations of one group (of one product) are never on both sides of a split. */
  readonly group: number;
}

/** Newton's method converges long before this: each step doubles the number of correct digits. */
const MAX_STEPS = 50;
const CONVERGED = 1e-9;
/**
 * Pulls the weights toward zero, too weakly to matter except when a feature separates the outcomes perfectly: then it
 * keeps the weights finite.
 */
const RIDGE = 1e-3;
/** Keeps a step finite when every probability is 0 or 1. */
const MIN_CURVATURE = 1e-9;

/** From 0 to 1. */
export function probability(weights: LogisticWeights, features: readonly number[]): number {
  const [bias = 0, ...slopes] = weights;
  const sum = slopes.reduce((total, slope, i) => total + slope * (features[i] ?? 0), bias);
  return 1 / (1 + Math.exp(-sum));
}

/** The maximum likelihood weights for the observations, which all have the same number of features. */
export function fitLogistic(observations: readonly Observation[]): LogisticWeights {
  const size = 1 + (observations[0]?.features.length ?? 0);
  let weights: number[] = new Array<number>(size).fill(0);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const moved = solve(...newtonSystem(observations, weights));
    weights = weights.map((weight, i) => weight - (moved[i] ?? 0));
    if (moved.every((change) => Math.abs(change) < CONVERGED)) break;
  }
  return weights;
}

/** Curvature and gradient of the loss at these weights. */
function newtonSystem(
  observations: readonly Observation[],
  weights: readonly number[],
): [curvature: number[][], gradient: number[]] {
  const gradient = weights.map((weight) => RIDGE * weight);
  const curvature = weights.map((_, i) => weights.map((__, j): number => (i === j ? RIDGE : 0)));
  for (const { features, outcome } of observations) {
    const given = [1, ...features];
    const p = probability(weights, features);
    const weight = Math.max(p * (1 - p), MIN_CURVATURE);
    given.forEach((x, i) => {
      gradient[i] = (gradient[i] ?? 0) + (p - Number(outcome)) * x;
      const row = curvature[i] ?? [];
      given.forEach((y, j) => (row[j] = (row[j] ?? 0) + weight * x * y));
    });
  }
  return [curvature, gradient];
}

/** Solves `matrix · x = right` by elimination. The matrix is positive definite, so no pivot is zero. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  rows.forEach((pivotRow, pivot) => {
    rows.forEach((row, i) => {
      if (i === pivot) return;
      const factor = (row[pivot] ?? 0) / (pivotRow[pivot] ?? 1);
      pivotRow.forEach((value, j) => (row[j] = (row[j] ?? 0) - factor * value));
    });
  });
  return rows.map((row, i) => (row[rows.length] ?? 0) / (row[i] ?? 1));
}

/** Enough for each fit to see nearly all observations. */
const FOLDS = 10;

/** The prediction for each observation by a fit that has not seen its group, in the same order. */
export function predictHeldOut(observations: readonly Observation[]): number[] {
  const groups = [...new Set(observations.map(({ group }) => group))].sort((a, b) => a - b);
  const folds = new Map(groups.map((group, i) => [group, i % FOLDS]));
  const foldOf = ({ group }: Observation): number | undefined => folds.get(group);
  const fits = Array.from({ length: FOLDS }, (_, fold) =>
    fitLogistic(observations.filter((observation) => foldOf(observation) !== fold)),
  );
  return observations.map((observation) =>
    probability(fits[foldOf(observation) ?? 0] ?? [], observation.features),
  );
}
