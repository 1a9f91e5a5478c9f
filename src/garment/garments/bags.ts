import { lighten } from '../color.js';
import type { Cloth, Cutter, Line, Piece } from '../garment.js';
import { curve, jitter, mirrored, type Node } from '../geometry.js';
import { patchPocket, stud, zip } from './hardware.js';
import { strip } from './torso.js';

/** A handle shaped as an arch from one base to the other. */
function handle(half: number, foot: number, top: number, width: number, cloth: Cloth): Piece {
  const outer: Node[] = [
    [-half - width / 2, foot],
    [-half * 0.92 - width / 2, top * 0.4, 's'],
    [-half * 0.5, top, 's'],
    [half * 0.5, top, 's'],
    [half * 0.92 + width / 2, top * 0.4, 's'],
    [half + width / 2, foot],
  ];
  const inner: Node[] = [
    [half - width / 2, foot],
    [half * 0.92 - width / 2, top * 0.4, 's'],
    [half * 0.46, top + width, 's'],
    [-half * 0.46, top + width, 's'],
    [-half * 0.92 + width / 2, top * 0.4, 's'],
    [-half + width / 2, foot],
  ];
  const middle: Node[] = [
    [-half, foot],
    [-half * 0.92, top * 0.4, 's'],
    [-half * 0.48, top + width / 2, 's'],
    [half * 0.48, top + width / 2, 's'],
    [half * 0.92, top * 0.4, 's'],
    [half, foot],
  ];
  return {
    outline: curve([...outer, ...inner]),
    cloth,
    lift: 0.3,
    roundness: 0.7,
    lines: [{ d: curve(middle, false), kind: 'stitch', width: 1 }],
  };
}

const gold = '#c2a566';

export const toteBag: Cutter = ({ design, random, main, plain, lining, trim }) => {
  const half = design.silhouette === 'wide' ? 235 : 188;
  const deep = design.silhouette === 'wide' ? 330 : 410;
  const straps: Cloth = design.trim ? { ...trim, material: 'leather' } : plain;
  const right: Node[] = [
    [half, 2],
    [half - 3, deep * 0.5, 's'],
    [half - 12, deep - 14, 's'],
    [half - 30, deep],
  ];
  const folds = Array.from({ length: 9 }, () => {
    const x = random.between(-0.85, 0.85) * half;
    return {
      from: [x, deep - random.between(0, 60)] as const,
      to: [x + random.between(-70, 70), deep * random.between(0.15, 0.6)] as const,
      bend: random.between(-14, 14),
      width: random.between(6, 13),
      depth: random.between(0.14, 0.36),
    };
  });
  const hem: Line[] = [22, 26].map((y) => ({
    d: curve(
      [
        [-half, y],
        [0, y + 6, 's'],
        [half, y],
      ],
      false,
    ),
    kind: 'stitch' as const,
    width: 1.1,
  }));
  const cross = (x: number): Line[] => [
    {
      d: `M${x - 14} 34L${x + 14} 66M${x + 14} 34L${x - 14} 66M${x - 14} 34H${x + 14}V66H${x - 14}Z`,
      kind: 'stitch',
      width: 1,
    },
  ];
  const feet: Piece[] = [-1, 1].map((side) => ({
    outline: strip([side * 88, -6], [side * 88, 78], 34),
    cloth: straps,
    lift: 0.25,
    roundness: 0.6,
    lines: cross(side * 88),
  }));
  return {
    stance: 'laid',
    pieces: [
      handle(84, 10, -250, 30, { ...straps, color: lighten(straps.color, -0.07) }),
      {
        outline: curve([
          [-half, 2],
          [0, -9, 's'],
          [half, 2],
          [half * 0.6, 26],
          [-half * 0.6, 26],
        ]),
        cloth: lining,
        shade: 0.32,
      },
      {
        outline: curve([
          [0, 8, 's'],
          ...jitter(right, random, 2.5),
          [0, deep + 4, 's'],
          ...jitter(mirrored(right), random, 2.5),
        ]),
        cloth: main,
        folds,
        lines: hem,
      },
      ...(random.chance(0.4) ? [patchPocket([0, 130], 190, 170, main, random)] : []),
      handle(88, 20, -214, 30, straps),
      ...feet,
    ],
  };
};

