import type { Material } from './design.js';
import type { Tile } from './pattern.js';

/** How a material reflects light. Frequencies are per garment unit, as in feTurbulence. */
export interface Surface {
  /** The weave or the stitches: translucent black and white over the color. */
  weave?: Tile;
  /** Unevenness of the color itself. */
  grain: { x: number; y: number; strength: number };
  /** Soft wrinkles: their size and height. */
  wrinkle: { x: number; y: number; height: number };
  /** How pronounced the folds are; 1 is cotton jersey. */
  drape: number;
  /** How far in from its edges a piece is rounded. */
  loft: number;
  /** Strength of highlights; 0 is matte. */
  gloss: number;
  /** Narrowness of highlights, as in feSpecularLighting. */
  polish?: number;
}

const stroke = (d: string, color: 'black' | 'white', opacity: number, width: number): string =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linecap="round"/>`;

const jersey: Tile = {
  width: 4,
  height: 4,
  content: stroke('M0 0L2 3L4 0', 'black', 0.05, 0.8),
};
const plainWeave: Tile = {
  width: 5,
  height: 5,
  content: stroke('M0 1.2H2.5M2.5 3.7H5', 'black', 0.1, 1) + stroke('M1.2 2.5V5M3.7 0V2.5', 'white', 0.09, 1),
};
const twill: Tile = {
  width: 5,
  height: 5,
  content:
    stroke('M-1 6L6 -1M-1 1L1 -1M4 6L6 4', 'white', 0.17, 1) +
    stroke('M-1 3.5L3.5 -1M1.5 6L6 1.5', 'black', 0.17, 1.1),
};
const stockinette: Tile = {
  width: 8,
  height: 7,
  content:
    stroke('M0 -1L4 5L8 -1M0 6L4 12L8 6', 'black', 0.24, 1.3) +
    stroke('M1.4 -1.6L4 2.4L6.6 -1.6M1.4 5.4L4 9.4L6.6 5.4', 'white', 0.16, 1.5) +
    stroke('M4 0V7', 'black', 0.12, 1),
};
const cable: Tile = {
  width: 76,
  height: 56,
  content:
    [4, 10, 66, 72]
      .map((x) => stroke(`M${x} 0V56`, 'black', 0.24, 2.2) + stroke(`M${x + 3} 0V56`, 'white', 0.1, 2))
      .join('') +
    stroke('M20 0V56M56 0V56', 'black', 0.32, 3) +
    stroke('M24 -14C24 10 52 18 52 42C52 50 52 56 52 70', 'black', 0.3, 3) +
    stroke('M52 -14C52 4 42 10 38 14M38 14C30 22 24 32 24 42V60M24 0', 'black', 0.24, 3) +
    stroke('M28 -14C28 8 48 18 48 44', 'white', 0.22, 6) +
    stroke('M47 -8C46 4 40 8 36 12M30 24C26 32 28 40 28 52', 'white', 0.18, 6) +
    [7, 14, 21, 28, 35, 42, 49, 56]
      .map((y) =>
        stroke(`M13 ${y - 4}L15.5 ${y}L18 ${y - 4}M58 ${y - 4}L60.500 ${y}L63 ${y - 4}`, 'black', 0.16, 1.1),
      )
      .join(''),
};
const wale: Tile = {
  width: 7,
  height: 20,
  content: stroke('M0.800 0V20', 'black', 0.3, 1.7) + stroke('M4 0V20', 'white', 0.14, 2.4),
};
/** The ribbing of hems, cuffs, and necks. */
export const rib: Tile = {
  width: 6,
  height: 20,
  content: stroke('M1 0V20', 'black', 0.26, 1.6) + stroke('M4 0V20', 'white', 0.12, 1.8),
};

const base: Surface = {
  grain: { x: 0.7, y: 0.7, strength: 0.14 },
  wrinkle: { x: 0.011, y: 0.008, height: 0.4 },
  drape: 1,
  loft: 9,
  gloss: 0,
};

/** Each material's surface. */
export const surfaces: Readonly<Record<Material, Surface>> = {
  cotton: { ...base, weave: jersey },
  viscose: { ...base, drape: 1.15, wrinkle: { x: 0.014, y: 0.005, height: 0.42 }, gloss: 0.06, polish: 8 },
  linen: {
    ...base,
    weave: plainWeave,
    grain: { x: 0.12, y: 0.8, strength: 0.24 },
    wrinkle: { x: 0.015, y: 0.012, height: 0.5 },
  },
  denim: {
    ...base,
    weave: twill,
    grain: { x: 0.5, y: 0.16, strength: 0.36 },
    wrinkle: { x: 0.014, y: 0.011, height: 0.45 },
    loft: 8,
  },
  wool: {
    ...base,
    grain: { x: 0.45, y: 0.45, strength: 0.32 },
    wrinkle: { x: 0.008, y: 0.006, height: 0.3 },
    loft: 14,
  },
  tweed: {
    ...base,
    weave: plainWeave,
    grain: { x: 0.3, y: 0.34, strength: 0.5 },
    wrinkle: { x: 0.008, y: 0.006, height: 0.3 },
    loft: 14,
  },
  knit: {
    ...base,
    weave: stockinette,
    grain: { x: 0.3, y: 0.3, strength: 0.25 },
    wrinkle: { x: 0.009, y: 0.007, height: 0.4 },
    loft: 16,
  },
  'cable knit': {
    ...base,
    weave: cable,
    grain: { x: 0.3, y: 0.3, strength: 0.25 },
    wrinkle: { x: 0.009, y: 0.007, height: 0.35 },
    loft: 17,
  },
  leather: {
    ...base,
    grain: { x: 0.35, y: 0.35, strength: 0.22 },
    wrinkle: { x: 0.011, y: 0.009, height: 0.2 },
    loft: 11,
    gloss: 0.34,
    polish: 12,
  },
  suede: {
    ...base,
    grain: { x: 0.3, y: 0.34, strength: 0.24 },
    wrinkle: { x: 0.011, y: 0.011, height: 0.22 },
    loft: 12,
  },
  satin: {
    ...base,
    grain: { x: 0.5, y: 0.02, strength: 0.08 },
    wrinkle: { x: 0.013, y: 0.005, height: 0.7 },
    drape: 1.3,
    gloss: 0.4,
    polish: 7,
  },
  velvet: {
    ...base,
    grain: { x: 0.08, y: 0.03, strength: 0.5 },
    wrinkle: { x: 0.012, y: 0.006, height: 0.6 },
    drape: 1.2,
    loft: 14,
    gloss: 0.12,
    polish: 4,
  },
  corduroy: { ...base, weave: wale, grain: { x: 0.3, y: 0.1, strength: 0.25 }, loft: 11 },
  fleece: {
    ...base,
    grain: { x: 0.14, y: 0.14, strength: 0.6 },
    wrinkle: { x: 0.012, y: 0.01, height: 0.4 },
    loft: 17,
  },
  canvas: {
    ...base,
    weave: plainWeave,
    grain: { x: 0.4, y: 0.4, strength: 0.22 },
    wrinkle: { x: 0.012, y: 0.01, height: 0.3 },
    loft: 8,
  },
  nylon: {
    ...base,
    grain: { x: 0.9, y: 0.9, strength: 0.05 },
    wrinkle: { x: 0.012, y: 0.008, height: 0.34 },
    drape: 1.1,
    loft: 13,
    gloss: 0.26,
    polish: 9,
  },
};
