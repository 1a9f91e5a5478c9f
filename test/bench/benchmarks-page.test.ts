import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { renderScaling, SCALING_PAGE } from '../../bench/capacity-model.js';
import { PAGE, renderPage } from '../../bench/page.js';
import { readRecords, toFigure } from '../../bench/record.js';
import { runBenchmarks } from '../../bench/runner.js';
import type { Measurement } from '../../bench/types.js';

describe('docs/benchmarks.md', () => {
  test('is what bench/results renders to: run npm run bench:docs', async () => {
    expect(await readFile(PAGE, 'utf8')).toBe(renderPage(await readRecords()));
  });
});

describe('docs/scaling.md', () => {
  test('has the tables that bench/results gives: run npm run bench:docs', async () => {
    const page = await readFile(SCALING_PAGE, 'utf8');
    expect(page).toBe(await renderScaling(page));
  });
});

describe('a recorded figure', () => {
  test('has its ratio round by round, its spread, and whether it meets its target', async () => {
    const ratio = await recorded({ a: [2, 8, 3], b: [1, 2, 1], target: { op: '>=', value: 3.5 } });
    expect(ratio).toMatchObject({
      value: 3,
      compared: 1,
      ratio: 3,
      spread: { low: 2, high: 4 },
      target: { of: 'ratio', op: '>=', value: 3.5 },
      met: false,
    });
  });

  test('is judged by itself where its target is for A, and so is its spread', async () => {
    const value = await recorded({ a: [20, 80, 30], b: [1, 2, 1], target: { of: 'a', op: '<=', value: 50 } });
    expect(value).toMatchObject({ value: 30, spread: { low: 20, high: 80 }, met: true });
  });

  test('of a sample has the interval of the sample and no ratio', async () => {
    const share = await recorded({ a: [0.5], b: [], interval: [0.4, 0.6] });
    expect(share).toMatchObject({
      compared: null,
      ratio: null,
      spread: { low: 0.4, high: 0.6 },
      target: null,
      met: null,
    });
  });

  test('stands in the table of targets when it has one, missed ones in bold', async () => {
    const missed = await recorded({ a: [1], b: [2], target: { op: '>=', value: 0.7 } });
    const without = await recorded({ a: [1], b: [] });
    const machine = { cpu: 'a CPU', cores: 2, platform: 'linux x64', loadAtStart: 3, busy: true };
    const measured = { description: 'd', date: '2026-01-02', commit: 'abc', node: 'v20', machine };
    const page = renderPage([
      { part: 'search', benchmarks: [{ name: 'one', ...measured, figures: [missed, without] }] },
    ]);
    expect(page).toContain('[`one`](#search): figure | 0.500 |');
    expect(page).toContain('| ≥ 0.7 | **missed** |');
    expect(page).toContain(
      'Measured 2026-01-02 at abc: a CPU, 2 cores, linux x64, Node v20, load 3.0 (busy).',
    );
    expect(page).not.toContain('<a id="index">');
  });
});

/** The recorded part of a measurement. */
async function recorded(measurement: Omit<Measurement, 'name' | 'unit'>) {
  const benchmark = {
    name: 'one',
    description: 'd',
    run: async (report: (m: Measurement) => void) => report({ name: 'figure', unit: 'ms', ...measurement }),
  };
  const quiet = { progress: () => undefined, finished: () => undefined, skipped: () => undefined };
  const [result] = (await runBenchmarks([benchmark], quiet)).results;
  if (result === undefined) throw new Error('The benchmark reports one result.');
  return toFigure(result);
}
