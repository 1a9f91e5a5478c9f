import { escapeUTF8 as escape } from 'entities';

const WIDTH = 720;
const LABELS = 190;
const RIGHT = 60;
const TOP = 8;
const AXIS = 36;
const ROW = 20;
const GROUP_GAP = 12;

/** Colors and marks are of contenders, in the order of the report; marks differ too, for who sees few colors. */
const MARKS = ['circle', 'square', 'diamond', 'triangle', 'cross', 'ring'] as const;

/** A value with an interval. */
export interface Dot {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface DotRow {
  readonly label: string;
  /** One for each series; null: there is none. */
  readonly dots: readonly (Dot | null)[];
}

/** Rows of dots on one axis, one dot for each series. */
export function dotChart(about: string, rows: readonly DotRow[], format: (value: number) => string): string {
  const count = Math.max(1, ...rows.map(({ dots }) => dots.length));
  const lowest = Math.min(
    1,
    ...rows.flatMap(({ dots }) => dots.flatMap((dot) => (dot === null ? [] : [dot.low ?? dot.value]))),
  );
  // From a round number below the lowest value, so that differences at the top can be seen.
  const from = lowest >= 0.95 ? 0.95 : Math.floor(lowest * 5) / 5;
  const height = TOP + rows.length * (count * LANE + GROUP_GAP) + AXIS;
  const x = (value: number): number =>
    round(LABELS + ((WIDTH - LABELS - RIGHT) * (value - from)) / (1 - from));
  const marks = rows.flatMap(({ label, dots }, row) => {
    const top = TOP + row * (count * LANE + GROUP_GAP);
    const middle = top + (count * LANE) / 2;
    return [
      `<text x="${LABELS - 12}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
      ...dots.map((dot, n) => {
        const y = top + n * LANE + LANE / 2;
        if (dot === null) return '';
        const line =
          dot.low === null || dot.high === null
            ? ''
            : `<line class="range" x1="${x(dot.low)}" x2="${x(dot.high)}" y1="${y}" y2="${y}"/>`;
        return `<g class="series-${n}">${line}${mark(n, x(dot.value), y)}</g>`;
      }),
    ];
  });
  const ticks = Array.from({ length: 6 }, (_, n) => from + ((1 - from) * n) / 5);
  return svg(about, height, [...axis(ticks, x, format, height), ...marks]);
}

/** A dot and the space around it. */
const LANE = 12;

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands beside the bar. */
  readonly text: string;
}

/** A bar for each series. */
export function barChart(about: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const height = TOP + bars.length * (ROW + GROUP_GAP);
  const right = 220;
  return svg(
    about,
    height,
    bars.map(({ label, value, text }, n) => {
      const y = TOP + n * (ROW + GROUP_GAP);
      const width = round(((WIDTH - LABELS - right) * value) / most);
      return (
        `<text x="${LABELS - 12}" y="${y + 14}" text-anchor="end">${escape(label)}</text>` +
        `<rect class="series-${n}" x="${LABELS}" y="${y}" width="${Math.max(1, width)}" height="${ROW}"/>` +
        `<text class="value" x="${LABELS + width + 8}" y="${y + 14}">${escape(text)}</text>`
      );
    }),
  );
}

/** The share of samples up to each time, on a logarithmic axis: a line for each series of sorted samples. */
export function shareChart(about: string, series: readonly (readonly number[])[]): string {
  const [left, height] = [52, 300];
  const all = series.flat();
  const from = Math.floor(Math.log10(Math.max(0.1, Math.min(...all))));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(0.1, ...all))));
  const x = (ms: number): number =>
    round(left + ((WIDTH - left - RIGHT) * (Math.log10(Math.max(ms, 10 ** from)) - from)) / (to - from));
  const y = (share: number): number => round(TOP + (height - TOP - AXIS) * (1 - share));
  const ticks = Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="grid" x1="${left}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}"/>` +
      `<text x="${left - 8}" y="${y(share) + 4}" text-anchor="end">${100 * share}%</text>`,
  );
  const lines = series.map((samples, n) => {
    const points = samples.map((ms, i) => `${x(ms)},${y((i + 1) / samples.length)}`);
    const middle = samples[samples.length >> 1];
    const at = middle === undefined ? '' : mark(n, x(middle), y(0.5));
    return `<g class="series-${n}"><polyline points="${points.join(' ')}"/>${at}</g>`;
  });
  return svg(about, height, [...axis(ticks, x, (ms) => `${ms} ms`, height), ...grid, ...lines]);
}

/** Which mark is which series. */
export function key(titles: readonly string[]): string {
  const entries = titles.map(
    (title, n) =>
      `<li><svg class="series-${n}" viewBox="0 0 14 14" aria-hidden="true">${mark(n, 7, 7)}</svg>${escape(title)}</li>`,
  );
  return `<ul class="key">${entries.join('')}</ul>`;
}

function axis(
  ticks: readonly number[],
  x: (value: number) => number,
  format: (value: number) => string,
  height: number,
): string[] {
  return ticks.map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${height - AXIS}"/>` +
      `<text x="${x(tick)}" y="${height - AXIS + 18}" text-anchor="middle">${escape(format(tick))}</text>`,
  );
}

const svg = (about: string, height: number, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(about)}">${parts.join('')}</svg>`;

function mark(series: number, x: number, y: number): string {
  switch (MARKS[series % MARKS.length]) {
    case 'square':
      return `<rect x="${x - 4}" y="${y - 4}" width="8" height="8"/>`;
    case 'diamond':
      return `<path d="M${x} ${y - 5.5}L${x + 5.5} ${y}L${x} ${y + 5.5}L${x - 5.5} ${y}Z"/>`;
    case 'triangle':
      return `<path d="M${x} ${y - 5}L${x + 5} ${y + 4}L${x - 5} ${y + 4}Z"/>`;
    case 'cross':
      return `<path class="open" d="M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}"/>`;
    case 'ring':
      return `<circle class="open" cx="${x}" cy="${y}" r="4"/>`;
    default:
      return `<circle cx="${x}" cy="${y}" r="4.5"/>`;
  }
}

const round = (value: number): number => Math.round(10 * value) / 10;
