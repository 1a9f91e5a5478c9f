import { availableParallelism, cpus, loadavg } from 'node:os';
import { median } from './statistics.js';
import type { Benchmark, Measurement, Target } from './types.js';

/**
 * Load per core above which other work slows the measured code: the ratios are then more reliable than the figures.
 */
const BUSY_LOAD_PER_CORE = 0.5;

/** A measurement with derived values. */
export interface Result extends Measurement {
  readonly benchmark: string;
  /** The median of a/b, computed round by round; null without b. */
  readonly ratio: number | null;
  /** Over the rounds: of the ratio, or of a if the target refers to a; without b, the interval of the sample. */
  readonly spread: { readonly low: number; readonly high: number } | null;
  readonly ok: boolean | null;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  /** Over one minute, before the first benchmark. */
  readonly loadAtStart: number;
  /** Includes the benchmarks' own load. */
  readonly loadAtEnd: number;
  readonly busy: boolean;
}

export interface Run {
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly results: readonly Result[];
  readonly skipped: readonly { readonly benchmark: string; readonly reason: string }[];
}

export interface Listener {
  progress(line: string): void;
  finished(benchmark: Benchmark, results: readonly Result[], seconds: number): void;
  skipped(benchmark: Benchmark, reason: string): void;
}

/** Runs one benchmark after another. */
export async function runBenchmarks(benchmarks: readonly Benchmark[], listener: Listener): Promise<Run> {
  const startedAt = new Date();
  const machine = describeMachine();
  const all: Result[] = [];
  const skipped: { benchmark: string; reason: string }[] = [];
  for (const benchmark of benchmarks) {
    const reason = benchmark.skip?.();
    if (reason !== undefined) {
      skipped.push({ benchmark: benchmark.name, reason });
      listener.skipped(benchmark, reason);
      continue;
    }
    const start = performance.now();
    const results: Result[] = [];
    await benchmark.run(
      (measurement) => results.push(judge(benchmark.name, measurement)),
      (line) => listener.progress(line),
    );
    all.push(...results);
    listener.finished(benchmark, results, (performance.now() - start) / 1000);
  }
  return {
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    machine: { ...machine, loadAtEnd: loadavg()[0] ?? 0 },
    results: all,
    skipped,
  };
}

/** The machine before a run. */
export function describeMachine(): Omit<Machine, 'loadAtEnd'> {
  const cores = availableParallelism();
  const loadAtStart = loadavg()[0] ?? 0;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadAtStart,
    busy: loadAtStart > BUSY_LOAD_PER_CORE * cores,
  };
}

function judge(benchmark: string, measurement: Measurement): Result {
  const { a, b, target, interval } = measurement;
  const ratios = b.map((value, round) => (a[round] ?? NaN) / value);
  const ratio = ratios.length === 0 ? null : median(ratios);
  const ofA = interval === undefined ? null : { low: interval[0], high: interval[1] };
  const spread = target?.of === 'a' ? (ofA ?? range(a)) : ratio === null ? ofA : range(ratios);
  const judged = target?.of === 'a' ? median(a) : ratio;
  return { ...measurement, benchmark, ratio, spread, ok: judged === null ? null : isMet(target, judged) };
}

/** A single number has no spread. */
function range(values: readonly number[]): { low: number; high: number } | null {
  return values.length < 2 ? null : { low: Math.min(...values), high: Math.max(...values) };
}

function isMet(target: Target | undefined, value: number): boolean | null {
  if (target === undefined) return null;
  return target.op === '<=' ? value <= target.value : value >= target.value;
}
