import type { Atelier, Cloth, Fold, Line, Piece } from '../garment.js';
import { curve, jitter, type Node } from '../geometry.js';
import { strip } from './torso.js';

/** The measurements of garments worn on the legs. */
export interface LegCut {
  waist: number;
  hip: number;
  /** Half widths of the leg at knee and hem. */
  knee: number;
  hem: number;
  /** Height of the crotch and of the hem below the waist. */
  rise: number;
  bottom: number;
}

const legs: Readonly<Record<string, readonly [knee: number, hem: number]>> = {
  straight: [62, 57], regular: [66, 64], slim: [54, 44], skinny: [48, 35], wide: [82, 92], flared: [54, 84], tapered: [64, 43], pleated: [72, 52],
}; // prettier-ignore

const mirror = (nodes: readonly Node[], side: number): Node[] =>
  nodes.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]));

/** One leg from waist to hem, with the inside of its hem. */
export function leg(
  side: 1 | -1,
  cut: LegCut,
  cloth: Cloth,
  lining: Cloth,
  { random }: Atelier,
  lines: readonly Line[],
): Piece[] {
  const { waist, hip, rise, bottom } = cut;
  const short = bottom < 620;
  const kneeY = short ? (rise + bottom) / 2 : rise + (bottom - rise) * 0.46;
  const lean = short ? 20 : 12 + cut.hem * 0.2;
  const middle = (y: number): number => hip * 0.53 + lean * ((y - rise) / Math.max(1, bottom - rise));
  const hemX = middle(bottom);
  const kneeX = middle(kneeY);
  const shortHalf = hip * 0.5 + (cut.hem - 57) * 0.3;
  const [knee, hem] = short ? [shortHalf, shortHalf - 2] : [cut.knee, cut.hem];
  const nodes: Node[] = [
    [-2, 4],
    [waist, 0],
    [hip - 4, rise * 0.55, 's'],
    [hip + 2, rise * 0.92, 's'],
    [kneeX + knee, kneeY, 's'],
    [hemX + hem, bottom - 3],
    [hemX, bottom + 5, 's'],
    [hemX - hem, bottom],
    [kneeX - knee, kneeY, 's'],
    [9, rise + 26, 's'],
    [-2, rise],
  ];
  const folds: Fold[] = [];
  const add = (
    from: readonly [number, number],
    to: readonly [number, number],
    width: number,
    depth: number,
  ): void => {
    folds.push({
      from: [side * from[0], from[1]],
      to: [side * to[0], to[1]],
      bend: random.between(-12, 12),
      width: width * 1.3,
      depth: depth * 0.72,
    });
  };
  for (let index = 0; index < 4; index++)
    add(
      [6, rise + random.between(-30, 24)],
      [random.between(0.4, 0.85) * hip, rise + random.between(-70, 60)],
      random.between(5, 10),
      random.between(0.25, 0.45),
    );
  if (!short) {
    for (let index = 0; index < 6; index++) {
      const y = kneeY + random.between(-90, 90);
      const from = random.chance(0.5) ? -1 : 1;
      add(
        [kneeX + from * knee, y],
        [kneeX - from * knee * random.between(-0.1, 0.7), y + random.between(-40, 40)],
        random.between(5, 9),
        random.between(0.16, 0.38),
      );
    }
    for (let index = 0; index < 4; index++) {
      const y = bottom - random.between(14, 120);
      add(
        [hemX - hem, y],
        [hemX + hem * random.between(0.1, 0.9), y + random.between(-26, 26)],
        random.between(5, 9),
        random.between(0.14, 0.4),
      );
    }
  }
  for (let index = 0; index < 3; index++)
    add(
      [hip * random.between(0.35, 0.8), rise + 30],
      [middle(bottom) + hem * random.between(-0.5, 0.5), bottom - random.between(0, (bottom - rise) * 0.5)],
      random.between(8, 14),
      random.between(0.2, 0.34),
    );
  const hemLine = (up: number): Line => ({
    d: curve(
      mirror(
        [
          [hemX - hem - 4, bottom - up],
          [hemX, bottom + 5 - up, 's'],
          [hemX + hem + 4, bottom - 3 - up],
        ],
        side,
      ),
      false,
    ),
    kind: 'stitch',
    width: 1.1,
  });
  return [
    {
      outline: curve(
        mirror(
          [
            [hemX - hem + 2, bottom - 2],
            [hemX, bottom - 8, 's'],
            [hemX + hem - 2, bottom - 4],
            [hemX, bottom + 4, 's'],
          ],
          side,
        ),
      ),
      cloth: lining,
      shade: 0.4,
    },
    {
      outline: curve(mirror(jitter(nodes, random, 2), side)),
      cloth,
      grain: -side * 3,
      folds,
      lines: [...lines, hemLine(18)],
      lift: side === 1 ? 0.22 : 0,
    },
  ];
}

/** The inside of the back waist, with its label. */
export function backWaist(waist: number, lining: Cloth): Piece {
  return {
    outline: curve([
      [-waist, 0],
      [-waist * 0.5, -10, 's'],
      [0, -13, 's'],
      [waist * 0.5, -10, 's'],
      [waist, 0],
      [waist * 0.6, 30],
      [-waist * 0.6, 30],
    ]),
    cloth: lining,
    shade: 0.32,
    applied:
      '<rect x="-22" y="-9" width="44" height="17" rx="1.500" fill="#e9e4d8"/><rect x="-14" y="-3" width="28" height="4" rx="1" fill="#77736c" fill-opacity="0.55"/>',
  };
}

/** The waistband in front, with its loops. */
export function waistband(
  waist: number,
  cloth: Cloth,
  thread: string | undefined,
  loops: boolean,
  hardware: string,
): Piece[] {
  const line = (y: number): Line => ({
    d: curve(
      [
        [-waist - 2, y],
        [0, y + 9, 's'],
        [waist + 2, y],
      ],
      false,
    ),
    kind: 'stitch',
    width: 1.1,
    ...(thread ? { color: thread } : {}),
  });
  return [
    {
      outline: curve([
        [-waist, -2],
        [0, 8, 's'],
        [waist, -2],
        [waist + 3, 32],
        [0, 43, 's'],
        [-waist - 3, 32],
      ]),
      cloth,
      lift: 0.18,
      roundness: 0.6,
      lines: [line(3), line(27)],
    },
    ...(loops
      ? [-0.62, 0.62].map((t): Piece => ({
          outline: strip([waist * t, -2], [waist * t * 1.02, 42], 11),
          cloth,
          lift: 0.3,
          roundness: 0.6,
          hardware: t > 0 ? hardware : '',
        }))
      : []),
  ];
}

/** The measurements of a design, `bottom` units long. */
export function measures(atelier: Atelier, bottom: number): LegCut {
  const { silhouette } = atelier.design;
  const [knee, hem] = legs[silhouette] ?? [62, 57];
  const wide = silhouette === 'wide' ? 10 : silhouette === 'skinny' ? -10 : 0;
  return { waist: 128, hip: 156 + wide, knee, hem, rise: 248, bottom };
}
