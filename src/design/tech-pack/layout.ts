import { boxOf, moved, type Line, type Point } from './geometry.js';
import type { Piece } from './piece.js';

/** A piece at its place on a sheet. */
export interface Placed {
  readonly piece: Piece;
  /** Added to the piece's coordinates. */
  readonly by: Point;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly placed: readonly Placed[];
}

const GAP = 15;

/**
 * Lays pieces in rows, the highest first, none turned and none overlapping. Both halves of a sheet's use need it: for
 * looking at, and as an upper bound of the fabric that a marker takes.
 */
export function layOut(pieces: readonly Piece[], width: number, gap = GAP): Sheet {
  const boxes = pieces
    .map((piece) => ({ piece, box: boxOf(piece.cutLine) }))
    .sort((a, b) => b.box.height - a.box.height);
  const widest = Math.max(width, ...boxes.map(({ box }) => box.width + 2 * gap));
  let [x, y, row] = [gap, gap, 0];
  const placed = boxes.map(({ piece, box }): Placed => {
    if (x + box.width + gap > widest) {
      x = gap;
      y += row + gap;
      row = 0;
    }
    const by: Point = [x - box.x, y - box.y];
    const at = { x, y, width: box.width, height: box.height };
    x += box.width + gap;
    row = Math.max(row, box.height);
    return { piece, by, box: at };
  });
  return { width: widest, height: y + row + gap, placed };
}

/** A line of a piece at its place. */
export const onSheet = (line: Line, { by }: Placed): Line => moved(line, by);
