import type { Cloth, Fold, Line, Piece } from '../garment.js';
import { curve, jitter, type Node, type Point } from '../geometry.js';
import type { Random } from '../../platform/random.js';
import { bodyFolds, bodyLines, type Torso } from './torso.js';

/** How the two fronts of an open-front garment are cut. */
export interface FrontCut {
  /** From the shoulder's neck point to the top of the closure. */
  neck: readonly Node[];
  /** How far each front extends past the middle. */
  overlap: number;
  /** Rounding of the lower front corner. */
  round?: number;
  sag?: number;
  /** 0 for a hem without stitching. */
  hem?: number;
  foldDepth?: number;
}

/** One front: side 1 is the right one in the picture. */
export function front(torso: Torso, side: 1 | -1, cut: FrontCut, cloth: Cloth, random: Random): Piece {
  const { overlap, round = 0, sag = 6, hem = 14 } = cut;
  const [sx, sy] = torso.shoulder;
  const [ax, ay] = torso.armpit;
  const [hx, hy] = torso.hem;
  const [nx, ny] = cut.neck[0] ?? [torso.neck, 0];
  const [, top] = cut.neck.at(-1) ?? [0, 60];
  const corner: Node[] = round
    ? [
        [-overlap + round * 1.1, hy + sag, 's'],
        [-overlap + round * 0.3, hy + sag - round * 0.45, 's'],
        [-overlap, hy - round * 1.3, 's'],
      ]
    : [[-overlap, hy + sag]];
  const nodes: Node[] = [
    [(nx + sx) / 2, (ny + sy) / 2 - 3, 's'],
    [sx, sy],
    [Math.min(sx, ax) - 14, sy + (ay - sy) * 0.62, 's'],
    [ax, ay],
    [torso.waist[0], Math.min(torso.waist[1], ay + (hy - ay) * 0.55), 's'],
    [hx, hy - 6],
    [hx * 0.55, hy + sag * 0.6, 's'],
  ];
  const outline: Node[] = [
    ...jitter(nodes, random, 2),
    ...corner,
    [-overlap, top],
    ...[...cut.neck].reverse().slice(1),
  ];
  const place = (list: readonly Node[]): Node[] =>
    side === 1 ? [...list] : list.map(([x, y, kind]): Node => (kind ? [-x, y, kind] : [-x, y]));
  const mine = (fold: Fold): boolean => Math.sign(fold.from[0]) === side;
  return {
    outline: curve(place(outline)),
    cloth,
    folds: bodyFolds(torso, random, cut.foldDepth).filter(mine),
    lines: bodyLines(torso, { hem, sag }),
    lift: side === 1 ? 0.3 : 0,
  };
}

/** The inside of the back that is visible in an open neck, down to `depth`, with a label. */
export function openBack(torso: Torso, depth: number, cloth: Cloth, rise = 0): Piece {
  const half = torso.neck + 4;
  const outline: Node[] = [
    [-half, 4 - rise],
    [-half * 0.5, -2 - rise, 's'],
    [0, -4 - rise, 's'],
    [half * 0.5, -2 - rise, 's'],
    [half, 4 - rise],
    [half * 0.6, depth * 0.6],
    [10, depth + 12],
    [-10, depth + 12],
    [-half * 0.6, depth * 0.6],
  ];
  const yoke = curve(
    [
      [-half, 22],
      [0, 30, 's'],
      [half, 22],
    ],
    false,
  );
  return {
    outline: curve(outline),
    cloth,
    applied: `<rect x="-19" y="${32 - rise}" width="38" height="18" rx="1.500" fill="#efece4"/><rect x="-12" y="${39 - rise}" width="24" height="4" rx="1" fill="#77736c" fill-opacity="0.55"/>`,
    lines: [{ d: yoke, kind: 'seam' }],
    shade: 0.3,
    roundness: 0.7,
  };
}

/**
 * A turned-down collar: the inside of the stand at the back, and its two leaves. `spread` moves the points outward.
 */
export function shirtCollar(
  torso: Torso,
  cloth: Cloth,
  lining: Cloth,
  random: Random,
  { close = 58, point = 112, spread = 68, height = 26 } = {},
): { back: Piece; leaves: Piece[] } {
  const half = torso.neck;
  const inside: Node[] = [
    [-half - 6, -4],
    [-half * 0.55, -height * 0.9, 's'],
    [0, -height, 's'],
    [half * 0.55, -height * 0.9, 's'],
    [half + 6, -4],
    [half * 0.6, close * 0.55, 's'],
    [0, close + 8],
    [-half * 0.6, close * 0.55, 's'],
  ];
  const roll = curve(
    [
      [-half, 6],
      [0, 14, 's'],
      [half, 6],
    ],
    false,
  );
  const back: Piece = {
    outline: curve(inside),
    cloth: lining,
    applied:
      '<rect x="-17" y="18" width="34" height="17" rx="1.500" fill="#efece4"/><rect x="-11" y="24.500" width="22" height="3.600" rx="1" fill="#77736c" fill-opacity="0.55"/>',
    lines: [{ d: roll, kind: 'seam' }],
    shade: 0.26,
    roundness: 0.6,
  };
  const leaf = (side: 1 | -1): Piece => {
    const edge: Node[] = [
      [2, close],
      [half * 0.62, close * 0.42, 's'],
      [half - 2, -height * 0.55, 's'],
      [half + 10, -2, 's'],
      [half + 20, 22],
      [spread + 14, point * 0.62, 's'],
      [spread, point],
      [spread * 0.46, (point + close) * 0.5 + 3, 's'],
    ];
    const stitched = (inset: number): Node[] => [
      [half + 20 - inset * 0.6, 24],
      [spread + 14 - inset, point * 0.62, 's'],
      [spread - inset * 0.6, point - inset * 1.7],
      [spread * 0.46, (point + close) * 0.5 + 3 - inset, 's'],
      [8, close],
    ];
    const place = (list: readonly Node[]): Node[] =>
      list.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]));
    return {
      outline: curve(place(jitter(edge, random, 1.4))),
      cloth,
      grain: side * 24,
      lines: [{ d: curve(place(stitched(4.5)), false), kind: 'stitch', width: 1 }],
      lift: 0.4,
      roundness: 0.6,
    };
  };
  return { back, leaves: [leaf(-1), leaf(1)] };
}

