import {
  left,
  add,
  between,
  distance,
  reflected,
  meet,
  scale,
  toward,
  along,
  lengthOf,
  path,
  cutAt,
  last,
  first,
} from '../geometry.js';
import type { Line, Point } from '../geometry.js';
import type { Cut, Draft, Edge, EdgeKind, Mark, Seam } from '../piece.js';

/** Seam allowances in millimeters. */
export const allowances: Readonly<Record<'seam' | 'neck' | 'hem' | 'deepHem' | 'narrowHem', number>> = {
  seam: 10,
  neck: 7,
  hem: 25,
  deepHem: 40,
  narrowHem: 12,
};

/** Pieces and seams of a garment in one size. */
export interface Drafted {
  readonly pieces: readonly Draft[];
  readonly seams: readonly Seam[];
}

export const edge = (
  id: string,
  line: Line,
  allowance: number = allowances.seam,
  kind: EdgeKind = allowance === 0 ? 'edge' : 'seam',
): Edge => ({ id, kind, line, allowance });

export const fold = (line: Line): Edge => ({ id: 'fold', kind: 'fold', line, allowance: 0 });

export const cut = (count: number, fabric: Cut['fabric'] = 'main'): Cut => ({ fabric, count });

/** A rectangle whose sides are `top`, `right`, `bottom` and `left`. */
export function strip(
  id: string,
  name: string,
  width: number,
  height: number,
  cuts: readonly Cut[],
  { foldLine = false, allowance = allowances.seam, marks = [] as readonly Mark[], grainAcross = false } = {},
): Draft {
  const [a, b, c, d]: Point[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  if (!a || !b || !c || !d) throw new Error('unreachable');
  return {
    id,
    name,
    edges: [
      edge('top', [a, b], allowance),
      edge('right', [b, c], allowance),
      edge('bottom', [c, d], allowance),
      edge('left', [d, a], allowance),
    ],
    cut: cuts,
    grain: grainAcross
      ? [
          [width / 2, height * 0.15],
          [width / 2, height * 0.85],
        ]
      : [
          [width * 0.2, height * (foldLine ? 0.25 : 0.5)],
          [width * 0.8, height * (foldLine ? 0.25 : 0.5)],
        ],
    marks: [
      ...(foldLine
        ? [{ kind: 'foldLine', label: 'fold', line: [between(a, d, 0.5), between(b, c, 0.5)] } as const]
        : []),
      ...marks,
    ],
  };
}

export interface Dart {
  /** From the start of the line to the dart's middle, with the dart open. */
  readonly at: number;
  readonly width: number;
  readonly depth: number;
  /** Laid in a fold that opens below its stitching, instead of running out in a point. */
  readonly pleat?: boolean;
}

/**
 * Opens darts in a line. The parts of the line are `id-1`, `id-2` and so on; the caps between them have the shape that
 * the folded dart needs to end in the seam.
 */
export function withDarts(
  id: string,
  line: Line,
  darts: readonly Dart[],
  allowance: number,
): { edges: Edge[]; marks: Mark[]; names: string[] } {
  const edges: Edge[] = [];
  const marks: Mark[] = [];
  const names: string[] = [];
  let rest = line;
  let walked = 0;
  const part = (points: Line): void => {
    names.push(`${id}-${names.length + 1}`);
    edges.push(edge(names.at(-1) ?? id, points, allowance));
  };
  darts.forEach((dart, index) => {
    const [before, after] = cutAt(rest, dart.at - dart.width / 2 - walked);
    const [open, next] = cutAt(after, dart.width);
    walked = dart.at + dart.width / 2;
    part(before);
    const [a, b] = [first(open), last(open)];
    const middle = between(a, b, 0.5);
    const inward = scale(left(toward(a, b)), -1);
    // The sides of a pleat are parallel: as if its point were far away.
    const apex = add(middle, scale(inward, dart.pleat ? dart.depth * 50 : dart.depth));
    // Folded onto its first side, the dart ends where that side's seam lies, seen in the mirror of its leg.
    const leg = toward(a, apex);
    const away = scale(toward(along(before, lengthOf(before) - 5).point, a), -1);
    const peak = meet(a, reflected(away, leg), apex, scale(inward, -1)) ?? middle;
    edges.push(edge(`${id}-dart-${index + 1}`, [a, peak, b], allowance, 'dart'));
    if (dart.pleat) {
      const down = scale(inward, dart.depth);
      marks.push(
        { kind: 'pleat', label: 'lay on this line', line: [a, add(a, down)] },
        { kind: 'pleat', label: 'fold', line: [b, add(b, down)] },
      );
      rest = next;
      return;
    }
    marks.push(
      { kind: 'dartLeg', label: '', line: [a, apex] },
      { kind: 'dartLeg', label: 'dart', line: [b, apex] },
      { kind: 'drill', label: 'dart point', line: [add(apex, scale(inward, -10))] },
    );
    rest = next;
  });
  part(rest);
  return { edges, marks, names };
}

/** The middle of a piece, as a vertical grain line. */
export function grainAt(x: number, top: number, bottom: number): readonly [Point, Point] {
  const inset = (bottom - top) * 0.2;
  return [
    [x, top + inset],
    [x, bottom - inset],
  ];
}

/** Buttons evenly spread from `from` to `to`, as drill holes. */
export function buttons(from: Point, to: Point, count: number, label = 'button'): Mark[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'buttonhole' as const,
    label,
    line: [between(from, to, count === 1 ? 0 : i / (count - 1))],
  }));
}

/** Names of edges of a piece. */
export const of = (piece: string, names: readonly string[]): string[] =>
  names.map((name) => `${piece}.${name}`);
export const back = (names: readonly string[]): string[] =>
  [...names].reverse().map((name) => (name.startsWith('-') ? name.slice(1) : `-${name}`));

/** A curve between two points that bends by `bulge` to the left of its direction. */
export function bow(from: Point, to: Point, bulge: number): Line {
  const middle = add(between(from, to, 0.5), scale(left(toward(from, to)), bulge));
  const control = add(middle, scale(left(toward(from, to)), bulge));
  const steps = Math.max(4, Math.ceil(distance(from, to) / 15));
  return path(
    Array.from({ length: steps + 1 }, (_, i): Point => {
      const t = i / steps;
      return between(between(from, control, t), between(control, to, t), t);
    }),
  );
}
