import type { Cutter, Piece } from '../garment.js';
import { curve, jitter, mirrored, type Node } from '../geometry.js';
import type { Random } from '../../platform/random.js';
import { front, openBack, placket } from './fronts.js';
import { button, cord, patchPocket, row } from './hardware.js';
import {
  backBand,
  backNeck,
  bodyFolds,
  bodyLines,
  bodyOutline,
  hemBand,
  neckBand,
  neckEdge,
  torsoOf,
  type NeckCut,
} from './torso.js';
import { sleevePair, type SleeveCut } from './sleeve.js';
import { neckCuts } from './tops.js';

const knitSleeve: SleeveCut = { length: 505, angle: 10.5, end: 76, bow: 16, cuff: 52 };

/** A roll collar: its inside at the back, and the folded tube. */
function rollCollar(cloth: Piece['cloth'], lining: Piece['cloth']): Piece[] {
  const right: Node[] = [
    [60, -66, 's'],
    [70, -30, 's'],
    [80, 10, 's'],
    [66, 32, 's'],
  ];
  const tube = curve([[0, -58, 's'], ...right, [0, 46, 's'], ...mirrored(right)]);
  const mouth = curve([
    [-60, -66, 's'],
    [0, -84, 's'],
    [60, -66, 's'],
    [0, -50, 's'],
  ]);
  const turn = curve(
    [
      [-76, -4],
      [0, 16, 's'],
      [76, -4],
    ],
    false,
  );
  return [
    { outline: mouth, cloth: lining, shade: 0.45 },
    { outline: tube, cloth, lift: 0.35, roundness: 1.1, lines: [{ d: turn, kind: 'crease' }] },
  ];
}

export const sweater: Cutter = ({ design, random, main, ribbed, lining }) => {
  const torso = torsoOf(design, { length: -46, ease: 12 });
  const roll = design.neckline === 'turtleneck';
  const cut: NeckCut = roll
    ? { depth: 40, widen: 0, shape: 'round' }
    : (neckCuts[design.neckline] ?? neckCuts.crew);
  const rib = { ...ribbed, color: design.trim ?? ribbed.color };
  return {
    stance: 'laid',
    pieces: [
      ...(roll
        ? []
        : [backNeck(torso, cut, { ...lining, material: main.material }), backBand(torso, cut, 24, rib)]),
      ...sleevePair(torso, { ...knitSleeve, cuffCloth: rib }, main, random),
      hemBand(torso, 50, rib, random),
      {
        outline: bodyOutline(torso, neckEdge(torso, cut, 10), random),
        cloth: main,
        folds: bodyFolds(torso, random, 0.34),
        lines: bodyLines(torso, { hem: 0 }),
      },
      ...(roll ? rollCollar(rib, lining) : [neckBand(torso, cut, 27, rib)]),
    ],
  };
};

export const sweatshirt: Cutter = ({ design, random, main, ribbed, lining }) => {
  const torso = torsoOf(design, { length: -40, ease: 14 });
  const rib = { ...ribbed, color: design.trim ?? ribbed.color };
  const notch = curve(
    [
      [-26, 90],
      [0, 128],
      [26, 90],
    ],
    false,
  );
  return {
    stance: 'laid',
    pieces: [
      backNeck(torso, neckCuts.crew, lining),
      backBand(torso, neckCuts.crew, 22, rib),
      ...sleevePair(torso, { ...knitSleeve, cuffCloth: rib }, main, random),
      hemBand(torso, 46, rib, random),
      {
        outline: bodyOutline(torso, neckEdge(torso, neckCuts.crew, 10), random),
        cloth: main,
        folds: bodyFolds(torso, random, 0.38),
        lines: [...bodyLines(torso, { hem: 0 }), { d: notch, kind: 'stitch' }],
      },
      neckBand(torso, neckCuts.crew, 24, rib),
    ],
  };
};

/** A hood lying behind the shoulders: the outside, and the visible hollow. */
export function hood(
  cloth: Piece['cloth'],
  lining: Piece['cloth'],
  random: Random,
): { behind: Piece[]; rim: Piece[] } {
  const right: Node[] = [
    [48, -136, 's'],
    [98, -92, 's'],
    [116, -30, 's'],
    [110, 30, 's'],
    [92, 66],
  ];
  const hollow: Node[] = [
    [34, -104, 's'],
    [68, -66, 's'],
    [80, -6, 's'],
    [58, 52, 's'],
  ];
  const outside = curve([[0, -148, 's'], ...jitter(right, random, 2), ...jitter(mirrored(right), random, 2)]);
  const inside = curve([[0, -112, 's'], ...hollow, [0, 92], ...mirrored(hollow)]);
  const seam = curve(
    [
      [0, -150],
      [4, -130, 's'],
      [0, -108],
    ],
    false,
  );
  const rim = (side: 1 | -1): Piece => {
    const nodes: Node[] = [
      [62, 44, 's'],
      [84, 20, 's'],
      [108, 36, 's'],
      [86, 76, 's'],
      [10, 118],
      [-6, 96],
      [30, 76, 's'],
    ];
    return {
      outline: curve(nodes.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]))),
      cloth,
      lift: 0.35,
      grain: side * 30,
      folds: [{ from: [side * 90, 40], to: [side * 24, 92], bend: 5 * side, width: 8, depth: 0.4 }],
    };
  };
  return {
    behind: [
      {
        outline: outside,
        cloth,
        roundness: 1.5,
        lines: [{ d: seam, kind: 'seam' }],
        folds: [
          { from: [-92, -70], to: [-100, 30], bend: 10, width: 12, depth: 0.4 },
          { from: [70, -110], to: [100, -10], bend: -8, width: 12, depth: 0.4 },
        ],
      },
      {
        outline: inside,
        cloth: lining,
        shade: 0.34,
        roundness: 1.4,
        folds: [{ from: [0, -100], to: [4, 60], bend: 6, width: 12, depth: 0.5 }],
        applied:
          '<rect x="-19" y="-8" width="38" height="19" rx="1.500" fill="#efece4"/><rect x="-12" y="-1" width="24" height="4" rx="1" fill="#77736c" fill-opacity="0.55"/>',
      },
    ],
    rim: [rim(-1), rim(1)],
  };
}

