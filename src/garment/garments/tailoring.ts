import { lighten } from '../color.js';
import type { Atelier, Cutter, Piece } from '../garment.js';
import { curve, type Node } from '../geometry.js';
import { front, lapels, openBack, standCollar } from './fronts.js';
import { button, flap, row } from './hardware.js';
import { sleevePair, type SleeveCut } from './sleeve.js';
import { strip, torsoOf, type Torso } from './torso.js';

const tailoredSleeve: SleeveCut = { length: 545, angle: 9, end: 78, bow: 15 };

/** Three buttons at the end of a tailored sleeve. */
function sleeveButtons(torso: Torso, length: number, color: string): string {
  const radians = (tailoredSleeve.angle * Math.PI) / 180;
  return [-1, 1]
    .flatMap((side) =>
      row([0, 0], [0, 44], 3).map(([, up]) =>
        button(
          [
            side * (torso.shoulder[0] + Math.sin(radians) * (length - 22 - up) - 66),
            torso.shoulder[1] + Math.cos(radians) * (length - 12 - up),
          ],
          4.6,
          color,
        ),
      ),
    )
    .join('');
}

/** The lining of tailored garments. */
export const satinLining = ({ lining }: Atelier): Piece['cloth'] => ({
  ...lining,
  material: 'satin',
  color: lighten(lining.color, -0.04),
});

export const blazer: Cutter = (atelier) => {
  const { design, random, main } = atelier;
  const torso = torsoOf(design, { length: 70, ease: 14, hem: 6 });
  const close = 316;
  const buttons = design.trim ?? lighten(design.color, -0.16);
  const cut = {
    neck: [
      [72, 0],
      [44, close * 0.5, 's'],
      [0, close],
    ] as Node[],
    overlap: 14,
    round: 60,
    hem: 0,
    foldDepth: 0.24,
  };
  const pocketY = torso.hem[1] - 178;
  return {
    stance: 'laid',
    pieces: [
      openBack(torso, close, satinLining(atelier), 6),
      ...sleevePair(torso, tailoredSleeve, main, random).map((piece, index): Piece =>
        index === 1
          ? { ...piece, lines: [], hardware: sleeveButtons(torso, tailoredSleeve.length, buttons) }
          : { ...piece, lines: [] },
      ),
      front(torso, -1, cut, main, random),
      front(torso, 1, cut, main, random),
      ...[-1, 1].map((side) => flap([side * 98, pocketY], 104, 38, main, random)),
      { outline: strip([58, 214], [132, 205], 19), cloth: main, lift: 0.12, roundness: 0.4 },
      ...lapels(torso, { close, width: 74, notch: design.neckline !== 'shawl' }, main, random),
      {
        outline: strip([-1, close + 14], [1, close + 14], 2),
        cloth: main,
        hardware: row([0, close + 22], [0, close + 116], 2)
          .map((at) => button(at, 9, buttons))
          .join(''),
      },
    ],
  };
};

export const coat: Cutter = (atelier) => {
  const { design, random, main, plain } = atelier;
  const long = { short: 150, midi: 420 }[design.length as string] ?? 290;
  const torso = torsoOf(design, { length: long, ease: 22, hem: design.silhouette === 'slim' ? 14 : 30 });
  const buttons = design.trim ?? lighten(design.color, -0.18);
  const wrap = design.silhouette === 'wrap';
  const band = design.neckline === 'band collar';
  const close = band ? 66 : wrap ? 330 : 258;
  const neck: Node[] = band
    ? [
        [66, 0],
        [44, 32, 's'],
        [0, close - 10],
      ]
    : [
        [72, 0],
        [44, close * 0.5, 's'],
        [0, close],
      ];
  const overlap = wrap ? 60 : design.silhouette === 'oversized' || band ? 20 : 46;
  const cut = { neck, overlap, hem: 0, foldDepth: 0.3 };
  const doubled = overlap === 46;
  const stand = standCollar(torso, plain, atelier.lining, 36, 60);
  const waist = 440;
  const belt: Piece[] = wrap
    ? [
        {
          outline: strip([-torso.waist[0] - 10, waist], [torso.waist[0] + 10, waist - 4], 40),
          cloth: plain,
          lift: 0.4,
          lines: [
            {
              d: `M${-torso.waist[0] - 10} ${waist - 14}L${torso.waist[0] + 10} ${waist - 18}`,
              kind: 'stitch',
            },
          ],
        },
        {
          outline: curve([
            [-30, waist],
            [6, waist - 6],
            [26, waist + 120, 's'],
            [16, waist + 240],
            [-22, waist + 236],
            [-14, waist + 120, 's'],
          ]),
          cloth: plain,
          lift: 0.4,
        },
        {
          outline: curve([
            [2, waist],
            [36, waist - 10],
            [70, waist + 90, 's'],
            [84, waist + 190],
            [48, waist + 196],
            [34, waist + 100, 's'],
          ]),
          cloth: plain,
          lift: 0.4,
        },
        {
          outline: curve([
            [-34, waist - 26, 's'],
            [22, waist - 26, 's'],
            [34, waist + 6, 's'],
            [16, waist + 28, 's'],
            [-30, waist + 22, 's'],
          ]),
          cloth: plain,
          lift: 0.5,
          roundness: 1.3,
        },
      ]
    : [];
  const rows = band
    ? row([0, 110], [0, torso.hem[1] - 210], 5)
    : doubled
      ? [...row([-34, close + 20], [-34, close + 190], 3), ...row([34, close + 20], [34, close + 190], 3)]
      : row([0, close + 24], [0, close + 230], 3);
  return {
    stance: 'laid',
    pieces: [
      ...(band ? [stand.back] : [openBack(torso, close, satinLining(atelier), 6)]),
      ...sleevePair(torso, { ...tailoredSleeve, length: 580, end: 88, bow: 18 }, main, random).map(
        (piece): Piece => ({ ...piece, lines: [] }),
      ),
      front(torso, -1, cut, main, random),
      front(torso, 1, cut, main, random),
      ...[-1, 1].map((side) => flap([side * 112, 520], 112, 44, main, random)),
      ...belt,
      ...(band
        ? stand.front
        : lapels(
            torso,
            { close: close + 6, width: wrap ? 92 : 82, notch: design.neckline === 'notch lapel' },
            main,
            random,
          )),
      ...(wrap
        ? []
        : [
            {
              outline: strip([-1, close + 16], [1, close + 16], 2),
              cloth: main,
              hardware: rows.map((at) => button(at, 11, buttons)).join(''),
            },
          ]),
    ],
  };
};
