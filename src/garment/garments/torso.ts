import type { Design } from '../design.js';
import type { Fold, Line, Piece, Cloth } from '../garment.js';
import { curve, jitter, mirrored, turned, type Node, type Point } from '../geometry.js';
import type { Random } from '../../platform/random.js';

/** The measurements of what hangs from the shoulders: half widths, and heights from the shoulder's neck point. */
export interface Torso {
  neck: number;
  shoulder: Point;
  armpit: Point;
  waist: Point;
  hem: Point;
}

const fits: Readonly<
  Record<string, Partial<Record<'shoulder' | 'chest' | 'waist' | 'hem' | 'drop' | 'length', number>>>
> = {
  slim: { shoulder: -8, chest: -14, waist: -26, hem: -18 },
  relaxed: { shoulder: 10, chest: 14, waist: 20, hem: 14, drop: 8 },
  oversized: { shoulder: 30, chest: 30, waist: 42, hem: 34, drop: 22, length: 10 },
  cropped: { shoulder: 4, chest: 6, waist: 8, hem: 2, length: -170 },
};

/** The torso of a design's silhouette; `length` and `ease` are what the garment type adds. */
export function torsoOf(design: Design, { length = 0, ease = 0, hem = 0 } = {}): Torso {
  const fit = fits[design.silhouette] ?? {};
  const add = (name: keyof typeof fit): number => fit[name] ?? 0;
  return {
    neck: 72,
    shoulder: [176 + ease * 0.7 + add('shoulder'), 50 + add('drop')],
    armpit: [166 + ease + add('chest'), 212 + ease * 0.6 + add('drop')],
    waist: [156 + ease + add('waist'), 410],
    hem: [164 + ease + hem + add('hem'), 630 + length + add('length')],
  };
}

/** How a neckline is cut: depth of the front below the shoulder's neck point, extra width, and its shape. */
export interface NeckCut {
  depth: number;
  widen: number;
  shape: 'round' | 'v' | 'square';
}

/** The front edge of the neck from the wearer's left to right, as nodes. */
export function neckEdge(torso: Torso, { depth, widen, shape }: NeckCut, out = 0): Node[] {
  const half = torso.neck + widen + out * 0.75;
  const rise = ((widen + out * 0.75) / (torso.shoulder[0] - torso.neck)) * torso.shoulder[1];
  const bottom = depth + out;
  switch (shape) {
    case 'v':
      return [
        [half, rise],
        [half * 0.53, bottom * 0.5, 's'],
        [0, bottom + out * 0.35],
        [-half * 0.53, bottom * 0.5, 's'],
        [-half, rise],
      ];
    case 'square':
      return [
        [half, rise],
        [half - 6, bottom],
        [-half + 6, bottom],
        [-half, rise],
      ];
    case 'round':
      return [
        [half, rise],
        [half * 0.8, bottom * 0.62, 's'],
        [0, bottom, 's'],
        [-half * 0.8, bottom * 0.62, 's'],
        [-half, rise],
      ];
  }
}

const height = (torso: Torso, share: number): number =>
  torso.armpit[1] + (torso.hem[1] - torso.armpit[1]) * share;

