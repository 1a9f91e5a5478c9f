import {
  add,
  along,
  crossing,
  distance,
  first,
  last,
  left,
  lengthOf,
  meet,
  parallel,
  path,
  reflected,
  reversed,
  scale,
  subtract,
  toward,
  withoutLoops,
  type Line,
  type Point,
} from './geometry.js';

/** What is cut from the same roll. */
export const fabrics = ['main', 'contrast', 'rib', 'lining', 'interfacing', 'wadding', 'pocketing'] as const;
export type Fabric = (typeof fabrics)[number];

/** `fold`: the fabric's fold lies there. `dart`: the cap of a dart, which is folded under and sewn into no seam. */
export type EdgeKind = 'seam' | 'hem' | 'fold' | 'dart' | 'edge';

/** A side of a piece. */
export interface Edge {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly line: Line;
  /** Between the seam line and the cut line, millimeters. */
  readonly allowance: number;
}

export interface Mark {
  readonly kind: 'foldLine' | 'dartLeg' | 'placement' | 'pleat' | 'buttonhole' | 'drill';
  readonly label: string;
  /** One point for a drill hole. */
  readonly line: Line;
}

export interface Cut {
  readonly fabric: Fabric;
  readonly count: number;
}

/** A piece as drafted: its seam line, side by side and clockwise as seen. */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly edges: readonly Edge[];
  readonly cut: readonly Cut[];
  readonly grain: readonly [Point, Point];
  readonly marks?: readonly Mark[];
}

/** A place where two sides of a seam are laid on each other. */
export interface Match {
  /** From the start of each side, millimeters. */
  readonly a: number;
  readonly b: number;
  /** A double notch, as for the back of an armhole. */
  readonly double?: boolean;
}

/** Two rows of edges that are sewn together. `-piece.edge` runs from the edge's end to its start. */
export interface Seam {
  readonly name: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** How much longer `b` is: eased in, gathered or pleated. Negative: `b` is stretched. Millimeters. */
  readonly ease: number;
  readonly how?: 'eased' | 'gathered' | 'pleated' | 'stretched';
  readonly matches?: readonly Match[];
}

export interface Notch {
  /** On the seam line. */
  readonly at: Point;
  /** On the cut line. */
  readonly cut: Point;
  readonly seam: string;
}

/** A piece that can be cut. */
export interface Piece extends Draft {
  readonly seamLine: Line;
  readonly cutLine: Line;
  readonly notches: readonly Notch[];
  readonly marks: readonly Mark[];
}

/** The size of what fits everybody. */
export const ONE_SIZE = 'one size';

/** Two notches of a double notch are this far apart. */
const DOUBLE_NOTCH = 10;
/** A corner's point is cut off where it would lie farther out than so many allowances. */
const LONGEST_MITER = 3;
/** Points of the cut line that are closer are one to a cutter, millimeters. */
const CUTTER_STEP = 0.15;
/** A loop of the cut line is at most so long, millimeters; a piece's own outline is longer. */
const LONGEST_LOOP = 90;
/** A notch so near the end of an edge is the seam itself. */
const AT_SEAM = 0.5;

/** Sine of the angle up to which two edges run straight on. */
const STRAIGHT = 0.05;

/**
 * Builds pieces with seam allowances and notches from drafts and their seams.
 * @throws Error for a draft whose edges do not close, which is a mistake in its drafter
 */
export function finish(drafts: readonly Draft[], seams: readonly Seam[]): Piece[] {
  const open = drafts.find((draft) => !isClosed(draft));
  if (open) throw new Error(`the edges of ${open.id} do not close`);
  const notches = new Map<string, Notch[]>();
  for (const seam of seams) {
    for (const match of seam.matches ?? []) {
      for (const [side, at] of [
        [seam.a, match.a],
        [seam.b, match.b],
      ] as const) {
        for (const shift of match.double ? [-DOUBLE_NOTCH / 2, DOUBLE_NOTCH / 2] : [0]) {
          const found = onSide(drafts, side, at + shift);
          if (!found) continue;
          const { edge, point, outward, piece } = found;
          const list = notches.get(piece) ?? [];
          notches.set(piece, list);
          const notch = { at: point, cut: add(point, scale(outward, edge.allowance)), seam: seam.name };
          if (!list.some(({ at: known }) => distance(known, point) < AT_SEAM)) list.push(notch);
        }
      }
    }
  }
  return drafts.map((draft) => ({
    ...draft,
    marks: draft.marks ?? [],
    seamLine: outlineOf(draft),
    cutLine: cutLineOf(draft.edges),
    notches: [...(notches.get(draft.id) ?? []), ...borders(draft)],
  }));
}

