import { type ContenderReport, type Rate, type Times, totalsOf } from './report.js';

/** A contender's figures in a few lines of a terminal. */
export function formatContender({ name, version, figures }: ContenderReport): string {
  const { recall, leaks, shown, misses, required, shortPages, searches } = totalsOf(figures);
  const { visible, lost, changes } = figures;
  const followed = lost + (visible?.samples.length ?? 0);
  const lines: readonly [string, string][] = [
    ['recall@24', recall === null ? '–' : recall.toFixed(4)],
    ['leaks', `${leaks} of ${shown} shown`],
    ['misses', `${misses} of ${required}`],
    ['short pages', `${shortPages} of ${searches}`],
    ['commit to visible', `${times(visible)}; ${lost} of ${followed} lost`],
    ['searches', `${rate(figures.searches.perSecond)}/s, ${times(figures.searches.latency)}`],
    [
      'changes',
      `${rate(changes.perSecond)}/s as fast as possible; ${times(changes.commit)} beside searches, ${rate(changes.besideSearches)}/s`,
    ],
    ['caught up', changes.caughtUpMs === null ? 'not in time' : `${changes.caughtUpMs.toFixed(1)} ms`],
  ];
  return `\n${name} (${version})\n${lines.map(([label, value]) => `  ${label.padEnd(18)} ${value}\n`).join('')}`;
}

const times = (of: Times | null): string =>
  of === null ? '–' : `p50 ${of.p50.toFixed(1)} ms, p99 ${of.p99.toFixed(1)} ms`;

const rate = ({ median, low, high }: Rate): string =>
  `${Math.round(median)} (${Math.round(low)} – ${Math.round(high)})`;