export const handbag: Cutter = ({ design, random, main, plain, lining }) => {
  const half = design.silhouette === 'wide' ? 236 : 196;
  const deep = design.silhouette === 'wide' ? 228 : 274;
  const body: Node[] = [
    [half - 16, 0],
    [half, deep * 0.5, 's'],
    [half + 4, deep - 22, 's'],
    [half - 22, deep],
  ];
  const cover: Node[] = [
    [half - 14, -6],
    [half - 6, deep * 0.3, 's'],
    [half - 38, deep * 0.56, 's'],
    [half * 0.42, deep * 0.62, 's'],
  ];
  const inset = (amount: number): string =>
    curve(
      [
        ...cover.map(([x, y, kind]): Node => (kind ? [x - amount, y - amount, kind] : [x - amount, y])),
        [0, deep * 0.64 - amount, 's'],
        ...mirrored(
          cover.map(([x, y, kind]): Node => (kind ? [x - amount, y - amount, kind] : [x - amount, y])),
        ),
      ],
      false,
    );
  const ring = (x: number): string =>
    `<circle cx="${x}" cy="-2" r="14" fill="none" stroke="#000" stroke-opacity="0.3" stroke-width="6" transform="translate(1.500 3)"/><circle cx="${x}" cy="-2" r="14" fill="none" stroke="${gold}" stroke-width="5.500"/><path d="M${x - 11} -9A14 14 0 0 1 ${x + 3} -15.500" fill="none" stroke="#fff" stroke-opacity="0.7" stroke-width="2"/>`;
  const y = deep * 0.6;
  const clasp = `<rect x="-21" y="${y - 22}" width="42" height="38" rx="6" fill="#000" fill-opacity="0.3" transform="translate(2 4)"/><rect x="-21" y="${y - 22}" width="42" height="38" rx="6" fill="${gold}"/><rect x="-15" y="${y - 16}" width="30" height="26" rx="4" fill="${lighten(gold, -0.08)}"/><rect x="-5" y="${y - 12}" width="10" height="18" rx="4" fill="${lighten(gold, 0.1)}"/><path d="M-19 ${y - 19}H14" stroke="#fff" stroke-opacity="0.7" stroke-width="2"/>`;
  return {
    stance: 'standing',
    pieces: [
      { ...handle(half * 0.52, 2, -196, 24, { ...plain, color: lighten(plain.color, -0.03) }), roundness: 1 },
      {
        outline: curve([
          [-half + 30, 0],
          [0, -16, 's'],
          [half - 30, 0],
          [0, 24, 's'],
        ]),
        cloth: lining,
        shade: 0.4,
      },
      {
        outline: curve([[0, 2, 's'], ...body, [0, deep + 4, 's'], ...mirrored(body)]),
        cloth: main,
        roundness: 1.5,
        lines: [
          {
            d: curve(
              [
                [-half - 2, deep - 44],
                [0, deep - 36, 's'],
                [half + 2, deep - 44],
              ],
              false,
            ),
            kind: 'seam',
          },
          {
            d: curve(
              [
                [-half - 2, deep - 50],
                [0, deep - 42, 's'],
                [half + 2, deep - 50],
              ],
              false,
            ),
            kind: 'stitch',
          },
        ],
      },
      {
        outline: curve([
          [0, -14, 's'],
          ...jitter(cover, random, 1),
          [0, deep * 0.64, 's'],
          ...jitter(mirrored(cover), random, 1),
        ]),
        cloth: main,
        lift: 0.6,
        roundness: 1.1,
        lines: [{ d: inset(8), kind: 'stitch', width: 1.2 }],
        folds: [
          { from: [-half * 0.7, 10], to: [-half * 0.5, deep * 0.4], bend: 10, width: 14, depth: 0.2 },
          { from: [half * 0.5, 14], to: [half * 0.66, deep * 0.36], bend: -10, width: 12, depth: 0.2 },
        ],
        hardware: clasp + ring(-half * 0.52) + ring(half * 0.52),
      },
    ],
  };
};

