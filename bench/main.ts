import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { benchmarks as capacity } from './capacity.js';
import { benchmarks as color } from './color.js';
import { benchmarks as cost } from './cost.js';
import { benchmarks as deadlines } from './deadlines.js';
import { benchmarks as design } from './design.js';
import { benchmarks as eyes } from './eyes.js';
import { benchmarks as eventLoop } from './event-loop.js';
import { benchmarks as commitToSearchable } from './commit-to-searchable.js';
import { benchmarks as facets } from './facets.js';
import { benchmarks as holds } from './holds.js';
import { benchmarks as identify } from './identify.js';
import { benchmarks as ideas } from './ideas.js';
import { benchmarks as idleMemory } from './idle-memory.js';
import { benchmarks as feedImport } from './import.js';
import { benchmarks as index } from './index.js';
import { benchmarks as matchSku } from './match-sku.js';
import { benchmarks as probability } from './probability.js';
import { benchmarks as retrieval } from './retrieval.js';
import { benchmarks as lookLatency } from './look.js';
import { benchmarks as lookQuality } from './look-quality.js';
import { writePage } from './page.js';
import { benchmarks as pageLooks } from './page-looks.js';
import { benchmarks as pageVitals } from './page-vitals.js';
import type { PartName } from './parts.js';
import { saveRecords } from './record.js';
import { benchmarks as proof } from './proof.js';
import { runBenchmarks } from './runner.js';
import { benchmarks as scale } from './scale.js';
import { benchmarks as search } from './search.js';
import { benchmarks as searchUnderWrites } from './search-under-writes.js';
import { benchmarks as start } from './start.js';
import { benchmarks as styles } from './styles.js';
import { formatMachine, formatResults, formatTargets } from './table.js';
import { benchmarks as text } from './text.js';
import type { Benchmark } from './types.js';
import { benchmarks as vendure } from './vendure.js';
import { benchmarks as vision } from './vision.js';
import { benchmarks as watches } from './watches.js';
import { benchmarks as writers } from './writers.js';

const BENCHMARKS: Readonly<Record<PartName, readonly Benchmark[]>> = {
  vision,
  'event-loop': eventLoop,
  search,
  vendure,
  proof,
  index,
  scale,
  retrieval,
  color,
  eyes,
  probability,
  'match-sku': matchSku,
  identify,
  text,
  facets,
  styles,
  ideas,
  design,
  look: lookLatency,
  'look-quality': lookQuality,
  sync: [...commitToSearchable, ...writers],
  import: feedImport,
  start: [...start, ...idleMemory],
  holds,
  'search-under-writes': searchUnderWrites,
  watches,
  cost,
  deadlines,
  page: [...pageVitals, ...pageLooks],
  capacity,
};

interface Options {
  readonly list?: true;
  readonly json?: string;
  readonly save?: true;
}

await new Command('npm run bench --')
  .description('measure the gateway next to a baseline, in turns in one run')
  .argument('[names...]', 'parts or single benchmarks; all of them by default')
  .option('--list', 'print the parts and their benchmarks')
  .option('--json <file>', 'write every round of every figure to this file')
  .option('--save', 'write the figures to bench/results/ and render docs/benchmarks.md from it')
  .addHelpText(
    'after',
    `
A is the gateway, B what it is compared with; a target is of their ratio. A missed target is reported, and is no
failure: the exit code is 0.

Examples:
  npm run bench
  npm run bench -- search vision
  npm run bench -- search vision --save
  npm run bench -- index-embedded-20000 --json figures.json`,
  )
  .action(async (names: string[], { list, json, save }: Options, command: Command) => {
    if (list) {
      printList();
      return;
    }
    const unknown = names.filter((name) => select([name]).length === 0);
    if (unknown.length > 0)
      command.error(`There is no ${unknown.join(', no ')}: see --list.`, { exitCode: 2 });
    const run = await runBenchmarks(select(names), {
      progress: (line) => process.stderr.write(`  … ${line}\n`),
      finished: ({ name, description }, results, seconds) =>
        print(`\n${name}: ${description} (${Math.round(seconds)} s)\n${formatResults(results)}`),
      skipped: ({ name, description }, reason) => print(`\n${name}: ${description}\n  Skipped: ${reason}.\n`),
    });
    print(`\n${formatTargets(run)}\n${formatMachine(run.machine)}`);
    if (save) {
      await saveRecords(run, BENCHMARKS);
      await writePage();
    }
    if (json !== undefined) await writeFile(json, `${JSON.stringify(run, null, 2)}\n`);
  })
  .parseAsync();

/** The benchmarks with these part names or names, in the order of the parts; all if none are given. */
function select(names: readonly string[]): Benchmark[] {
  return Object.entries(BENCHMARKS).flatMap(([part, benchmarks]) =>
    names.length === 0 || names.includes(part)
      ? benchmarks
      : benchmarks.filter(({ name }) => names.includes(name)),
  );
}

function printList(): void {
  for (const [part, benchmarks] of Object.entries(BENCHMARKS)) {
    print(`${part}\n`);
    for (const { name, description } of benchmarks) print(`  ${name}: ${description}\n`);
  }
}

function print(text: string): void {
  process.stdout.write(text);
}
