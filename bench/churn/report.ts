import type { Machine } from '../runner.js';
import type { MeasureSettings } from './measure.js';
import type { Shape } from './runbook.js';

/** In milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** A second; over the rounds. */
export interface Rate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What was judged of the answers to one kind of search. */
export interface ShapeFigures {
  readonly shape: Shape;
  readonly searches: number;
  /** The mean over the searches that had something to find, with its 95% bootstrap interval; null: there were none. */
  readonly recall: {
    readonly mean: number;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
  readonly required: number;
  readonly misses: number;
  readonly shown: number;
  readonly leaks: number;
  /** Of the leaks, those that no change could explain. */
  readonly filterLeaks: number;
  readonly shortPages: number;
  readonly doubtful: number;
}

/** All that was measured of a contender. */
export interface Figures {
  readonly shapes: readonly ShapeFigures[];
  /** From a commit until an answer shows it, of the probes that were not lost. */
  readonly visible: (Times & { readonly samples: readonly number[] }) | null;
  /** Probed changes that no answer showed in time. */
  readonly lost: number;
  readonly searches: { readonly perSecond: Rate; readonly latency: Times | null };
  readonly changes: {
    /** As fast as possible, without searches. */
    readonly perSecond: Rate;
    /** At the rate of the settings, beside searches; less when they could not keep it. */
    readonly besideSearches: Rate;
    readonly commit: Times | null;
    /** After the changes as fast as possible: from the next commit until it is shown, in the slowest round; null: lost. */
    readonly caughtUpMs: number | null;
  };
}

export interface ContenderReport {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly version: string;
  readonly loadSeconds: number;
  readonly figures: Figures;
}

/** What `churn.json` has. */
export interface Report {
  readonly startedAt: string;
  /** Null outside a git checkout. */
  readonly commit: string | null;
  readonly machine: Omit<Machine, 'loadAtEnd'>;
  readonly settings: MeasureSettings & {
    readonly products: number;
    readonly dimension: number;
    /** The name of the file; null: generated. */
    readonly vectors: string | null;
  };
  readonly contenders: readonly ContenderReport[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

/** The sums and means over all kinds of searches. */
export interface Totals {
  readonly searches: number;
  readonly recall: number | null;
  readonly shown: number;
  readonly leaks: number;
  readonly filterLeaks: number;
  readonly required: number;
  readonly misses: number;
  readonly shortPages: number;
}

/** `recall` is the share of all that had to be found, so that a search counts by what there was to find. */
export function totalsOf({ shapes }: Pick<Figures, 'shapes'>): Totals {
  const total = (count: (shape: ShapeFigures) => number): number =>
    shapes.reduce((sum, one) => sum + count(one), 0);
  const [required, misses] = [total((one) => one.required), total((one) => one.misses)];
  return {
    searches: total(({ searches }) => searches),
    recall: required > 0 ? 1 - misses / required : null,
    shown: total(({ shown }) => shown),
    leaks: total(({ leaks }) => leaks),
    filterLeaks: total(({ filterLeaks }) => filterLeaks),
    required,
    misses,
    shortPages: total(({ shortPages }) => shortPages),
  };
}
