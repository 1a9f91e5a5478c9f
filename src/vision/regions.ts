import { RequestError } from '../errors.js';
import type { Frame } from './framing.js';
import type { PixelBox } from './raster.js';
import { normalize } from './tensor.js';

/** A part of an image, as fractions of the upright image: x and y of the top left corner, width and height. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Share of the image that the box covers. */
export const areaOf = ({ width, height }: Box): number => width * height;

/** Tolerance for fractions that were computed from pixels, so that 0.1 + 0.9 does not end outside the image. */
const EPSILON = 1e-6;

/** @throws RequestError BAD_USER_INPUT unless the box is finite, inside the image, and has an area */
export function assertBox({ x, y, width, height }: Box): void {
  const inside = x >= -EPSILON && y >= -EPSILON && x + width <= 1 + EPSILON && y + height <= 1 + EPSILON;
  if (!inside || !(width > EPSILON) || !(height > EPSILON)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'The box is not inside the image: give x, y, width, and height as fractions of the upright image, ' +
        'with x + width and y + height at most 1 and an area above 0.',
    );
  }
}

/** The whole pixels of an image that a box covers, at least one. */
export function pixelBox(
  box: Box,
  { width, height }: { readonly width: number; readonly height: number },
): PixelBox {
  const left = Math.min(width - 1, Math.max(0, Math.floor(box.x * width)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(box.y * height)));
  return {
    left,
    top,
    width: Math.max(1, Math.min(width, Math.ceil((box.x + box.width) * width)) - left),
    height: Math.max(1, Math.min(height, Math.ceil((box.y + box.height) * height)) - top),
  };
}

/** Where an image is after it is centered on a square of `side`, in whole pixels of the square. */
function placeInSquare(
  { width, height }: { readonly width: number; readonly height: number },
  side: number,
): PixelBox {
  const scale = side / Math.max(width, height);
  const left = Math.round((side - width * scale) / 2);
  const top = Math.round((side - height * scale) / 2);
  return {
    left,
    top,
    width: Math.max(1, Math.min(side - left, Math.round(width * scale))),
    height: Math.max(1, Math.min(side - top, Math.round(height * scale))),
  };
}

/** The part of the square that a model sees which an image covers. */
export function placeInFrame(
  image: { readonly width: number; readonly height: number },
  { size, framing }: Frame,
): PixelBox {
  return framing.fit === 'pad' ? placeInSquare(image, size) : { left: 0, top: 0, width: size, height: size };
}

/** Cells that cover the square of a model. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** The local embeddings of an image, cell by cell, row-major. */
export interface Cells {
  readonly grid: Grid;
  readonly dimension: number;
  readonly vectors: Float32Array;
}

/** The weighted mean of the cells, L2-normalized. */
export function meanOfCells({ dimension, vectors }: Cells, weights: Float32Array): Float32Array {
  const vector = new Float32Array(dimension);
  weights.forEach((weight, cell) => {
    if (weight === 0) return;
    for (let index = 0; index < dimension; index += 1) {
      vector[index] = (vector[index] ?? 0) + weight * (vectors[cell * dimension + index] ?? 0);
    }
  });
  return normalize(vector);
}

/**
 * How much of a box is in each cell of an encoder's grid, row-major, as overlap areas. The grid covers the square
 * into which an image of `width` × `height` (any unit) is centered.
 */
export function cellWeights(
  box: Box,
  image: { readonly width: number; readonly height: number },
  grid: Grid,
): Float32Array<ArrayBuffer> {
  const side = Math.max(image.width, image.height);
  const columns = overlaps(box.x, box.width, image.width / side, grid.columns);
  const rows = overlaps(box.y, box.height, image.height / side, grid.rows);
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
}

/** Along one axis: the length that the span covers in each cell. `extent` is the image's share of the square. */
function overlaps(start: number, length: number, extent: number, cells: number): number[] {
  const from = ((1 - extent) / 2 + start * extent) * cells;
  const to = from + length * extent * cells;
  return Array.from({ length: cells }, (_, cell) =>
    Math.max(0, Math.min(to, cell + 1) - Math.max(from, cell)),
  );
}