export const hoodie: Cutter = ({ design, random, main, ribbed, lining }) => {
  const torso = torsoOf(design, { length: -30, ease: 16 });
  const rib = { ...ribbed, color: design.trim ?? ribbed.color };
  const { behind, rim } = hood(main, lining, random);
  const y = torso.hem[1] - 176;
  const pocket: Node[] = [
    [70, y],
    [116, y + 84, 's'],
    [120, y + 150],
    [0, y + 152, 's'],
  ];
  const strings = design.trim ?? '#e8e4da';
  const draw = (side: 1 | -1): string => {
    const [x, end] = [side * 22, random.between(215, 260)];
    const sway = random.between(-12, 12);
    return (
      `<circle cx="${x}" cy="98" r="4.500" fill="#8d8a83" stroke="#000" stroke-opacity="0.4"/>` +
      cord(
        `M${x} 98C${x + side * 4} 140 ${x + side * 8 + sway} 180 ${x + side * 6 + sway} ${end.toFixed(0)}`,
        strings,
      ) +
      `<path d="M${(x + side * 6 + sway).toFixed(1)} ${end.toFixed(0)}v16" stroke="#b9b5ab" stroke-width="6.500"/>`
    );
  };
  return {
    stance: 'laid',
    pieces: [
      ...behind,
      ...sleevePair(torso, { ...knitSleeve, cuffCloth: rib }, main, random),
      hemBand(torso, 46, rib, random),
      {
        outline: bodyOutline(torso, neckEdge(torso, { depth: 82, widen: 12, shape: 'v' }), random),
        cloth: main,
        folds: bodyFolds(torso, random, 0.4),
        lines: bodyLines(torso, { hem: 0 }),
      },
      {
        outline: curve([
          [0, y - 1, 's'],
          ...jitter(pocket, random, 1.5),
          ...jitter(mirrored(pocket.slice(0, 3)), random, 1.5),
        ]),
        cloth: main,
        lift: 0.3,
        lines: [-1, 1].flatMap((side) =>
          [4, 12].map((inset) => ({
            d: curve(
              [
                [side * (70 - inset), y],
                [side * (116 - inset), y + 84, 's'],
                [side * (120 - inset), y + 150],
              ],
              false,
            ),
            kind: 'stitch' as const,
          })),
        ),
      },
      ...rim.map((piece, index) => (index === 1 ? { ...piece, hardware: draw(-1) + draw(1) } : piece)),
    ],
  };
};

export const cardigan: Cutter = ({ design, random, main, ribbed, lining, trim }) => {
  const torso = torsoOf(design, { length: -16, ease: 12 });
  const rib = { ...ribbed, color: design.trim ?? ribbed.color };
  const top = design.neckline === 'crew' ? 84 : 236;
  const neck: Node[] =
    design.neckline === 'crew'
      ? [
          [74, 0],
          [62, 50, 's'],
          [14, top],
        ]
      : [
          [74, 0],
          [50, top * 0.52, 's'],
          [14, top],
        ];
  const cut = { neck, overlap: -12, hem: 0, foldDepth: 0.34 };
  const edge = (side: 1 | -1): Piece => {
    const inner = neck.map(([x, y, kind]): Node =>
      kind ? [side * (x - 13), y + 3, kind] : [side * (x - (y > 10 ? 26 : 13)), y - 4],
    );
    const outer = neck.map(([x, y, kind]): Node =>
      kind ? [side * (x + 13), y + 6, kind] : [side * (x + (y > 10 ? 2 : 13)), y + 3],
    );
    return {
      outline: curve([...inner, ...outer.reverse()]),
      cloth: rib,
      lift: 0.2,
      roundness: 0.6,
      grain: side * 14,
    };
  };
  const bottom = torso.hem[1] + 54;
  const buttons = row([1, top + 14], [1, bottom - 28], design.neckline === 'crew' ? 8 : 6);
  return {
    stance: 'laid',
    pieces: [
      openBack(torso, top, { ...lining, material: main.material }),
      backBand(torso, { depth: 60, widen: 0, shape: 'round' }, 20, rib),
      ...sleevePair(torso, { ...knitSleeve, cuffCloth: rib }, main, random),
      hemBand(torso, 50, rib, random),
      front(torso, -1, cut, main, random),
      front(torso, 1, cut, main, random),
      ...(design.silhouette === 'cropped'
        ? []
        : [-1, 1].map((side) => patchPocket([side * 96, torso.hem[1] - 150], 96, 104, main, random))),
      edge(-1),
      edge(1),
      {
        ...placket(
          1,
          top - 6,
          bottom,
          28,
          {
            ...rib,
            weave: {
              width: 20,
              height: 6,
              content: '<path d="M0 1H20" stroke="#000" stroke-opacity="0.2" stroke-width="1.500"/>',
            },
          },
          random,
        ),
        hardware: buttons.map((at) => button(at, 8, design.trim ? '#e9e4d8' : trim.color)).join(''),
      },
    ],
  };
};
