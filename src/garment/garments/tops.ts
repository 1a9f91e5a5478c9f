import type { Design, Neckline } from '../design.js';
import type { Cutter, Piece } from '../garment.js';
import { curve, jitter, mirrored, type Node } from '../geometry.js';
import type { Random } from '../../platform/random.js';
import { placket, shirtCollar, standCollar } from './fronts.js';
import { button, patchPocket, row } from './hardware.js';
import {
  backBand,
  backNeck,
  bodyFolds,
  bodyLines,
  bodyOutline,
  neckBand,
  neckEdge,
  strip,
  torsoOf,
  type NeckCut,
  type Torso,
} from './torso.js';
import { sleevePair, type SleeveCut } from './sleeve.js';

/** How the plain necklines are cut. */
export const neckCuts: Partial<Record<Neckline, NeckCut>> & Record<'crew', NeckCut> = {
  crew: { depth: 62, widen: 2, shape: 'round' },
  'v-neck': { depth: 128, widen: 6, shape: 'v' },
  scoop: { depth: 112, widen: 16, shape: 'round' },
  boat: { depth: 38, widen: 40, shape: 'round' },
  square: { depth: 108, widen: 18, shape: 'square' },
};

/** Sleeves of light tops by their length; null for none. */
export function lightSleeve(design: Design): SleeveCut | null {
  const wide = design.silhouette === 'oversized' ? 18 : design.silhouette === 'slim' ? -10 : 0;
  switch (design.sleeve) {
    case 'sleeveless':
      return null;
    case 'short':
      return { length: 190, angle: 24, end: 104 + wide, bow: 7 };
    case 'elbow':
      return { length: 280, angle: 20, end: 96 + wide, bow: 9 };
    case 'long':
      return { length: 545, angle: 10, end: 64 + wide * 0.5, bow: 11 };
    case 'puff':
      return { length: 190, angle: 26, end: 92, bow: 12, puff: 24 };
  }
}

export const tShirt: Cutter = ({ design, random, main, ribbed, lining }) => {
  const torso = torsoOf(design);
  const cut = neckCuts[design.neckline] ?? neckCuts.crew;
  const sleeves = lightSleeve(design);
  const band = { ...ribbed, color: design.trim ?? ribbed.color };
  const cuffed = design.sleeve === 'long' ? { cuff: 34, cuffCloth: band } : {};
  return {
    stance: 'laid',
    pieces: [
      backNeck(torso, cut, lining),
      backBand(torso, cut, 17, band),
      ...(sleeves ? sleevePair(torso, { ...sleeves, ...cuffed }, main, random) : []),
      {
        outline: bodyOutline(torso, neckEdge(torso, cut, 8), random),
        cloth: main,
        folds: bodyFolds(torso, random),
        lines: bodyLines(torso),
      },
      neckBand(torso, cut, design.neckline === 'boat' ? 13 : 19, band),
    ],
  };
};

/** The torso of a sleeveless garment: narrower shoulders, deeper armholes. */
export function sleeveless(torso: Torso): Torso {
  return {
    ...torso,
    shoulder: [Math.min(torso.shoulder[0], 128), 26],
    armpit: [torso.armpit[0] - 4, torso.armpit[1] - 6],
  };
}

/** Lines of binding along the armholes of a sleeveless garment. */
export function armholeBinding(torso: Torso): string[] {
  const [sx, sy] = torso.shoulder;
  const [ax, ay] = torso.armpit;
  const edge: Node[] = [
    [sx - 8, sy],
    [Math.min(sx, ax) - 22, sy + (ay - sy) * 0.62, 's'],
    [ax - 6, ay + 8],
  ];
  return [curve(edge, false), curve(mirrored(edge), false)];
}

/** A bodice on thin straps: its outline, and the straps in the back and in front. */
export function strapped(torso: Torso, random: Random): { outline: string; straps: string[] } {
  const [ax, ay] = torso.armpit;
  const right: Node[] = [
    [0, 128, 's'],
    [48, 112, 's'],
    [92, 92],
    [118, 150, 's'],
    [ax - 4, ay - 8],
    [torso.waist[0], torso.waist[1], 's'],
    [torso.hem[0], torso.hem[1] - 4],
    [torso.hem[0] * 0.5, torso.hem[1] + 5, 's'],
  ];
  const moved = jitter(right, random, 1.5);
  return {
    outline: curve([...moved, [0, torso.hem[1] + 8, 's'], ...mirrored(right.slice(1))]),
    straps: [
      strip([-92, 100], [-74, -34], 11, 9),
      strip([92, 100], [74, -34], 11, 9),
      strip([-78, 118], [-70, -32], 9),
      strip([78, 118], [70, -32], 9),
    ],
  };
}

