import { boxBetween } from '../figures.js';
import type { Raster, Size } from '../raster.js';
import type { Box } from '../regions.js';
import type { Pose } from './pose.js';
import type { Point } from './square-view.js';

/** Counterclockwise quarter turns of an image: 0 to 3. */
export type Turns = number;

/**
 * The turns after which a body stands upright, or leans by at most an eighth of a turn: cameras without an orientation
 * sensor and scans give photos on their side, and people lie down.
 *
 * @param angle of the body, clockwise, in radians
 */
export const turnsUpright = (angle: number): Turns => modulo4(Math.round(angle / (Math.PI / 2)));

/** A square with less presence shows no person: clothes that lie there have up to this much, people nearly 1. */
const LEAST_PRESENCE = 0.9;
/** The same for who lies or hangs upside down: animals that run have up to 0.96. */
const LEAST_PRESENCE_TURNED = 0.98;

/** @param turns after which the body stands upright */
export const isPerson = ({ presence }: Pose, turns: Turns): boolean =>
  presence >= (turns === 0 ? LEAST_PRESENCE : LEAST_PRESENCE_TURNED);

export const turnsBack = (turns: Turns): Turns => modulo4(-turns);

const modulo4 = (turns: number): Turns => ((turns % 4) + 4) % 4;

/** Where a point of an image of `size` is after the turns. */
export function turnedPoint({ x, y }: Point, { width, height }: Size, turns: Turns): Point {
  switch (turns) {
    case 1:
      return { x: y, y: width - x };
    case 2:
      return { x: width - x, y: height - y };
    case 3:
      return { x: height - y, y: x };
    default:
      return { x, y };
  }
}

export const turnedSize = ({ width, height }: Size, turns: Turns): Size =>
  turns % 2 === 0 ? { width, height } : { width: height, height: width };

export function turnedRaster(raster: Raster, turns: Turns): Raster {
  if (turns === 0) return raster;
  const size = turnedSize(raster, turns);
  const pixels = new Uint8Array(raster.pixels.length);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const from = turnedPoint({ x: x + 0.5, y: y + 0.5 }, size, turnsBack(turns));
      const at = 3 * (Math.floor(from.y) * raster.width + Math.floor(from.x));
      pixels.set(raster.pixels.subarray(at, at + 3), 3 * (y * size.width + x));
    }
  }
  return { pixels, ...size };
}

/** The pose in the image after the turns; the image has this `size` before. */
export function turnedPose(pose: Pose, size: Size, turns: Turns): Pose {
  if (turns === 0) return pose;
  return {
    presence: pose.presence,
    at: (landmark) => turnedPoint(pose.at(landmark), size, turns),
    visibility: (landmark) => pose.visibility(landmark),
    covers: (point) => pose.covers(turnedPoint(point, turnedSize(size, turns), turnsBack(turns))),
  };
}

/** The box, in fractions of the image, after the turns. */
export function turnedBox({ x, y, width, height }: Box, turns: Turns): Box {
  const corner = (point: Point): Point => turnedPoint(point, { width: 1, height: 1 }, turns);
  const [a, b] = [corner({ x, y }), corner({ x: x + width, y: y + height })];
  return boxBetween(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
}
