import type { Design, Material, Pattern } from './design.js';
import type { Point } from './geometry.js';
import type { Random } from '../platform/random.js';
import type { Tile } from './pattern.js';

/** The material that a piece is cut from. */
export interface Cloth {
  color: string;
  accent: string;
  pattern: Pattern;
  material: Material;
  /** Ribbing or another texture that replaces the material's own weave. */
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

/** A line on the fabric. A seam is recessed, a stitch is thread, and a crease is only shade. */
export interface Line {
  d: string;
  kind: 'seam' | 'stitch' | 'crease';
  color?: string;
  width?: number;
}

/** One piece of a garment. Coordinates: the garment's axis is x = 0, y goes down, and a shirt is about 350 wide. */
export interface Piece {
  /** Closed path data. */
  outline: string;
  cloth: Cloth;
  /** Degrees by which the fabric's grain is turned, as on a sleeve. */
  grain?: number;
  folds?: readonly Fold[];
  lines?: readonly Line[];
  /** SVG on the fabric, under its light and shade: appliqué, pattern pieces. */
  applied?: string;
  /** SVG on top of the piece, not clipped by it: buttons, zippers, laces. */
  hardware?: string;
  /** Relief drawn in black, with opacity as height: quilting, ribs. */
  relief?: string;
  /** 0 to 1: how dark its shadow is, as inside a neck. */
  shade?: number;
  /** 0 to 1: the shadow that it casts on the pieces below it. */
  lift?: number;
  /** Makes its edges rounder (above 1) or less round (below 1) than its material does. */
  roundness?: number;
}

/** The materials for cutting a garment. */
export interface Atelier {
  design: Design;
  random: Random;
  /** The design's fabric, including its pattern. */
  main: Cloth;
  /** The same without the pattern. */
  plain: Cloth;
  /** The plain fabric, ribbed. */
  ribbed: Cloth;
  /** Inside of the garment. */
  lining: Cloth;
  /** The second material: soles, straps, facings. */
  trim: Cloth;
}

/** Pieces from bottom to top; `stance` is how the garment is photographed. */
export interface Garment {
  pieces: Piece[];
  stance: 'laid' | 'standing';
}

export type Cutter = (atelier: Atelier) => Garment;
