import type { Box } from '../place.js';

export const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };

/** A smaller part has too few pixels to compare. */
export const MIN_SIDE = 0.06;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The box between two points, inside the picture and not too small. */
export function between(ax: number, ay: number, bx: number, by: number): Box {
  const left = clamp(Math.min(ax, bx), 0, 1 - MIN_SIDE);
  const top = clamp(Math.min(ay, by), 0, 1 - MIN_SIDE);
  const width = clamp(Math.max(ax, bx), left + MIN_SIDE, 1) - left;
  const height = clamp(Math.max(ay, by), top + MIN_SIDE, 1) - top;
  return { x: left, y: top, width, height };
}

/** A box of a usual size around a point. */
export function around(x: number, y: number, side = 0.44): Box {
  return {
    x: clamp(x - side / 2, 0, 1 - side),
    y: clamp(y - side / 2, 0, 1 - side),
    width: side,
    height: side,
  };
}

export const moved = (box: Box, dx: number, dy: number): Box => ({
  ...box,
  x: clamp(box.x + dx, 0, 1 - box.width),
  y: clamp(box.y + dy, 0, 1 - box.height),
});

/** With the end corner moved. */
export const resized = (box: Box, dx: number, dy: number): Box => ({
  ...box,
  width: clamp(box.width + dx, MIN_SIDE, 1 - box.x),
  height: clamp(box.height + dy, MIN_SIDE, 1 - box.y),
});

/** Whether two boxes are the same to the eye. */
export const isSame = (one: Box, other: Box): boolean =>
  (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(one[side] - other[side]) < 0.002);

export const isIn = (box: Box, x: number, y: number): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** Whether the middle of the other box is in the box. */
export const holds = (box: Box, other: Box): boolean =>
  isIn(box, other.x + other.width / 2, other.y + other.height / 2);

/** How much two boxes share, from 0 to 1: the part of both together that is in each. */
export function overlap(one: Box, other: Box): number {
  const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const both = Math.max(0, wide) * Math.max(0, high);
  return both / (one.width * one.height + other.width * other.height - both);
}
