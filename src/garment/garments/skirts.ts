import type { Design } from '../design.js';
import type { Cloth, Cutter, Fold, Line, Piece } from '../garment.js';
import { curve, jitter, mirrored, type Node } from '../geometry.js';
import type { Random } from '../../platform/random.js';
import { button } from './hardware.js';
import { strip } from './torso.js';

/** Length from the waist. */
export const lengths: Readonly<Record<string, number>> = { mini: 250, knee: 390, midi: 520, maxi: 660 };
/** How much wider than the hips the hem is. */
export const spreads: Readonly<Record<string, number>> = {
  'a-line': 96,
  pleated: 118,
  wrap: 78,
  bodycon: 4,
  pencil: -4,
  straight: 16,
  shift: 40,
};

/** The measurements of a skirt. */
export interface SkirtCut {
  top: number;
  bottom: number;
  /** Half widths. */
  waist: number;
  hip: number;
  hem: number;
}

/** A skirt from its waist to its hem: the inside of the back hem, and the front with its drape. */
export function skirtPieces(
  cut: SkirtCut,
  design: Design,
  cloth: Cloth,
  lining: Cloth,
  random: Random,
): Piece[] {
  const { top, bottom, waist, hip, hem } = cut;
  const span = bottom - top;
  const flare = Math.max(0, hem - hip);
  const sag = 8 + flare * 0.16;
  const right: Node[] = [
    [waist, top],
    [hip, top + Math.min(120, span * 0.34), 's'],
    [hip + flare * 0.52, top + span * 0.66, 's'],
    [hem, bottom - sag * 0.5],
  ];
  const wave = flare > 30 ? 5 : 1.5;
  const scallops = flare > 30 ? 9 : 5;
  const edge = Array.from({ length: scallops }, (_, index): Node => {
    const t = 1 - ((index + 1) / (scallops + 1)) * 2;
    return [hem * t, bottom + sag * (1 - t * t) + (index % 2 ? wave : -wave), 's'];
  });
  const pleats = design.silhouette === 'pleated';
  const count = pleats ? 13 : flare > 60 ? 8 : 5;
  const folds: Fold[] = [];
  const lines: Line[] = [];
  for (let index = 0; index < count; index++) {
    const t = ((index + 0.5) / count) * 2 - 1 + (pleats ? 0 : random.between(-0.06, 0.06));
    const start = pleats ? 0 : random.between(0, 0.4) * span;
    const high: readonly [number, number] = [waist * t * (1 + start / span), top + start];
    const low: readonly [number, number] = [hem * t * 0.97, bottom + sag * (1 - t * t) + 20];
    folds.push({
      from: high,
      to: low,
      bend: t * flare * 0.05 + random.between(-3, 3),
      width: pleats ? 9 : random.between(7, 15),
      depth: pleats ? 0.6 : random.between(0.25, 0.5) + flare * 0.0012,
    });
    if (pleats)
      lines.push({
        d: curve(
          [
            [high[0] + 6, high[1]],
            [(high[0] + low[0]) / 2 + 7, (high[1] + low[1]) / 2, 's'],
            [low[0] + 10, low[1]],
          ],
          false,
        ),
        kind: 'crease',
        width: 2.2,
      });
  }
  if (!flare) {
    for (let index = 0; index < 6; index++) {
      const y = top + span * random.between(0.15, 0.8);
      const side = random.chance(0.5) ? 1 : -1;
      folds.push({
        from: [side * hip, y],
        to: [side * hip * random.between(0.1, 0.5), y + random.between(-30, 40)],
        bend: random.between(-8, 8),
        width: 7,
        depth: 0.28,
      });
    }
  }
  const hemLine = curve(
    [
      [-hem, bottom - sag * 0.5 - 13],
      [0, bottom + sag - 14, 's'],
      [hem, bottom - sag * 0.5 - 13],
    ],
    false,
  );
  if (!pleats) lines.push({ d: hemLine, kind: 'stitch', width: 1 });
  const pieces: Piece[] = [];
  if (flare > 30) {
    pieces.push({
      outline: curve([
        [-hem + 4, bottom - sag * 0.5 - 4],
        [0, bottom - sag * 0.6, 's'],
        [hem - 4, bottom - sag * 0.5 - 4],
        [hem * 0.5, bottom + sag * 0.5, 's'],
        [-hem * 0.5, bottom + sag * 0.5, 's'],
      ]),
      cloth: lining,
      shade: 0.42,
    });
  }
  const slit = design.silhouette === 'wrap';
  pieces.push({
    outline: curve([
      [0, top + 3, 's'],
      ...jitter(right, random, 2),
      ...edge,
      ...jitter(mirrored(right), random, 2),
    ]),
    cloth,
    folds,
    lines,
  });
  if (slit) {
    const over: Node[] = [
      [-waist, top],
      [waist * 0.6, top + 2],
      [hip * 0.5, top + span * 0.4, 's'],
      [hem * 0.18, top + span * 0.82, 's'],
      [-hem * 0.12, bottom + sag],
      ...edge.slice(Math.ceil(scallops * 0.55)),
      ...mirrored(right).slice(0, -1),
    ];
    pieces.push({
      outline: curve(over),
      cloth,
      folds: folds.filter((fold) => fold.to[0] < 0),
      lift: 0.4,
      lines: lines.slice(0, 0),
    });
  }
  return pieces;
}

