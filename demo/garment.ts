import type { Design, Material, Pattern } from './design.js';
import type { Point } from './geometry.js';
import type { Random } from '../src/platform/random.js';
import type { Tile } from './pattern.js';

/** What a piece is cut from. */
export interface Cloth {
  color: string;
  accent: string;
  pattern: Pattern;
  material: Material;
  /** Ribbing or another texture in place of the material's own weave. */
  weave?: Tile;
}

/** A fold: a soft ridge between two points. */
export interface Fold {
  from: Point;
  to: Point;
  bend: number;
  width: number;
  /** Height, 0 to 1. */
  depth: number;
}

/** A line on the cloth. A seam sinks in, a stitch is thread, a crease is only shade. */
export interface Line {
  d: string;
  kind: 'seam' | 'stitch' | 'crease';
  color?: string;
  width?: number;
}

/** One piece of a garment. Coordinates: the garment's axis is x = 0, y goes down, a shirt is about 350 wide. */
export interface Piece {
  /** Closed path data. */
  outline: string;
  cloth: Cloth;
  /** Degrees by which the cloth's grain is turned, as on a sleeve. */
  grain?: number;
  folds?: readonly Fold[];
  lines?: readonly Line[];
  /** SVG on the cloth, under its light and shade: appliqué, pattern pieces. */
  applied?: string;
  /** SVG on top of the piece, not clipped by it: buttons, zips, laces. */
  hardware?: string;
  /** Relief drawn in black, its opacity being the height: quilting, ribs. */
  relief?: string;
  /** 0 to 1: how deep in shadow, as the inside of a neck. */
  shade?: number;
  /** 0 to 1: the shadow it throws on what lies under it. */
  lift?: number;
  /** Rounds its edges off more (above 1) or less than its material does. */
  roundness?: number;
}

/** What a garment is cut with. */
export interface Atelier {
  design: Design;
  random: Random;
  /** The design's cloth, its pattern included. */
  main: Cloth;
  /** The same without the pattern. */
  plain: Cloth;
  /** Plain, ribbed. */
  ribbed: Cloth;
  /** Inside of the garment. */
  lining: Cloth;
  /** The second material: soles, straps, facings. */
  trim: Cloth;
}

/** Pieces from the bottom of the pile to its top; `stance` is how the garment is photographed. */
export interface Garment {
  pieces: Piece[];
  stance: 'laid' | 'standing';
}

export type Cutter = (atelier: Atelier) => Garment;