/** Folds of a hanging body: from the armpits, and up from the hem. */
export function bodyFolds(torso: Torso, random: Random, depth = 0.32): Fold[] {
  const folds: Fold[] = [];
  const [ax, ay] = torso.armpit;
  for (const side of [-1, 1]) {
    for (let index = 0; index < 3; index++) {
      const reach = random.between(50, 125);
      const start: Point = [side * (ax - 8), ay + random.between(-14, 44)];
      folds.push({
        from: start,
        to: [side * (ax - 10 - reach), start[1] + random.between(-30, 70)],
        bend: random.between(-9, 9),
        width: random.between(5, 10),
        depth: depth * random.between(0.5, 1),
      });
    }
  }
  const count = 5;
  for (let index = 0; index < count; index++) {
    const x = torso.hem[0] * (((index + random.between(0.2, 0.8)) / count) * 1.9 - 0.95);
    folds.push({
      from: [x, torso.hem[1] - random.between(0, 16)],
      to: [x * 0.9 + random.between(-26, 26), height(torso, random.between(0.15, 0.7))],
      bend: random.between(-14, 14),
      width: random.between(6, 13),
      depth: depth * random.between(0.35, 0.9),
    });
  }
  for (let index = 0; index < 3; index++) {
    const y = height(torso, random.between(0.3, 0.85));
    const x = random.between(-0.6, 0.6) * torso.waist[0];
    folds.push({
      from: [x, y],
      to: [x + random.between(50, 110) * (random.chance(0.5) ? 1 : -1), y + random.between(-46, 20)],
      bend: random.between(-10, 10),
      width: random.between(5, 9),
      depth: depth * random.between(0.3, 0.6),
    });
  }
  return folds;
}

/** The front of a garment from neck to hem; `sag` is how much lower the hem hangs in its middle. */
export function bodyOutline(
  torso: Torso,
  neck: Node[],
  random: Random,
  { sag = 8, armhole = 14 } = {},
): string {
  const [sx, sy] = torso.shoulder;
  const [ax, ay] = torso.armpit;
  const edge = neck[0] ?? [torso.neck, 0];
  const right: Node[] = [
    [(edge[0] + sx) / 2, (edge[1] + sy) / 2 - 3, 's'],
    [sx, sy],
    [Math.min(sx, ax) - armhole, sy + (ay - sy) * 0.62, 's'],
    [ax, ay],
    [
      torso.waist[0] + (torso.hem[1] < torso.waist[1] ? 4 : 0),
      Math.min(torso.waist[1], height(torso, 0.55)),
      's',
    ],
    [torso.hem[0], torso.hem[1] - 6],
    [torso.hem[0] * 0.5, torso.hem[1] + sag * 0.7, 's'],
  ];
  return curve([
    ...[...neck].reverse(),
    ...jitter(right, random),
    [0, torso.hem[1] + sag, 's'],
    ...jitter(mirrored(right), random),
  ]);
}

/** The part of the back that is visible through the neck: the inside, with its tape and a blank label. */
export function backNeck(torso: Torso, cut: NeckCut, cloth: Cloth, label = true): Piece {
  const front = neckEdge(torso, cut, 6);
  const [half, rise] = front[0] ?? [torso.neck, 0];
  const dip = 10 + cut.widen * 0.1;
  const back: Node[] = [
    [-half, rise],
    [-half * 0.55, rise * 0.4 + dip * 0.8, 's'],
    [0, dip + rise * 0.3, 's'],
    [half * 0.55, rise * 0.4 + dip * 0.8, 's'],
    [half, rise],
  ];
  const top = dip + rise * 0.3;
  const tag = `<rect x="-17" y="${top + 15}" width="34" height="17" rx="1.5" fill="#efece4"/><rect x="-11" y="${top + 21.5}" width="22" height="3.600" rx="1" fill="#77736c" fill-opacity="0.55"/>`;
  return {
    outline: curve([...front.slice(1, -1), ...back]),
    cloth,
    applied: label && cut.depth > 36 ? tag : '',
    lines: [
      {
        d: curve(
          back.map(([x, y, kind]): Node => (kind ? [x, y + 13, kind] : [x, y + 13])),
          false,
        ),
        kind: 'seam',
      },
    ],
    shade: 0.3,
    roundness: 0.7,
  };
}

/** A band along the neck's edge, between it and a line `width` farther out. */
export function neckBand(torso: Torso, cut: NeckCut, width: number, cloth: Cloth): Piece {
  const inner = neckEdge(torso, cut);
  const outer = neckEdge(torso, cut, width);
  const outline = curve([...inner, ...outer.reverse()]);
  return {
    outline,
    cloth,
    lines: [{ d: curve(neckEdge(torso, cut, width - 1), false), kind: 'seam' }],
    roundness: 0.55,
    lift: 0.15,
  };
}

