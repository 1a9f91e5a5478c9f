/** A prediction and its outcome. */
export interface Prediction {
  readonly probability: number;
  readonly outcome: boolean;
}

/** Predictions with similar probabilities: what they promised, and how often it came true. */
export interface ReliabilityBin {
  readonly count: number;
  /** The mean of the probabilities. */
  readonly promised: number;
  /** The share of predictions that came true. */
  readonly true: number;
}

const MAX_BINS = 10;
/**
 * In a bin of 100, chance alone moves the share by 0.04 on average; in a bin of 50, by more than the error to detect.
 */
const MIN_BIN = 100;

/** The predictions in bins of equal size, lowest probability first. */
export function reliability(predictions: readonly Prediction[]): ReliabilityBin[] {
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  const bins = Math.min(MAX_BINS, Math.max(1, Math.floor(sorted.length / MIN_BIN)));
  return Array.from({ length: bins }, (_, bin) =>
    sorted.slice(Math.floor((bin * sorted.length) / bins), Math.floor(((bin + 1) * sorted.length) / bins)),
  )
    .filter(({ length }) => length > 0)
    .map((members) => ({
      count: members.length,
      promised: mean(members.map(({ probability }) => probability)),
      true: mean(members.map(({ outcome }) => Number(outcome))),
    }));
}

/** The expected calibration error: the mean gap between promise and truth over bins of equal size; 0 at best. */
export function calibrationError(predictions: readonly Prediction[]): number {
  return reliability(predictions).reduce(
    (sum, { count, promised, true: truth }) =>
      sum + (count / predictions.length) * Math.abs(promised - truth),
    0,
  );
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
