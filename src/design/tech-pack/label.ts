import { boxOf, parallel, type Line, type Point } from './geometry.js';
import type { Piece } from './piece.js';

/** From a line to the next, for a font of height 1. */
export const LEADING = 1.25;
/** Widest mean width of the letters of a label in Helvetica, for a font of height 1. */
const LETTER = 0.56;
/** Heights of the font, millimeters, the preferred first. The smallest can still be read on a plotter's print. */
const FONTS = [9, 8, 7, 6, 5, 4.2, 3.5, 3, 2.5, 2, 1.6];
/** Fonts of this height and more stay off darts and pockets; smaller ones could not be read for it. */
const LEGIBLE = 4;
/** Depth of the bracket at an edge on the fold, millimeters. */
export const FOLD_BRACKET = 12;
/** Places that are tried in each direction. */
const PLACES = 12;
/** Between the label and the lines around it, millimeters. */
const CLEAR = 2;

export interface LabelPlace {
  /** Where the first line's baseline starts. */
  readonly at: Point;
  readonly font: number;
  /** Reads downward; the next lines are to the left. */
  readonly turned: boolean;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where a piece's label goes: inside its seam line and off its grain line and marks, as large as it can be, and as near
 * the middle of the grain. A label that fits nowhere is written at its smallest along the piece's longer side.
 */
export function labelPlace(piece: Piece, label: readonly string[]): LabelPlace {
  const longest = Math.max(...label.map((line) => line.length)) * LETTER;
  const deep = label.length * LEADING;
  const outline = boxOf(piece.seamLine);
  const [from, to] = piece.grain;
  const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const isHigh = outline.height > outline.width;
  const brackets = piece.edges.flatMap(({ kind, line }) =>
    kind === 'fold' ? segments(parallel(line, -FOLD_BRACKET)) : [],
  );
  const marks = [piece.grain, ...brackets, ...piece.marks.flatMap(({ line }) => segments(line))];
  for (const [font, lines] of [
    ...FONTS.filter((size) => size >= LEGIBLE).map((size) => [size, marks] as const),
    ...FONTS.map((size) => [size, [piece.grain, ...brackets]] as const),
    ...FONTS.map((size) => [size, [piece.grain]] as const),
  ]) {
    const free = (box: Box): boolean =>
      isInside(box, piece.seamLine) && !lines.some(([a, b]) => touches(box, a, b));
    for (const turned of isHigh && outline.width < longest * font ? [true, false] : [false, true]) {
      const [width, height] = turned ? [deep * font, longest * font] : [longest * font, deep * font];
      const found = boxesOf(outline, width + 2 * CLEAR, height + 2 * CLEAR)
        .sort((a, b) => away(a, middle) - away(b, middle))
        .find(free);
      if (found) return placeIn(found, font, turned);
    }
  }
  const font = FONTS.at(-1) ?? 1;
  const [width, height] = isHigh ? [deep * font, longest * font] : [longest * font, deep * font];
  const box = { x: middle[0] - width / 2, y: middle[1] - height / 2, width, height };
  return placeIn(box, font, isHigh);
}

const placeIn = ({ x, y, width }: Box, font: number, turned: boolean): LabelPlace =>
  turned
    ? { at: [x + width - CLEAR - font, y + CLEAR], font, turned }
    : { at: [x + CLEAR, y + CLEAR + font], font, turned };

const away = ({ x, y, width, height }: Box, [toX, toY]: Point): number =>
  Math.hypot(x + width / 2 - toX, y + height / 2 - toY);

/** Boxes of one size that are spread over another. */
function boxesOf(whole: Box, width: number, height: number): Box[] {
  const [freeX, freeY] = [whole.width - width, whole.height - height];
  if (freeX < 0 || freeY < 0) return [];
  return Array.from({ length: (PLACES + 1) ** 2 }, (_, i) => ({
    x: whole.x + (freeX * (i % (PLACES + 1))) / PLACES,
    y: whole.y + (freeY * Math.floor(i / (PLACES + 1))) / PLACES,
    width,
    height,
  }));
}

const segments = (line: Line): (readonly [Point, Point])[] =>
  line.map((a, i) => [a, line[i + 1] ?? a] as const);

function isInside(box: Box, outline: Line): boolean {
  const corners: Line = [
    [box.x, box.y],
    [box.x + box.width, box.y],
    [box.x + box.width, box.y + box.height],
    [box.x, box.y + box.height],
  ];
  return (
    corners.every((corner) => contains(outline, corner)) &&
    outline.every((a, i) => !touches(box, a, outline[(i + 1) % outline.length] ?? a))
  );
}

function contains(outline: Line, [x, y]: Point): boolean {
  return outline.reduce((inside, a, i) => {
    const b = outline[(i + 1) % outline.length] ?? a;
    const isCrossed = a[1] > y !== b[1] > y && x < a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]);
    return isCrossed ? !inside : inside;
  }, false);
}

/** Whether the segment from `a` to `b` and a box have a point in common (Liang and Barsky). */
function touches({ x, y, width, height }: Box, a: Point, b: Point): boolean {
  // Most segments are far from the box, and there are a million of them in a garment.
  if (Math.max(a[0], b[0]) < x || Math.min(a[0], b[0]) > x + width) return false;
  if (Math.max(a[1], b[1]) < y || Math.min(a[1], b[1]) > y + height) return false;
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  let [enter, leave] = [0, 1];
  for (const [step, gap] of [
    [-dx, a[0] - x],
    [dx, x + width - a[0]],
    [-dy, a[1] - y],
    [dy, y + height - a[1]],
  ] as const) {
    if (step === 0) {
      if (gap < 0) return false;
    } else if (step < 0) enter = Math.max(enter, gap / step);
    else leave = Math.min(leave, gap / step);
  }
  return enter <= leave;
}