export const backpack: Cutter = ({ design, random, main, plain, trim }) => {
  const half = design.silhouette === 'slim' ? 150 : 172;
  const deep = 440;
  const body: Node[] = [
    [half * 0.6, -34, 's'],
    [half - 8, 20, 's'],
    [half + 4, deep * 0.5, 's'],
    [half + 2, deep - 30, 's'],
    [half - 34, deep],
  ];
  const pocketTop = deep * 0.47;
  const front: Node[] = [
    [half - 34, pocketTop],
    [half - 22, pocketTop + 26, 's'],
    [half - 18, deep - 44, 's'],
    [half - 46, deep - 22],
  ];
  const webbing: Cloth = { ...trim, color: design.trim ?? lighten(design.color, -0.13), material: 'canvas' };
  const opening = curve(
    [
      [-half + 6, 176],
      [-half * 0.86, 40, 's'],
      [-half * 0.46, -6, 's'],
      [half * 0.46, -6, 's'],
      [half * 0.86, 40, 's'],
      [half - 6, 176],
    ],
    false,
  );
  const teeth = `<path d="${opening}" fill="none" stroke="#000" stroke-opacity="0.4" stroke-width="10"/><path d="${opening}" fill="none" stroke="#2b2b2d" stroke-width="7"/><path d="${opening}" fill="none" stroke="#a5a29a" stroke-width="4.500" stroke-dasharray="2 1.700"/><rect x="${half - 12}" y="160" width="10" height="30" rx="4" fill="#b9b6ae" stroke="#000" stroke-opacity="0.35"/>`;
  const side = (sign: 1 | -1): Piece => ({
    outline: curve([
      [sign * (half - 6), deep * 0.56],
      [sign * (half + 26), deep * 0.6, 's'],
      [sign * (half + 28), deep - 50, 's'],
      [sign * (half - 2), deep - 22],
    ]),
    cloth: plain,
    roundness: 1.2,
  });
  const shoulder = (sign: 1 | -1): Piece => ({
    outline: curve([
      [sign * 62, -40],
      [sign * (half + 18), -6, 's'],
      [sign * (half + 46), 140, 's'],
      [sign * (half + 30), 330, 's'],
      [sign * (half - 10), 400],
      [sign * (half - 18), 372],
      [sign * (half + 4), 300, 's'],
      [sign * (half + 14), 150, 's'],
      [sign * (half - 14), 40, 's'],
      [sign * 40, -4],
    ]),
    cloth: webbing,
    roundness: 1.2,
  });
  const zipY = pocketTop + 34;
  return {
    stance: 'standing',
    pieces: [
      shoulder(-1),
      shoulder(1),
      {
        outline: curve([
          [-44, -30],
          [-38, -76, 's'],
          [0, -88, 's'],
          [38, -76, 's'],
          [44, -30],
          [26, -30],
          [22, -60, 's'],
          [0, -68, 's'],
          [-22, -60, 's'],
          [-26, -30],
        ]),
        cloth: webbing,
        roundness: 0.7,
      },
      side(-1),
      side(1),
      {
        outline: curve([
          [0, -44, 's'],
          ...jitter(body, random, 1.5),
          [0, deep + 4, 's'],
          ...jitter(mirrored(body), random, 1.5),
        ]),
        cloth: main,
        roundness: 1.9,
        lift: 0.3,
        hardware: teeth,
        folds: Array.from({ length: 6 }, () => ({
          from: [random.between(-120, 120), random.between(50, 90)] as const,
          to: [random.between(-120, 120), random.between(130, 190)] as const,
          bend: random.between(-10, 10),
          width: 10,
          depth: 0.2,
        })),
      },
      {
        outline: curve([[0, pocketTop - 8, 's'], ...front, [0, deep - 16, 's'], ...mirrored(front)]),
        cloth: main,
        roundness: 1.6,
        lift: 0.5,
        lines: [
          {
            d: curve(
              [
                [-half + 30, zipY + 16],
                [0, zipY + 12, 's'],
                [half - 30, zipY + 16],
              ],
              false,
            ),
            kind: 'seam',
          },
        ],
        hardware: zip([0, zipY], [0, zipY + 0.1])
          .replaceAll('M0 ', `M${-half + 36} `)
          .replaceAll('L0 ', `L${half - 36} `),
      },
      {
        outline: strip([0, 100], [0, 156], 74),
        cloth: { ...webbing, material: 'leather', color: design.trim ?? '#8a5a34' },
        lift: 0.3,
        roundness: 0.6,
        lines: [{ d: 'M-31 106H31V150H-31Z', kind: 'stitch', width: 1 }],
        hardware: stud([-22, 128], 3, gold) + stud([22, 128], 3, gold),
      },
    ],
  };
};
