import { lighten } from '../color.js';
import type { Cutter, Piece } from '../garment.js';
import { curve, type Node } from '../geometry.js';
import { front, placket, shirtCollar, standCollar } from './fronts.js';
import { flap, row, stud, zip } from './hardware.js';
import { hood } from './knits.js';
import { sleevePair } from './sleeve.js';
import { satinLining } from './tailoring.js';
import { sleeveless } from './tops.js';
import { backBand, backNeck, hemBand, neckBand, strip, torsoOf } from './torso.js';

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
      backNeck(torso, collar, satinLining(atelier)),
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
      welt(-1, 84, torso.hem[1] - 170, main),
      welt(1, 84, torso.hem[1] - 170, main),
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
      [66, 0],
      [44, 32, 's'],
      [0, 54],
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
      welt(-1, 96, torso.hem[1] - 210, plain),
      {
        ...welt(1, 96, torso.hem[1] - 210, plain),
        hardware: zip([0, hooded ? 104 : 24], [0, torso.hem[1] + 3], design.trim ?? '#b9b6ae'),
      },
    ],
  };
};
