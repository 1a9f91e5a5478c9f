import type { Cutter, Line, Piece } from '../garment.js';
import { curve } from '../geometry.js';
import { shirtCollar, placket } from './fronts.js';
import { button, row } from './hardware.js';
import { lengths, sash, skirtPieces, spreads } from './skirts.js';
import { sleevePair } from './sleeve.js';
import { armholeBinding, lightSleeve, neckCuts, sleeveless, strapped } from './tops.js';
import {
  backBand,
  backNeck,
  bodyFolds,
  bodyLines,
  bodyOutline,
  neckBand,
  neckEdge,
  torsoOf,
  type NeckCut,
  type Torso,
} from './torso.js';

export const dress: Cutter = ({ design, random, main, plain, ribbed, lining }) => {
  const base = torsoOf({ ...design, silhouette: 'slim' });
  const waistY = 372;
  const bottom = waistY + (lengths[design.length] ?? 390) + 20;
  const shift = design.silhouette === 'shift';
  const waist = shift ? 146 : 122;
  const bare = design.sleeve === 'sleeveless' || design.neckline === 'straps';
  const armed: Torso = {
    ...base,
    shoulder: [160, 46],
    armpit: [146, 196],
    waist: [waist + 4, 330],
    hem: [waist, waistY],
  };
  const torso = bare ? sleeveless(armed) : armed;
  const hem = 140 + (spreads[design.silhouette] ?? 60) + (bottom - waistY > 480 ? 34 : 0);
  const hip = design.silhouette === 'bodycon' ? 150 : shift ? 164 : Math.min(hem, 150);
  const skirt = skirtPieces(
    { top: waistY - 6, bottom, waist: waist - 1, hip, hem },
    design,
    main,
    lining,
    random,
  );
  const collared = design.neckline === 'shirt collar';
  const cut: NeckCut =
    design.silhouette === 'wrap'
      ? { depth: 200, widen: 6, shape: 'v' }
      : collared
        ? { depth: 62, widen: 0, shape: 'v' }
        : (neckCuts[design.neckline] ?? neckCuts.crew);
  const turned = shirtCollar(torso, plain, lining, random);
  const sleeves = bare ? null : lightSleeve(design);
  const arms = sleeves
    ? sleevePair(
        torso,
        { ...sleeves, end: sleeves.end - 10, ...(design.sleeve === 'puff' ? { cuff: 14 } : {}) },
        main,
        random,
      )
    : [];
  const seam: Line = {
    d: curve(
      [
        [-waist, waistY - 5],
        [0, waistY, 's'],
        [waist, waistY - 5],
      ],
      false,
    ),
    kind: 'seam',
    width: 1.8,
  };
  const folds = bodyFolds(torso, random, 0.3);
  const belt: Piece[] = design.silhouette === 'wrap' ? sash(waist, waistY - 4, 44, plain) : [];

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
    const bodice: Piece = { outline, cloth: main, folds, lines: [seam] };
    return {
      stance: 'laid',
      pieces: [backLeft, backRight, back, ...skirt, bodice, ...belt, left, right].filter(
        (piece) => piece !== undefined,
      ),
    };
  }
  const binding = bare ? armholeBinding(torso).map((d): Line => ({ d, kind: 'stitch' })) : [];
  const crossing: Line[] =
    design.silhouette === 'wrap'
      ? [
          {
            d: curve(
              [
                [0, cut.depth + 2],
                [52, 290, 's'],
                [96, waistY - 8],
              ],
              false,
            ),
            kind: 'seam',
            width: 2.2,
          },
          {
            d: curve(
              [
                [4, cut.depth + 12],
                [46, 292, 's'],
                [88, waistY - 8],
              ],
              false,
            ),
            kind: 'crease',
            width: 4,
          },
        ]
      : [];
  const darts: Line[] =
    shift || design.silhouette === 'bodycon'
      ? [-1, 1].map((side) => ({
          d: curve(
            [
              [side * 62, 250],
              [side * 58, 330, 's'],
              [side * 62, waistY],
            ],
            false,
          ),
          kind: 'seam' as const,
          width: 0.8,
        }))
      : [];
  const band: Piece = neckBand(torso, cut, 9, plain);
  return {
    stance: 'laid',
    pieces: [
      collared ? turned.back : backNeck(torso, cut, lining),
      ...(collared ? [] : [backBand(torso, cut, 9, plain)]),
      ...arms,
      ...skirt,
      {
        outline: bodyOutline(torso, neckEdge(torso, cut, 4), random, { sag: 2, armhole: bare ? 24 : 14 }),
        cloth: main,
        folds,
        lines: [
          ...bodyLines(torso, { armholes: !bare, hem: 0 }),
          ...binding,
          ...crossing,
          ...darts,
          ...(shift ? [] : [seam]),
        ],
      },
      ...belt,
      ...(collared
        ? [
            {
              ...placket(0, 58, bottom + 8, 26, main, random),
              hardware: row([0, 100], [0, bottom - 60], 9)
                .map((at) => button(at, 6, design.trim ?? '#e9e4d8'))
                .join(''),
            },
            ...sash(waist, waistY - 4, 40, plain).slice(0, 1),
            ...turned.leaves,
          ]
        : [{ ...band, cloth: design.material === 'knit' ? ribbed : plain }]),
    ],
  };
};
