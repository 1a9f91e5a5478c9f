import type { Cloth, Fold, Line, Piece } from '../garment.js';
import { arc, curve, jitter, type Node, type Point } from '../geometry.js';
import type { Random } from '../../platform/random.js';
import type { Torso } from './torso.js';

/** How a sleeve is cut. */
export interface SleeveCut {
  /** From the shoulder's tip along the sleeve. */
  length: number;
  /** Degrees from vertical. */
  angle: number;
  /** Width of the sleeve's end. */
  end: number;
  /** How far the outer line curves outward. */
  bow?: number;
  /** Height of a cuff or ribbing at the end, 0 for a plain hem. */
  cuff?: number;
  cuffCloth?: Cloth;
  puff?: number;
}

/** A sleeve of one side (1: right in the picture, -1: left), with its cuff. */
function sleeve(torso: Torso, side: 1 | -1, cut: SleeveCut, cloth: Cloth, random: Random): Piece[] {
  const { length, end, bow = 10, cuff = 0, puff = 0 } = cut;
  const angle = cut.angle + random.between(-1.6, 1.6);
  const radians = (angle * Math.PI) / 180;
  const along: Point = [Math.sin(radians), Math.cos(radians)];
  const across: Point = [-Math.cos(radians), Math.sin(radians)];
  const [sx, sy] = torso.shoulder;
  const [ax, ay] = torso.armpit;
  const point = (t: number, c: number): Point => [
    sx + along[0] * t + across[0] * c,
    sy + along[1] * t + across[1] * c,
  ];
  const gather = puff ? end * 0.16 : 0;
  const outerEnd = point(length, -gather);
  const innerEnd = point(length, end + gather);
  const mid = length * 0.5;
  const innerMid: Point = [(ax + innerEnd[0]) / 2 - across[0] * 4, (ay + innerEnd[1]) / 2 - across[1] * 4];
  const nodes: Node[] = [
    [sx - 46, sy + 2],
    [sx - 6, sy - 2 - puff * 0.4, 's'],
    [...point(length * 0.2 + 10, -bow - puff), 's'],
    [...point(mid, -bow * 0.8 - puff * 1.2), 's'],
    ...(length > 300 ? [[...point(length * 0.78, -bow * 0.3 - puff * 0.4), 's'] as Node] : []),
    [...outerEnd],
    [...point(length + 3, end * 0.5), 's'],
    [...innerEnd],
    [...(puff ? point(mid * 1.2, end * 1.15 + puff * 0.5) : innerMid), 's'],
    [ax + 1, ay + 2],
    [ax - 34, ay - 46],
  ];
  const place = (list: readonly Node[]): Node[] =>
    side === 1 ? [...list] : list.map(([x, y, kind]): Node => (kind ? [-x, y, kind] : [-x, y]));
  const turn = side === 1 ? -angle : angle;
  const flip = ([x, y]: Point): Point => [side * x, y];

  const folds: Fold[] = [];
  const wrinkles = length > 300 ? 9 : 4;
  for (let index = 0; index < wrinkles; index++) {
    const t = length > 300 ? length * random.between(0.12, 0.95) : length * random.between(0.2, 0.9);
    const width = end + (1 - t / length) * 46;
    const slant = random.between(-46, 46);
    folds.push({
      from: flip(point(t, random.between(-4, 14))),
      to: flip(point(t + slant, width * random.between(0.55, 1))),
      bend: random.between(-9, 9),
      width: random.between(5, 9),
      depth: random.between(0.14, 0.34),
    });
  }
  folds.push({
    from: flip([ax - 4, ay - 6]),
    to: flip(point(length * 0.3, 8)),
    bend: 8 * side,
    width: 11,
    depth: 0.36,
  });
  if (puff) {
    for (let index = 0; index < 5; index++) {
      const c = end * (0.1 + index * 0.2);
      folds.push({
        from: flip(point(length, c)),
        to: flip(point(length * 0.45, c + random.between(-8, 8))),
        bend: random.between(-6, 6),
        width: 6,
        depth: 0.4,
      });
      folds.push({
        from: flip([sx - 26 + index * 8, sy - 2]),
        to: flip(point(length * 0.4, c)),
        bend: random.between(-6, 6),
        width: 6,
        depth: 0.34,
      });
    }
  }
  const lines: Line[] = [];
  if (!cuff) {
    const hem = (up: number): string =>
      arc(flip(point(length - up, -bow)), flip(point(length - up, end + 8)), -1.5 * side);
    lines.push({ d: hem(14), kind: 'stitch' }, { d: hem(11), kind: 'seam', width: 0.7 });
  }
  const pieces: Piece[] = [
    { outline: curve(place(jitter(nodes, random, 1.8))), cloth, grain: turn, folds, lines, lift: 0.25 },
  ];
  if (cuff) {
    const cuffNodes: Node[] = [
      [...point(length - 3, -1.5)],
      [...point(length - 4, end * 0.5), 's'],
      [...point(length - 3, end + 1.5)],
      [...point(length + cuff * 0.6, end + 0.5), 's'],
      [...point(length + cuff, end - 3)],
      [...point(length + cuff + 3, end * 0.5), 's'],
      [...point(length + cuff, 2)],
      [...point(length + cuff * 0.6, -1.5), 's'],
    ];
    const cuffCloth = cut.cuffCloth ?? cloth;
    pieces.push({
      outline: curve(place(jitter(cuffNodes, random, 0.8))),
      cloth: cuffCloth,
      grain: turn,
      lift: 0.2,
      roundness: 0.8,
      lines: [
        { d: arc(flip(point(length - 2, 0)), flip(point(length - 2, end)), -1.5 * side), kind: 'seam' },
      ],
    });
  }
  return pieces;
}

/** Both sleeves. */
export function sleevePair(torso: Torso, cut: SleeveCut, cloth: Cloth, random: Random): Piece[] {
  return [...sleeve(torso, -1, cut, cloth, random), ...sleeve(torso, 1, cut, cloth, random)];
}