/** A knotted belt with hanging ends, at the given height. */
export function sash(waist: number, y: number, x: number, cloth: Cloth): Piece[] {
  return [
    { outline: strip([-waist - 2, y], [waist + 2, y], 24), cloth, lift: 0.25, roundness: 0.6 },
    {
      outline: curve([
        [x - 6, y],
        [x + 12, y - 4],
        [x + 26, y + 90, 's'],
        [x + 22, y + 170],
        [x + 2, y + 166],
        [x + 4, y + 90, 's'],
      ]),
      cloth,
      lift: 0.35,
    },
    {
      outline: curve([
        [x, y],
        [x + 16, y - 6],
        [x + 46, y + 70, 's'],
        [x + 58, y + 136],
        [x + 38, y + 142],
        [x + 24, y + 76, 's'],
      ]),
      cloth,
      lift: 0.35,
    },
    {
      outline: curve([
        [x - 12, y - 16, 's'],
        [x + 18, y - 15, 's'],
        [x + 24, y + 8, 's'],
        [x + 4, y + 18, 's'],
        [x - 14, y + 10, 's'],
      ]),
      cloth,
      lift: 0.4,
    },
  ];
}

export const skirt: Cutter = ({ design, random, main, plain, lining }) => {
  const waist = 128;
  const bottom = (lengths[design.length] ?? 390) + 60;
  const hem = 158 + (spreads[design.silhouette] ?? 60) + (bottom > 560 ? 24 : 0);
  const hip = Math.min(
    design.silhouette === 'pencil' || design.silhouette === 'straight' ? 164 : 176,
    Math.max(hem, 160),
  );
  const denim = design.material === 'denim';
  const back: Piece = {
    outline: curve([
      [-waist, 2],
      [0, -7, 's'],
      [waist, 2],
      [waist * 0.7, 22],
      [-waist * 0.7, 22],
    ]),
    cloth: lining,
    shade: 0.34,
    applied: '<rect x="-17" y="-2" width="34" height="14" rx="1.500" fill="#efece4"/>',
  };
  const band: Node[] = [
    [-waist, 2],
    [0, 13, 's'],
    [waist, 2],
    [waist + 5, 38],
    [0, 48, 's'],
    [-waist - 5, 38],
  ];
  const fly = denim || design.silhouette === 'straight';
  return {
    stance: 'laid',
    pieces: [
      back,
      ...skirtPieces({ top: 34, bottom, waist: waist + 4, hip, hem }, design, main, lining, random),
      {
        outline: curve(jitter(band, random, 1.2)),
        cloth: design.pattern === 'solid' ? plain : main,
        lift: 0.2,
        roundness: 0.6,
        lines: [
          {
            d: curve(
              [
                [-waist - 4, 34],
                [0, 44, 's'],
                [waist + 4, 34],
              ],
              false,
            ),
            kind: 'stitch',
            width: 1,
          },
        ],
        hardware: fly ? button([0, 30], 8, design.trim ?? (denim ? '#b08a5c' : '#ddd6c8')) : '',
      },
      ...(design.silhouette === 'wrap' ? sash(waist, 24, 64, plain).slice(1) : []),
    ],
  };
};
