/** Millimeters; y goes down, as on a screen. */
export type Point = readonly [x: number, y: number];
/** A polyline. Curves are flattened once, so that every format has the same lengths. */
export type Line = readonly Point[];

/** Chords of a curve of up to 500 mm; they leave it by less than 0.1 mm. */
const CURVE_STEPS = 32;

export const add = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]];
export const subtract = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
export const scale = (a: Point, by: number): Point => [a[0] * by, a[1] * by];
export const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
export const between = (a: Point, b: Point, share: number): Point => add(a, scale(subtract(b, a), share));
/** Direction from `a` to `b`, one millimeter long. */
export const toward = (a: Point, b: Point): Point => scale(subtract(b, a), 1 / (distance(a, b) || 1));
/** A quarter turn: outward from an outline that goes clockwise as seen. */
export const left = ([x, y]: Point): Point => [y, -x];
export const reversed = (line: Line): Line => [...line].reverse();
export const moved = (line: Line, by: Point): Line => line.map((point) => add(point, by));

export function first(line: Line): Point {
  return at(line, 0);
}

export function last(line: Line): Point {
  return at(line, line.length - 1);
}

function at(line: Line, index: number): Point {
  const point = line[index];
  if (point === undefined) throw new RangeError(`a line of ${line.length} points has none at ${index}`);
  return point;
}

export function turned(line: Line, center: Point, radians: number): Line {
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return line.map((point): Point => {
    const [x, y] = subtract(point, center);
    return add(center, [x * cos - y * sin, x * sin + y * cos]);
  });
}

/** A cubic Bézier curve. */
export function curve(from: Point, a: Point, b: Point, to: Point): Line {
  return Array.from({ length: CURVE_STEPS + 1 }, (_, step): Point => {
    const t = step / CURVE_STEPS;
    const u = 1 - t;
    const [k0, k1, k2, k3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return [
      k0 * from[0] + k1 * a[0] + k2 * b[0] + k3 * to[0],
      k0 * from[1] + k1 * a[1] + k2 * b[1] + k3 * to[1],
    ];
  });
}

/** Joins lines that meet. */
export function path(...lines: readonly Line[]): Line {
  const points: Point[] = [];
  for (const point of lines.flat()) {
    const before = points.at(-1);
    if (before === undefined || distance(before, point) > 1e-6) points.push(point);
  }
  return points;
}

export function lengthOf(line: Line): number {
  let length = 0;
  for (let i = 1; i < line.length; i++) length += distance(at(line, i - 1), at(line, i));
  return length;
}

/** The point at a distance from the start, with the direction there. Past the ends, the end. */
export function along(line: Line, length: number): { point: Point; direction: Point } {
  let rest = Math.max(0, length);
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [at(line, i - 1), at(line, i)];
    const step = distance(a, b);
    if (rest <= step || i === line.length - 1)
      return { point: between(a, b, step === 0 ? 0 : Math.min(1, rest / step)), direction: toward(a, b) };
    rest -= step;
  }
  return { point: first(line), direction: [1, 0] };
}

/** The two parts of a line before and after a distance from its start. */
export function cutAt(line: Line, length: number): [before: Line, after: Line] {
  const { point } = along(line, length);
  let walked = 0;
  for (let i = 1; i < line.length; i++) {
    walked += distance(at(line, i - 1), at(line, i));
    if (walked >= length) return [path(line.slice(0, i), [point]), path([point], line.slice(i))];
  }
  return [line, [point]];
}

/** Where two lines cross nearest to a point, with the segments that cross; null when they do not. */
export function crossing(a: Line, b: Line, near: Point): { point: Point; inA: number; inB: number } | null {
  let best: { point: Point; inA: number; inB: number } | null = null;
  for (let i = a.length - 2; i >= 0; i--) {
    for (let j = 0; j < b.length - 1; j++) {
      const point = meeting(at(a, i), at(a, i + 1), at(b, j), at(b, j + 1));
      if (point && (best === null || distance(point, near) < distance(best.point, near)))
        best = { point, inA: i, inB: j };
    }
  }
  return best;
}