/** The back of the same band, seen through the neck. */
export function backBand(torso: Torso, cut: NeckCut, width: number, cloth: Cloth): Piece {
  const [half, rise] = neckEdge(torso, cut)[0] ?? [torso.neck, 0];
  const line = (down: number, shrink: number): Node[] => [
    [-half + shrink, rise + down * 0.2],
    [-half * 0.55, rise * 0.4 + 2 + down, 's'],
    [0, 5 + rise * 0.3 + down, 's'],
    [half * 0.55, rise * 0.4 + 2 + down, 's'],
    [half - shrink, rise + down * 0.2],
  ];
  return {
    outline: curve([...line(-4, 0), ...line(width, 3).reverse()]),
    cloth,
    shade: 0.14,
    roundness: 0.5,
  };
}

/** The seams where the sleeves are set in, and the stitching of a hem `up` units above the edge. */
export function bodyLines(torso: Torso, { armholes = true, hem = 14, sag = 8 } = {}): Line[] {
  const lines: Line[] = [];
  const [sx, sy] = torso.shoulder;
  const [ax, ay] = torso.armpit;
  if (armholes) {
    for (const side of [-1, 1]) {
      const inner: Node[] = [
        [side * (sx - 1), sy],
        [side * (Math.min(sx, ax) - 15), sy + (ay - sy) * 0.62, 's'],
        [side * (ax - 1), ay],
      ];
      lines.push({ d: curve(inner, false), kind: 'seam', width: 2 });
      lines.push({
        d: curve(
          inner.map(([x, y, kind]): Node => (kind ? [x - side * 5, y, kind] : [x - side * 5, y])),
          false,
        ),
        kind: 'seam',
        width: 0.6,
      });
    }
  }
  if (hem) {
    const edge = (up: number): string =>
      curve(
        [
          [-torso.hem[0] - 6, torso.hem[1] - 6 - up],
          [0, torso.hem[1] + sag - up, 's'],
          [torso.hem[0] + 6, torso.hem[1] - 6 - up],
        ],
        false,
      );
    lines.push({ d: edge(hem), kind: 'stitch' }, { d: edge(hem - 4), kind: 'seam', width: 0.7 });
  }
  return lines;
}

/** A rib or band along the hem. */
export function hemBand(
  torso: Torso,
  depth: number,
  cloth: Cloth,
  random: Random,
  { sag = 8, tuck = 8 } = {},
): Piece {
  const [hx, hy] = torso.hem;
  const right: Node[] = [
    [hx + 1, hy - 8],
    [hx - tuck * 0.3, hy + depth * 0.5, 's'],
    [hx - tuck, hy + depth],
    [hx * 0.5, hy + depth + sag * 0.8, 's'],
  ];
  const outline = curve([
    ...jitter(right, random, 1),
    [0, hy + depth + sag, 's'],
    ...jitter(mirrored(right), random, 1),
    [0, hy + sag - 4, 's'],
  ]);
  const seam = curve(
    [
      [-hx, hy - 7],
      [0, hy + sag - 3, 's'],
      [hx, hy - 7],
    ],
    false,
  );
  return { outline, cloth, lines: [{ d: seam, kind: 'seam' }], lift: 0.2, roundness: 0.9 };
}

/** A strip between two points, for plackets, straps, and bands. */
export function strip([x1, y1]: Point, [x2, y2]: Point, width: number, endWidth = width): string {
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const flat: Node[] = [
    [x1, y1 - width / 2],
    [x1 + length / 2, y1 - (width + endWidth) / 4, 's'],
    [x1 + length, y1 - endWidth / 2],
    [x1 + length, y1 + endWidth / 2],
    [x1 + length / 2, y1 + (width + endWidth) / 4, 's'],
    [x1, y1 + width / 2],
  ];
  return curve(turned(flat, angle, [x1, y1]));
}
