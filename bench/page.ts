import { readFile, writeFile } from 'node:fs/promises';
import { renderScaling, SCALING_PAGE } from './capacity-model.js';
import { PARTS } from './parts.js';
import { readRecords, type RecordedBenchmark, type RecordedFigure, type RecordedPart } from './record.js';
import { formatNumber } from './table.js';

export const PAGE = new URL('../docs/benchmarks.md', import.meta.url);

const INTRODUCTION = `<!-- Rendered from bench/results/ by \`npm run bench:docs\`. To change a figure, measure it: npm run bench -- PART --save -->

# Benchmarks

Every figure below was printed by \`npm run bench\` and recorded with \`--save\`. [bench/README.md](../bench/README.md) explains
how to run it and what it needs.

- A is Vitrine and B is what it is compared with. They are measured in turns in one run, and A ÷ B is computed within each
  round. Other load on the machine affects both, so trust the ratio more than the two figures.
- "Low–high" is the range over the rounds or, for a share of a sample, the 95% bootstrap interval. It refers to A ÷ B if
  there is a ratio, and to A if the target is for A.
- The load is that of the machine before the run. If it is above half the number of cores, other work slowed the measurement.
- The photos are not part of the project. The encoder was trained on 1,500 of the products in them; the figures are for 150
  photos that it has not seen.
`;

/** Renders the recorded results to docs/benchmarks.md, and the tables of docs/scaling.md. */
export async function writePage(): Promise<void> {
  await writeFile(PAGE, renderPage(await readRecords()));
  await writeFile(SCALING_PAGE, await renderScaling(await readFile(SCALING_PAGE, 'utf8')));
}

/** Renders Markdown. Parts without a record are left out. */
export function renderPage(parts: readonly RecordedPart[]): string {
  return [INTRODUCTION, renderTargets(parts), ...parts.map(renderPart)].join('\n');
}

function renderTargets(parts: readonly RecordedPart[]): string {
  const rows = parts.flatMap(({ part, benchmarks }) =>
    benchmarks.flatMap(({ name: benchmark, figures }) =>
      figures.flatMap((figure) =>
        figure.target === null
          ? []
          : [
              [
                `[\`${benchmark}\`](#${part}): ${figure.name}`,
                judged(figure),
                spread(figure),
                target(figure),
                met(figure),
              ],
            ],
      ),
    ),
  );
  if (rows.length === 0) return '';
  return `## Targets\n\n${table(['figure', 'measured', 'low–high', 'target', ''], rows)}`;
}

function renderPart({ part, benchmarks }: RecordedPart): string {
  const { title, about } = PARTS[part];
  return [`<a id="${part}"></a>\n\n## ${title}\n\n${about}\n`, ...benchmarks.map(renderBenchmark)].join('\n');
}

function renderBenchmark({ name, description, figures, ...measured }: RecordedBenchmark): string {
  const header = ['figure', 'unit', 'A', 'B', 'A ÷ B', 'low–high', 'target', ''];
  const rows = figures.map((figure) => [
    figure.name,
    figure.unit,
    formatNumber(figure.value),
    figure.compared === null ? '' : formatNumber(figure.compared),
    figure.ratio === null ? '' : formatNumber(figure.ratio),
    spread(figure),
    target(figure),
    met(figure),
  ]);
  const notes = [...new Set(figures.flatMap(({ note }) => note ?? []))].map((note) => `- ${note}\n`);
  return [
    `### ${name}\n\n${sentence(description)}\n`,
    table(header, rows),
    ...(notes.length > 0 ? [notes.join('')] : []),
    `${circumstances(measured)}\n`,
  ].join('\n');
}

function circumstances({
  date,
  commit,
  node,
  machine,
}: Omit<RecordedBenchmark, 'name' | 'description' | 'figures'>): string {
  const { cpu, cores, platform, loadAtStart, busy } = machine;
  return `_Measured ${date} at ${commit}: ${cpu}, ${cores} cores, ${platform}, Node ${node}, load ${loadAtStart.toFixed(1)}${busy ? ' (busy)' : ''}._`;
}

/** The value that the target refers to. */
const judged = ({ target: wanted, value, ratio, unit }: RecordedFigure): string =>
  wanted?.of === 'value' || ratio === null ? `${formatNumber(value)} ${unit}` : formatNumber(ratio);

const spread = ({ spread: range }: RecordedFigure): string =>
  range === null ? '' : `${formatNumber(range.low)}–${formatNumber(range.high)}`;

const target = ({ target: wanted }: RecordedFigure): string =>
  wanted === null
    ? ''
    : `${wanted.of === 'value' ? 'A ' : ''}${wanted.op === '>=' ? '≥' : '≤'} ${wanted.value}`;

const met = ({ met: isMet }: RecordedFigure): string => (isMet === null ? '' : isMet ? 'met' : '**missed**');

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;

/** Columns that no row uses are left out. */
function table(header: readonly string[], rows: readonly string[][]): string {
  const isUsed = header.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, column) => isUsed[column])
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | ')} |\n`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('');
}