/** Where two segments cross. */
function meeting(a: Point, b: Point, c: Point, d: Point): Point | null {
  const [r, s] = [subtract(b, a), subtract(d, c)];
  const across = r[0] * s[1] - r[1] * s[0];
  if (Math.abs(across) < 1e-9) return null;
  const [x, y] = subtract(c, a);
  const t = (x * s[1] - y * s[0]) / across;
  const u = (x * r[1] - y * r[0]) / across;
  return t < -1e-9 || t > 1 + 1e-9 || u < -1e-9 || u > 1 + 1e-9 ? null : add(a, scale(r, t));
}

/** Where two infinite lines cross, each given by a point and a direction. */
export function meet(a: Point, alongA: Point, b: Point, alongB: Point): Point | null {
  const across = alongA[0] * alongB[1] - alongA[1] * alongB[0];
  if (Math.abs(across) < 1e-6) return null;
  const [x, y] = subtract(b, a);
  return add(a, scale(alongA, (x * alongB[1] - y * alongB[0]) / across));
}

/** A direction seen in a mirror that stands along another one. */
export function reflected(direction: Point, mirror: Point): Point {
  const dot = direction[0] * mirror[0] + direction[1] * mirror[1];
  return subtract(scale(mirror, 2 * dot), direction);
}

/** The parallel of a line, `by` to its left. */
export function parallel(line: Line, by: number): Line {
  if (by === 0) return line;
  return line.map((point, i): Point => {
    const into = i === 0 ? null : toward(at(line, i - 1), point);
    const out = i === line.length - 1 ? null : toward(point, at(line, i + 1));
    const normal = left(into && out ? toward([0, 0], add(into, out)) : (into ?? out ?? [1, 0]));
    const lean = into ? left(into) : normal;
    // A corner's parallel lies farther out than the parallels of its sides.
    const cosine = Math.max(0.3, normal[0] * lean[0] + normal[1] * lean[1]);
    return add(point, scale(normal, by / cosine));
  });
}

/** Positive when a closed outline goes clockwise as seen. Square millimeters. */
export function areaOf(outline: Line): number {
  let twice = 0;
  outline.forEach((a, i) => {
    const b = at(outline, (i + 1) % outline.length);
    twice += a[0] * b[1] - b[0] * a[1];
  });
  return twice / 2;
}

/** Whether a closed outline crosses itself. */
export function crossesItself(outline: Line): boolean {
  const count = outline.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 2; j < count; j++) {
      if (i === 0 && j === count - 1) continue;
      if (meeting(at(outline, i), at(outline, i + 1), at(outline, j), at(outline, (j + 1) % count)))
        return true;
    }
  }
  return false;
}

/** A closed outline without the loops, up to a length, that a parallel has inside a tight curve. */
export function withoutLoops(outline: Line, longest: number): Line {
  const points = [...outline];
  for (let i = 0; i < points.length; i++) {
    const [a, b] = [at(points, i), at(points, (i + 1) % points.length)];
    let length = 0;
    for (let step = 2; step < points.length - 1; step++) {
      const [c, d] = [at(points, (i + step) % points.length), at(points, (i + step + 1) % points.length)];
      length += distance(at(points, (i + step - 1) % points.length), c);
      if (length > longest) break;
      const point = meeting(a, b, c, d);
      if (!point) continue;
      const rotated = [...points.slice(i + 1), ...points.slice(0, i + 1)];
      return withoutLoops([point, ...rotated.slice(step)], longest);
    }
  }
  return points;
}

/** The smallest upright box around points. */
export function boxOf(line: Line): { x: number; y: number; width: number; height: number } {
  const [xs, ys] = [line.map(([x]) => x), line.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Finds where a rising function has a value, by halving. @throws RangeError when it has it nowhere in between. */
export function solve(rising: (x: number) => number, value: number, low: number, high: number): number {
  if (rising(low) > value || rising(high) < value)
    throw new RangeError(`no solution for ${value}: from ${rising(low)} to ${rising(high)}`);
  let [from, to] = [low, high];
  for (let i = 0; i < 50; i++) {
    const middle = (from + to) / 2;
    if (rising(middle) < value) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