/** Notches where two edges meet in a straight line, since a seam or a center meets them there, and at the legs of darts. */
function borders({ edges }: Draft): Notch[] {
  return edges.flatMap((edge, i): Notch[] => {
    const next = edges[(i + 1) % edges.length];
    if (!next || edge.allowance === 0 || next.allowance === 0) return [];
    const isDart = edge.kind === 'dart' || next.kind === 'dart';
    const [into, out] = [endDirection(edge.line), scale(endDirection(reversed(next.line)), -1)];
    const isStraight = Math.abs(into[0] * out[1] - into[1] * out[0]) < STRAIGHT && edge.kind === next.kind;
    if (!isDart && !isStraight) return [];
    const at = last(edge.line);
    const along = next.kind === 'dart' ? into : out;
    return [{ at, cut: add(at, scale(left(along), edge.allowance)), seam: isDart ? 'dart' : next.id }];
  });
}

/** The closed seam line of a draft, its first point not repeated. */
export function outlineOf({ edges }: Draft): Line {
  const line = path(...edges.map((edge) => edge.line));
  return distance(first(line), last(line)) < 1e-3 ? line.slice(0, -1) : line;
}

/** The edge that a seam names, in the seam's direction. @throws Error when there is none */
export function edgeOf(drafts: readonly Draft[], name: string): { piece: string; edge: Edge; line: Line } {
  const back = name.startsWith('-');
  const [piece = '', id = ''] = (back ? name.slice(1) : name).split('.');
  const edge = drafts.find((draft) => draft.id === piece)?.edges.find((one) => one.id === id);
  if (edge === undefined) throw new Error(`no edge ${name}`);
  return { piece, edge, line: back ? reversed(edge.line) : edge.line };
}

/** Length of a side of a seam, millimeters. */
export function sideLength(drafts: readonly Draft[], side: readonly string[]): number {
  return side.reduce((sum, name) => sum + lengthOf(edgeOf(drafts, name).line), 0);
}

function onSide(
  drafts: readonly Draft[],
  side: readonly string[],
  at: number,
): { piece: string; edge: Edge; point: Point; outward: Point } | null {
  let rest = at;
  for (const name of side) {
    const { piece, edge, line } = edgeOf(drafts, name);
    const length = lengthOf(line);
    if (Math.abs(rest) < AT_SEAM || (Math.abs(rest - length) < AT_SEAM && name !== side.at(-1))) return null;
    if (rest < length - AT_SEAM) {
      const { point, direction } = along(line, rest);
      return { piece, edge, point, outward: scale(left(direction), name.startsWith('-') ? -1 : 1) };
    }
    rest -= length;
  }
  return null;
}

/**
 * The outline with seam allowances. Hems are mirrored at their fold, so that they lie flat when they are turned up;
 * other corners are extended until their sides meet.
 */
function cutLineOf(edges: readonly Edge[]): Line {
  const lines = edges.map(({ line, allowance }): Point[] => [...parallel(line, allowance)]);
  const corners: Line[] = [];
  edges.forEach((edge, i) => {
    const next = edges[(i + 1) % edges.length];
    const [a, b] = [lines[i], lines[(i + 1) % edges.length]];
    if (!next || !a || !b) return;
    corners.push(corner(edge, next, a, b));
  });
  const whole = dropRepeats(lines.flatMap((line, i) => [...line, ...(corners[i] ?? [])]));
  return dropRepeats(withoutLoops(whole, LONGEST_LOOP));
}

