import { lighten } from '../color.js';
import type { Atelier, Cutter, Piece } from '../garment.js';
import { curve, type Node } from '../geometry.js';
import { front, lapels, openBack, placket, shirtCollar, standCollar } from './fronts.js';
import { button, flap, row, stud, zip } from './hardware.js';
import {
  backBand,
  hemBand,
  neckBand,
  sleevePair,
  strip,
  torsoOf,
  type SleeveCut,
  type Torso,
} from './torso.js';
import { hood } from './knits.js';
import { sleeveless } from './tops.js';

const tailoredSleeve: SleeveCut = { length: 545, angle: 9, end: 78, bow: 15 };

/** Three buttons at a tailored sleeve's end. */
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

const satinLining = ({ lining }: Atelier): Piece['cloth'] => ({
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
        [72, 0],
        [58, 42, 's'],
        [0, close],
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

const denimThread = '#c98b45';

export const denimJacket: Cutter = ({ design, random, main, lining }) => {
  const torso = torsoOf(design, { length: -56, ease: 16, hem: -14 });
  const thread = design.material === 'denim' ? denimThread : lighten(design.color, 0.2);
  const metal = '#b08a5c';
  const cut = {
    neck: [
      [72, 0],
      [50, 40, 's'],
      [0, 66],
    ] as Node[],
    overlap: 15,
    hem: 0,
  };
  const { back, leaves } = shirtCollar(torso, main, lining, random, {
    close: 62,
    point: 128,
    spread: 92,
    height: 26,
  });
  const bottom = torso.hem[1];
  const seams = (piece: Piece, side: number): Piece => {
    const path = (nodes: Node[]): { d: string; kind: 'stitch' | 'seam'; color: string; width: number }[] =>
      [0, 4].map((shift) => ({
        d: curve(
          nodes.map(([x, y, kind]): Node =>
            kind ? [side * (x + shift), y + shift * 0.8, kind] : [side * (x + shift), y + shift * 0.8],
          ),
          false,
        ),
        kind: 'stitch' as const,
        color: thread,
        width: 1.2,
      }));
    return {
      ...piece,
      lines: [
        ...(piece.lines ?? []),
        ...path([
          [14, 172],
          [180, 164],
        ]),
        ...path([
          [52, 210],
          [74, bottom],
        ]),
        ...path([
          [118, 210],
          [104, bottom],
        ]),
      ],
    };
  };
  const hem: Piece = { ...hemBand(torso, 44, main, random, { tuck: 2 }) };
  const stitched: Piece = {
    ...hem,
    lines: [5, 37].map((down) => ({
      d: curve(
        [
          [-torso.hem[0], bottom - 6 + down],
          [0, bottom + 6 + down, 's'],
          [torso.hem[0], bottom - 6 + down],
        ],
        false,
      ),
      kind: 'stitch' as const,
      color: thread,
    })),
  };
  return {
    stance: 'laid',
    pieces: [
      back,
      ...sleevePair(
        torso,
        { length: 505, angle: 10, end: 80, bow: 15, cuff: 44, cuffCloth: main },
        main,
        random,
      ),
      stitched,
      seams(front(torso, -1, cut, main, random), -1),
      seams(front(torso, 1, cut, main, random), 1),
      ...[-1, 1].map((side) => ({
        ...flap([side * 86, 168], 92, 48, main, random, 16, thread),
        hardware: stud([side * 86, 203], 6, metal),
      })),
      {
        ...placket(0, 64, bottom + 46, 32, main, random, thread),
        hardware: row([0, 92], [0, bottom + 24], 6)
          .map((at) => stud(at, 7.5, metal))
          .join(''),
      },
      ...leaves.map((leaf): Piece => ({
        ...leaf,
        lines: (leaf.lines ?? []).map((line) => ({ ...line, color: thread })),
      })),
    ],
  };
};

/** A slanted welt pocket. */
function welt(side: number, x: number, y: number, cloth: Piece['cloth']): Piece {
  return {
    outline: strip([side * x, y], [side * (x + 34), y + 104], 17),
    cloth,
    lift: 0.2,
    roundness: 0.5,
    lines: [{ d: `M${side * (x + 2)} ${y + 4}L${side * (x + 34)} ${y + 100}`, kind: 'seam' }],
  };
}

export const bomberJacket: Cutter = (atelier) => {
  const { design, random, main, ribbed } = atelier;
  const torso = torsoOf(design, { length: -60, ease: 26, hem: -12 });
  const rib = { ...ribbed, color: design.trim ?? ribbed.color, material: 'knit' as const };
  const cut = {
    neck: [
      [80, 3],
      [64, 48, 's'],
      [0, 72],
    ] as Node[],
    overlap: 0,
    hem: 0,
    foldDepth: 0.5,
  };
  const collar = { depth: 64, widen: 0, shape: 'round' as const };
  return {
    stance: 'laid',
    pieces: [
      openBack(torso, 64, satinLining(atelier)),
      backBand(torso, collar, 30, rib),
      ...sleevePair(
        torso,
        { length: 490, angle: 11, end: 92, bow: 22, cuff: 54, cuffCloth: rib },
        main,
        random,
      ),
      hemBand(torso, 54, rib, random, { tuck: 14 }),
      front(torso, -1, cut, main, random),
      front(torso, 1, cut, main, random),
      welt(-1, 84, 400, main),
      welt(1, 84, 400, main),
      { ...neckBand(torso, collar, 30, rib), hardware: zip([0, 70], [0, torso.hem[1] + 56]) },
    ],
  };
};

export const pufferJacket: Cutter = (atelier) => {
  const { design, random, main, plain } = atelier;
  const vest = design.sleeve === 'sleeveless';
  const regular = torsoOf(design, { length: -10, ease: 30, hem: -6 });
  const torso = vest ? { ...sleeveless(regular), shoulder: [152, 36] as const } : regular;
  const step = 66;
  const tubes = Array.from({ length: 14 }, (_, index) => {
    const y = 20 + index * step;
    return `<path d="${curve([
      [-300, y + 6],
      [0, y + 12, 's'],
      [300, y + 6],
      [300, y + step - 6],
      [0, y + step, 's'],
      [-300, y + step - 6],
    ])}" fill-opacity="0.36"/>`;
  }).join('');
  const quilted = (piece: Piece): Piece => ({
    ...piece,
    relief: tubes,
    roundness: 1.4,
    folds: Array.from({ length: 34 }, () => {
      const x = random.between(-250, 250);
      const y = 20 + random.integer(1, 10) * step + 6;
      return {
        from: [x, y] as const,
        to: [x + random.between(-8, 8), y + random.between(-26, 26)] as const,
        bend: random.between(-4, 4),
        width: 4,
        depth: random.between(0.15, 0.4),
      };
    }),
    lines: Array.from({ length: 11 }, (_, index) => ({
      d: curve(
        [
          [-300, 20 + index * step],
          [0, 26 + index * step, 's'],
          [300, 20 + index * step],
        ],
        false,
      ),
      kind: 'seam' as const,
      width: 1.6,
    })),
  });
  const cut = {
    neck: [
      [78, 2],
      [62, 44, 's'],
      [0, 64],
    ] as Node[],
    overlap: 0,
    hem: 0,
    sag: 4,
  };
  const stand = standCollar(torso, { ...plain, material: main.material }, atelier.lining, 58, 66);
  const cap = hood(main, atelier.lining, random);
  const hooded = design.neckline === 'hood';
  const arms = vest
    ? []
    : sleevePair(
        torso,
        {
          length: 520,
          angle: 12,
          end: 96,
          bow: 30,
          cuff: 18,
          cuffCloth: { ...plain, material: main.material },
        },
        main,
        random,
      );
  const radians = (12 * Math.PI) / 180;
  const armTubes = (side: number): string =>
    Array.from({ length: 9 }, (_, index) => {
      const t = index * 62 + 12;
      const [x, y] = [torso.shoulder[0] + Math.sin(radians) * t, torso.shoulder[1] + Math.cos(radians) * t];
      return `<path d="${strip([side * (x + 60), y - 10], [side * (x - 190), y + 42], 50)}" fill-opacity="0.36"/>`;
    }).join('');
  return {
    stance: 'laid',
    pieces: [
      ...(hooded ? cap.behind.map((piece): Piece => ({ ...piece, roundness: 2 })) : [stand.back]),
      ...arms.map((piece, index): Piece =>
        index % 2 === 0
          ? { ...piece, relief: armTubes(index === 0 ? -1 : 1), folds: [], roundness: 1.5 }
          : piece,
      ),
      quilted(front(torso, -1, cut, main, random)),
      quilted(front(torso, 1, cut, main, random)),
      ...(hooded
        ? cap.rim.map((piece): Piece => ({ ...piece, roundness: 1.8 }))
        : stand.front.map((piece): Piece => ({ ...piece, roundness: 1.5 }))),
      welt(-1, 96, 410, plain),
      {
        ...welt(1, 96, 410, plain),
        hardware: zip([0, hooded ? 104 : 24], [0, torso.hem[1] + 3], design.trim ?? '#b9b6ae'),
      },
    ],
  };
};