export const tankTop: Cutter = ({ design, random, main, ribbed, plain, lining }) => {
  const torso = sleeveless(torsoOf(design));
  if (design.neckline === 'straps') {
    const { outline, straps } = strapped(torso, random);
    const [left, right, backLeft, backRight] = straps.map((d): Piece => ({
      outline: d,
      cloth: plain,
      roundness: 0.5,
      lift: 0.2,
    }));
    const back: Piece = {
      outline: curve([
        [-96, 104],
        [0, 96, 's'],
        [96, 104],
        [60, 150],
        [-60, 150],
      ]),
      cloth: lining,
      shade: 0.3,
    };
    const body: Piece = {
      outline,
      cloth: main,
      folds: bodyFolds(torso, random, 0.4),
      lines: bodyLines(torso, { armholes: false }),
    };
    return {
      stance: 'laid',
      pieces: [backLeft, backRight, back, body, left, right].filter((piece) => piece !== undefined),
    };
  }
  const cut = neckCuts[design.neckline] ?? neckCuts.crew;
  const binding = armholeBinding(torso).flatMap((d) => [{ d, kind: 'stitch' as const }]);
  const wide: NeckCut = { ...cut, widen: Math.min(cut.widen, 14) + 4 };
  return {
    stance: 'laid',
    pieces: [
      backNeck(torso, wide, lining),
      backBand(torso, wide, 12, ribbed),
      {
        outline: bodyOutline(torso, neckEdge(torso, wide, 6), random, { armhole: 26 }),
        cloth: main,
        folds: bodyFolds(torso, random),
        lines: [...bodyLines(torso, { armholes: false }), ...binding],
      },
      neckBand(torso, wide, 13, ribbed),
    ],
  };
};

const pearl = '#e9e4d8';

export const shirt: Cutter = ({ design, random, main, plain, lining }) => {
  const torso = torsoOf(design, { length: 40, ease: 4 });
  const sleeves = lightSleeve(design);
  const cuff =
    design.sleeve === 'long'
      ? { length: 520, cuff: 48, cuffCloth: main }
      : design.sleeve === 'puff'
        ? { cuff: 14 }
        : {};
  const buttons = design.trim ?? (design.material === 'denim' ? '#c9c3b4' : pearl);
  const bottom = torso.hem[1] + 4;
  const neck: NeckCut = { depth: 62, widen: 0, shape: 'v' };
  const stand = standCollar(torso, plain, lining, 24, 52);
  const turned = shirtCollar(torso, main, lining, random);
  const band = design.neckline === 'band collar';
  return {
    stance: 'laid',
    pieces: [
      band ? stand.back : turned.back,
      ...(sleeves ? sleevePair(torso, { ...sleeves, ...cuff }, main, random) : []),
      {
        outline: bodyOutline(torso, neckEdge(torso, neck, 4), random, { sag: 22 }),
        cloth: main,
        folds: bodyFolds(torso, random, 0.36),
        lines: [
          ...bodyLines(torso, { sag: 22, hem: 9 }),
          ...[-1, 1].map((side) => ({
            d: `M${side * 70} 10L${side * torso.shoulder[0] * 0.96} 74`,
            kind: 'seam' as const,
          })),
        ],
      },
      ...(random.chance(0.75) ? [patchPocket([84, 190], 78, 88, main, random, 14)] : []),
      {
        ...placket(0, 56, bottom + 16, 29, main, random),
        hardware: row([0, 96], [0, bottom - 60], 7)
          .map((at) => button(at, 6.2, buttons))
          .join(''),
      },
      ...(band ? stand.front : turned.leaves),
      ...(band
        ? []
        : [
            {
              outline: curve([
                [-13, 46],
                [13, 46],
                [12, 72],
                [-12, 72],
              ]),
              cloth: main,
              lift: 0.1,
              roundness: 0.4,
              hardware: button([0, 60], 5.6, buttons),
            },
          ]),
    ],
  };
};

export const polo: Cutter = ({ design, random, main, plain, ribbed, lining }) => {
  const torso = torsoOf(design);
  const sleeves = lightSleeve(design);
  const rib = { ...ribbed, color: design.trim ?? ribbed.color };
  const neck: NeckCut = { depth: 62, widen: 0, shape: 'v' };
  const { back, leaves } = shirtCollar(torso, rib, lining, random, {
    close: 60,
    point: 104,
    spread: 80,
    height: 22,
  });
  return {
    stance: 'laid',
    pieces: [
      back,
      ...(sleeves
        ? sleevePair(
            torso,
            { ...sleeves, cuff: design.sleeve === 'long' ? 34 : 20, cuffCloth: rib },
            main,
            random,
          )
        : []),
      {
        outline: bodyOutline(torso, neckEdge(torso, neck, 4), random),
        cloth: main,
        folds: bodyFolds(torso, random),
        lines: bodyLines(torso),
      },
      {
        ...placket(0, 58, 200, 34, plain, random),
        hardware: row([0, 92], [0, 172], 3)
          .map((at) => button(at, 6, design.trim ?? pearl))
          .join(''),
      },
      ...leaves,
    ],
  };
};
