import type { Machine, Result, Run } from './runner.js';
import { median } from './statistics.js';
import type { Target } from './types.js';

const HEADER = ['', 'A', 'B', 'A ÷ B', 'lowest – highest', 'target', ''];

/** A table of results, with their notes below it. */
export function formatResults(results: readonly Result[]): string {
  const rows = [HEADER, ...results.map(cells)];
  const used = HEADER.map((_, column) => rows.some((row, i) => i > 0 && row[column] !== ''));
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .filter((_, column) => used[column])
      .join('  ')
      .trimEnd(),
  );
  const notes = new Set(results.flatMap(({ note }) => note ?? []));
  return [...lines, ...[...notes].map((note) => `  (${note})`)].map((line) => `  ${line}\n`).join('');
}

function cells({ name, unit, a, b, ratio, spread, target, ok }: Result): string[] {
  return [
    `${name}, ${unit}`,
    formatNumber(median(a)),
    b.length === 0 ? '' : formatNumber(median(b)),
    ratio === null ? '' : formatNumber(ratio),
    spread === null ? '' : `${formatNumber(spread.low)} – ${formatNumber(spread.high)}`,
    target === undefined ? '' : wanted(target),
    ok === null ? '' : ok ? 'ok' : 'MISSED',
  ];
}

function wanted({ of, op, value }: Target): string {
  return `${of === 'a' ? 'A ' : ''}${op === '>=' ? '≥' : '≤'} ${value}`;
}

export function formatMachine({ cpu, cores, node, platform, loadAtStart, loadAtEnd, busy }: Machine): string {
  const line = `${cpu}, ${cores} cores, ${platform}, Node ${node}, load ${loadAtStart.toFixed(1)} at the start, ${loadAtEnd.toFixed(1)} at the end\n`;
  return busy
    ? `${line}The machine was busy with other work before the bench began: run it again when it is idle.\n`
    : line;
}

/** All results with a target, in one table. */
export function formatTargets({ results }: Run): string {
  const targets = results.filter(({ ok }) => ok !== null);
  return targets.length === 0 ? '' : formatResults(targets.map(({ note: _, ...result }) => result));
}

/** Three significant digits. */
export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(value >= 1 ? 2 : 3);
}