/** Trims the two offset lines at their corner and returns the points between them. */
function corner(edge: Edge, next: Edge, a: Point[], b: Point[]): Line {
  const into = endDirection(edge.line);
  const out = scale(endDirection(reversed(next.line)), -1);
  const cross = into[0] * out[1] - into[1] * out[0];
  const reach = LONGEST_MITER * Math.max(edge.allowance, next.allowance, 1);
  if ((edge.kind === 'hem') !== (next.kind === 'hem')) return turnedUp(edge, next, a, b, into, out);
  const longA = [...a, add(last(a), scale(into, reach))];
  const longB = [add(first(b), scale(out, -reach)), ...b];
  // Sides that run straight on have one point there, not two that rounding could swap.
  if (Math.abs(cross) < 0.02) {
    if (edge.allowance !== next.allowance || a.length < 2 || b.length < 2) return [];
    const middle = scale(add(last(a), first(b)), 0.5);
    a.pop();
    b.shift();
    return [middle];
  }
  const met = crossing(longA, longB, last(edge.line));
  if (!met) return [add(last(a), scale(into, edge.allowance)), add(first(b), scale(out, -next.allowance))];
  a.splice(met.inA + 1);
  b.splice(0, met.inB);
  return [met.point];
}

/** The corner of a hem and a side: the allowance is the side's mirror image in the fold. */
function turnedUp(edge: Edge, next: Edge, a: Point[], b: Point[], into: Point, out: Point): Line {
  const isHemNext = next.kind === 'hem';
  const [side, hem] = isHemNext ? [a, b] : [b, a];
  const hemLine = isHemNext ? out : into;
  const inward = isHemNext ? scale(into, -1) : out;
  const start = isHemNext ? last(edge.line) : first(next.line);
  const fold = meet(isHemNext ? last(side) : first(side), inward, start, hemLine);
  if (!fold) return [];
  const depth = isHemNext ? next.allowance : edge.allowance;
  const down = reflected(inward, hemLine);
  const outward = left(hemLine);
  const steep = Math.max(0.35, down[0] * outward[0] + down[1] * outward[1]);
  const tip = add(fold, scale(down, depth / steep));
  // What of the hem's parallel lies beyond the tip would be cut twice.
  const beyond = (point: Point): boolean => {
    const [x, y] = subtract(point, tip);
    return (x * hemLine[0] + y * hemLine[1]) * (isHemNext ? 1 : -1) <= 0;
  };
  if (isHemNext) {
    while (b.length > 1 && beyond(first(b))) b.shift();
    while (a.length > 1 && !isBefore(last(a), fold, into)) a.pop();
    return [fold, tip];
  }
  while (a.length > 1 && beyond(last(hem))) a.pop();
  while (b.length > 1 && isBefore(first(b), fold, out)) b.shift();
  return [tip, fold];
}

const isBefore = (point: Point, mark: Point, direction: Point): boolean => {
  const [x, y] = subtract(point, mark);
  return x * direction[0] + y * direction[1] <= 0;
};

function endDirection(line: Line): Point {
  const [a, b] = line.slice(-2);
  return a && b ? toward(a, b) : [1, 0];
}

function dropRepeats(line: Line): Line {
  const clean: Point[] = [];
  for (const point of line) {
    const before = clean.at(-1);
    if (before === undefined || distance(before, point) > CUTTER_STEP) clean.push(point);
  }
  return distance(first(clean), last(clean)) < CUTTER_STEP ? clean.slice(0, -1) : clean;
}

/** Whether a draft's sides follow each other and close. */
function isClosed({ edges }: Draft): boolean {
  return edges.every((edge, i) => {
    const next = edges[(i + 1) % edges.length];
    return next !== undefined && distance(last(edge.line), first(next.line)) < 1e-3;
  });
}

/** Whether a piece lies with one edge on the fold, so that it opens to twice its width. */
export const isOnFold = ({ edges }: Draft): boolean => edges.some(({ kind }) => kind === 'fold');

/** A size as it is written after a title. */
export const sizeLabel = (size: string): string => (size === ONE_SIZE ? size : `size ${size}`);

/** What is written on a piece: its name and size, and how often it is cut from what. */
export function labelOf(draft: Draft, size: string): string[] {
  return [
    draft.name,
    sizeLabel(size),
    ...draft.cut.map(
      ({ fabric, count }) =>
        `cut ${count} ${fabric}${isOnFold(draft) ? ' on fold' : count === 2 ? ', mirrored' : ''}`,
    ),
  ];
}
