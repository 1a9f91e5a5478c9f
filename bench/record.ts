import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PART_NAMES, type PartName } from './parts.js';
import type { Result, Run } from './runner.js';
import { median } from './statistics.js';

const RESULTS = new URL('./results/', import.meta.url);

/** More digits would only show the noise between two runs. */
const SIGNIFICANT_DIGITS = 4;

const figure = z.strictObject({
  name: z.string(),
  unit: z.string(),
  /** The median over the rounds. */
  value: z.number(),
  /** The median of the baseline; null if there is none. */
  compared: z.number().nullable(),
  /** The median of value ÷ compared, computed round by round. */
  ratio: z.number().nullable(),
  /**
   * The spread over the rounds, or a sample's 95 % interval: of the value that the target refers to, else of the
   * ratio.
   */
  spread: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  target: z
    .strictObject({ of: z.enum(['value', 'ratio']), op: z.enum(['>=', '<=']), value: z.number() })
    .nullable(),
  met: z.boolean().nullable(),
  note: z.string().nullable(),
});

const benchmark = z.strictObject({
  name: z.string(),
  description: z.string(),
  date: z.iso.date(),
  /** The measured commit, with a `+` if the sources differed from it. */
  commit: z.string(),
  node: z.string(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number(),
    platform: z.string(),
    /** Over one minute, before the run began. */
    loadAtStart: z.number(),
    busy: z.boolean(),
  }),
  figures: z.array(figure),
});

const part = z.strictObject({ part: z.enum(PART_NAMES), benchmarks: z.array(benchmark) });

export type RecordedFigure = z.infer<typeof figure>;
export type RecordedBenchmark = z.infer<typeof benchmark>;
export type RecordedPart = z.infer<typeof part>;

/** The parts that have been recorded, in the order of the report. */
export async function readRecords(): Promise<RecordedPart[]> {
  const files = new Set(await readdir(RESULTS).catch(() => []));
  const parts: RecordedPart[] = [];
  for (const name of PART_NAMES)
    if (files.has(`${name}.json`)) parts.push(await readPart(new URL(`${name}.json`, RESULTS)));
  return parts;
}

/**
 * Writes the figures of a run to the file of its part. A benchmark that was skipped or not selected keeps its
 * previous figures.
 */
export async function saveRecords(
  run: Run,
  parts: Readonly<Record<PartName, readonly { readonly name: string; readonly description: string }[]>>,
): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const commit = await measuredCommit();
  const recorded = new Map((await readRecords()).map(({ part: name, benchmarks }) => [name, benchmarks]));
  for (const name of PART_NAMES) {
    const known = parts[name];
    const measured = new Set(run.results.map(({ benchmark: of }) => of));
    if (!known.some((one) => measured.has(one.name))) continue;
    const benchmarks = known.flatMap(({ name: benchmarkName, description }) =>
      measured.has(benchmarkName)
        ? [
            {
              name: benchmarkName,
              description,
              commit,
              ...circumstances(run),
              figures: figuresOf(run, benchmarkName),
            },
          ]
        : (recorded.get(name)?.filter((one) => one.name === benchmarkName) ?? []),
    );
    const text = JSON.stringify(part.parse({ part: name, benchmarks }), null, 2);
    await writeFile(new URL(`${name}.json`, RESULTS), `${text}\n`);
  }
}

async function readPart(file: URL): Promise<RecordedPart> {
  return part.parse(JSON.parse(await readFile(file, 'utf8')));
}

function circumstances({
  startedAt,
  machine,
}: Run): Omit<RecordedBenchmark, 'name' | 'description' | 'commit' | 'figures'> {
  const { cpu, cores, platform, loadAtStart, busy, node } = machine;
  return {
    date: startedAt.slice(0, 10),
    node,
    machine: { cpu, cores, platform, loadAtStart: rounded(loadAtStart), busy },
  };
}

function figuresOf({ results }: Run, name: string): RecordedFigure[] {
  return results.filter(({ benchmark: of }) => of === name).map(toFigure);
}

/** The recorded part of a result. */
export function toFigure({ name, unit, a, b, ratio, spread, target, ok, note }: Result): RecordedFigure {
  return {
    name,
    unit,
    value: rounded(median(a)),
    compared: b.length === 0 ? null : rounded(median(b)),
    ratio: ratio === null ? null : rounded(ratio),
    spread: spread && { low: rounded(spread.low), high: rounded(spread.high) },
    target:
      target === undefined
        ? null
        : { of: target.of === 'a' ? 'value' : 'ratio', op: target.op, value: target.value },
    met: ok,
    note: note ?? null,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));

const git = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('git', args, { cwd: new URL('../', import.meta.url) })).stdout.trim();

/** The commit of this checkout, with a `+` if what is measured differs from it. @throws Error outside a checkout */
export async function measuredCommit(): Promise<string> {
  const changed = await git('status', '--porcelain', '--', 'src', 'migrations', 'models', 'catalog');
  return `${await git('rev-parse', '--short=10', 'HEAD')}${changed === '' ? '' : '+'}`;
}