/** A collar that stands up around the neck, open in front. */
export function standCollar(
  torso: Torso,
  cloth: Cloth,
  lining: Cloth,
  height: number,
  close: number,
): { back: Piece; front: Piece[] } {
  const half = torso.neck;
  const back: Piece = {
    outline: curve([
      [-half - 2, 4],
      [-half * 0.9, -height, 's'],
      [0, -height - 9, 's'],
      [half * 0.9, -height, 's'],
      [half + 2, 4],
      [half * 0.6, close * 0.7, 's'],
      [0, close + 8, 's'],
      [-half * 0.6, close * 0.7, 's'],
    ]),
    cloth: lining,
    shade: 0.32,
    roundness: 0.7,
  };
  const wing = (side: 1 | -1): Piece => {
    const nodes: Node[] = [
      [-1, close + 4],
      [half * 0.6, close * 0.66, 's'],
      [half + 6, 4],
      [half + 2, -height * 0.5, 's'],
      [half * 0.88, -height + 2],
      [half * 0.55, close * 0.36 - height * 0.55, 's'],
      [-1, close - height * 0.86],
    ];
    return {
      outline: curve(nodes.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]))),
      cloth,
      grain: side * 18,
      lift: 0.25,
      roundness: 0.8,
    };
  };
  return { back, front: [wing(-1), wing(1)] };
}

/** Where the lapels meet and how wide they are. */
export interface LapelCut {
  /** Height at which the fronts close. */
  close: number;
  width: number;
  notch: boolean;
}

/** Lapels with their collar, for both sides; the right one in the picture lies on top. */
export function lapels(
  torso: Torso,
  { close, width, notch }: LapelCut,
  cloth: Cloth,
  random: Random,
): Piece[] {
  const half = torso.neck;
  const build = (side: 1 | -1): Piece[] => {
    const place = (list: readonly Node[]): Node[] =>
      list.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]));
    const gorge: Point = [half + width * 0.2, close * 0.27];
    const tip: Point = [half * 0.62 + width, close * 0.33];
    const lapel: Node[] = notch
      ? [
          [-6, close + 10],
          [half * 0.42, close * 0.46, 's'],
          [half - 8, 20],
          [half + 4, close * 0.2],
          gorge,
          tip,
          [half * 0.5 + width * 0.76, close * 0.62, 's'],
          [18, close + 4, 's'],
        ]
      : [
          [-6, close + 10],
          [half * 0.42, close * 0.46, 's'],
          [half - 6, -4],
          [half + 18, -6, 's'],
          [half * 0.7 + width * 0.8, close * 0.3, 's'],
          [half * 0.5 + width * 0.7, close * 0.62, 's'],
          [18, close + 4, 's'],
        ];
    const pieces: Piece[] = [
      {
        outline: curve(place(jitter(lapel, random, 1.4))),
        cloth,
        grain: side * 14,
        lift: 0.5,
        roundness: 0.7,
        lines: [],
      },
    ];
    if (notch) {
      const collar: Node[] = [
        [half - 10, 26],
        [half - 12, -14],
        [half + 2, -16, 's'],
        [half + 22, 10, 's'],
        [half + width * 0.62, close * 0.21],
        [half + width * 0.34, close * 0.285],
        [half + 2, close * 0.22, 's'],
      ];
      pieces.push({
        outline: curve(place(jitter(collar, random, 1.2))),
        cloth,
        grain: side * 30,
        lift: 0.4,
        roundness: 0.7,
      });
    }
    return pieces;
  };
  const backOfCollar: Piece = {
    outline: curve([
      [-half + 2, 2],
      [-half * 0.5, -22, 's'],
      [0, -26, 's'],
      [half * 0.5, -22, 's'],
      [half - 2, 2],
      [half * 0.5, 9, 's'],
      [0, 13, 's'],
      [-half * 0.5, 9, 's'],
    ]),
    cloth,
    shade: 0.12,
    roundness: 0.6,
  };
  return [backOfCollar, ...build(-1), ...build(1)];
}

/** A band along the front edge, from the closure's top to the hem. */
export function placket(
  x: number,
  top: number,
  bottom: number,
  width: number,
  cloth: Cloth,
  random: Random,
  thread?: string,
): Piece {
  const half = width / 2;
  const nodes: Node[] = [
    [x - half, top],
    [x + half, top],
    [x + half + 0.5, (top + bottom) / 2, 's'],
    [x + half, bottom],
    [x - half, bottom],
    [x - half - 0.5, (top + bottom) / 2, 's'],
  ];
  const stitch = (offset: number): Line => ({
    d: `M${x + offset} ${top}L${x + offset} ${bottom}`,
    kind: 'stitch',
    width: 1,
    ...(thread ? { color: thread } : {}),
  });
  return {
    outline: curve(jitter(nodes, random, 0.8)),
    cloth,
    lines: [stitch(half - 4), stitch(-half + 4)],
    lift: 0.2,
    roundness: 0.45,
  };
}
