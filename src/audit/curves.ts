import { escapeUTF8 } from 'entities';
import { mainMeasure } from './attacks.js';
import type { AttackReport } from './report.js';
import { titleOf } from './wording.js';

const WIDTH = 360;
const HEIGHT = 220;
const LEFT = 40;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 34;

/** Lines differ in more than color. */
const DASHES = ['', '6 4', '2 3'] as const;

interface Point {
  readonly x: number;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

/** How success grows with the passes that the attacker spends, as an SVG: a line and its interval for each attack. */
export function curveChart(attacks: readonly AttackReport[], passes: number): string {
  const x = (at: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * at) / passes;
  const y = (share: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const grid = [0, 0.5, 1].map(
    (share) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}"/>` +
      `<text x="${LEFT - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share}%</text>`,
  );
  const ticks = (attacks[0]?.curve ?? []).map(
    ({ passes: at }) =>
      `<text x="${round(x(at))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${at}</text>`,
  );
  const lines = attacks.map((attack, i) => {
    const measure = mainMeasure(attack);
    const points = attack.curve.flatMap(({ passes: at, figures }): Point[] => {
      const share = figures[measure];
      return share === undefined
        ? []
        : [
            {
              x: round(x(at)),
              middle: round(y(share.share)),
              low: round(y(share.low)),
              high: round(y(share.high)),
            },
          ];
    });
    const band = [
      ...points.map(({ x: at, high }) => `${at},${high}`),
      ...points.map(({ x: at, low }) => `${at},${low}`).reverse(),
    ];
    const line = points.map(({ x: at, middle }) => `${at},${middle}`);
    return (
      `<g class="line-${i % DASHES.length}"><polygon points="${band.join(' ')}"/>` +
      `<polyline points="${line.join(' ')}" stroke-dasharray="${DASHES[i % DASHES.length] ?? ''}"/>` +
      points.map(({ x: at, middle }) => `<circle cx="${at}" cy="${middle}" r="2.5"/>`).join('') +
      '</g>'
    );
  });
  const label = attacks.map((attack) => titleOf(attack)).join('; ');
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeUTF8(`Success after each number of passes: ${label}`)}">` +
    `${grid.join('')}${ticks.join('')}${lines.join('')}` +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 3}" text-anchor="middle">questions that the attacker asks</text></svg>` +
    `<ul class="key">${attacks.map((attack, i) => `<li><svg viewBox="0 0 28 8" aria-hidden="true" class="line-${i % DASHES.length}"><line x1="0" x2="28" y1="4" y2="4" stroke-dasharray="${DASHES[i % DASHES.length] ?? ''}"/></svg>${escapeUTF8(titleOf(attack))}</li>`).join('')}</ul>`
  );
}

const round = (value: number): number => Math.round(10 * value) / 10;
