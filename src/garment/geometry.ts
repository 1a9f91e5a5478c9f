import type { Random } from '../platform/random.js';

/** A point of an outline: a corner, or with `'s'` a point that the curve passes smoothly. */
export type Node = readonly [x: number, y: number, kind?: 's'];
export type Point = readonly [x: number, y: number];
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const round = (value: number): string => (Math.round(value * 10) / 10).toString();

/** SVG path data through the nodes: cubic Béziers whose tangents at a smooth node run along its neighbors. */
export function curve(nodes: readonly Node[], closed = true): string {
  const count = nodes.length;
  const at = (index: number): Node => nodes[(index + count) % count] ?? [0, 0];
  const handle = (index: number, towards: number, length: number): Point => {
    const [x, y, kind] = at(index);
    const open = !closed && (index === 0 || index === count - 1);
    const [toX, toY] = at(index + towards);
    const [fromX, fromY] = kind === 's' && !open ? at(index - towards) : [x, y];
    const size = Math.hypot(toX - fromX, toY - fromY) || 1;
    return [x + ((toX - fromX) / size) * length, y + ((toY - fromY) / size) * length];
  };
  const [startX, startY] = at(0);
  let path = `M${round(startX)} ${round(startY)}`;
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [x1, y1] = at(index);
    const [x2, y2] = at(index + 1);
    const reach = Math.hypot(x2 - x1, y2 - y1) / 3;
    const [ax, ay] = handle(index, 1, reach);
    const [bx, by] = handle((index + 1) % count, -1, reach);
    path += `C${[ax, ay, bx, by, x2, y2].map(round).join(' ')}`;
  }
  return closed ? `${path}Z` : path;
}

/** The nodes mirrored left to right about x = 0 and in reverse order, so that they can continue an outline. */
export function mirrored(nodes: readonly Node[]): Node[] {
  return nodes.map(([x, y, kind]): Node => (kind ? [-x, y, kind] : [-x, y])).reverse();
}

/** Moves every node a little, as if the fabric had been laid by hand. */
export function jitter(nodes: readonly Node[], random: Random, amount = 2.5): Node[] {
  return nodes.map(([x, y, kind]): Node => {
    const moved: Point = [x + random.between(-amount, amount), y + random.between(-amount, amount)];
    return kind ? [...moved, kind] : moved;
  });
}

/** The nodes turned by degrees about a point. */
export function turned(nodes: readonly Node[], degrees: number, [cx, cy]: Point): Node[] {
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return nodes.map(([x, y, kind]): Node => {
    const moved: Point = [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
    return kind ? [...moved, kind] : moved;
  });
}

/** A leaf shape between two points, bent sideways by `bend` and `width` wide in its middle: the mark of a fold. */
export function leaf([x1, y1]: Point, [x2, y2]: Point, bend: number, width: number): string {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [nx, ny] = [-(y2 - y1) / length, (x2 - x1) / length];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const side = (offset: number): string => `${round(mx + nx * offset)} ${round(my + ny * offset)}`;
  return `M${round(x1)} ${round(y1)}Q${side(bend + width)} ${round(x2)} ${round(y2)}Q${side(bend - width)} ${round(x1)} ${round(y1)}Z`;
}

/** An arc from one point to another whose middle is moved sideways by `bend`. */
export function arc([x1, y1]: Point, [x2, y2]: Point, bend: number): string {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const mx = (x1 + x2) / 2 - ((y2 - y1) / length) * bend * 2;
  const my = (y1 + y2) / 2 + ((x2 - x1) / length) * bend * 2;
  return `M${round(x1)} ${round(y1)}Q${round(mx)} ${round(my)} ${round(x2)} ${round(y2)}`;
}

/** The bounding box of all coordinates in absolute path data (including control points). */
export function bounds(...paths: readonly string[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const path of paths) {
    const numbers = path.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
    numbers.forEach((value, index) => {
      if (index % 2 === 0) [left, right] = [Math.min(left, value), Math.max(right, value)];
      else [top, bottom] = [Math.min(top, value), Math.max(bottom, value)];
    });
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The box with a margin on all sides. */
export function grown({ x, y, width, height }: Box, margin: number): Box {
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
}

/** A box as the attributes of a rect or a filter region. */
export function area({ x, y, width, height }: Box): string {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}
