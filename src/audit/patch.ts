import type { Random } from '../platform/random.js';
import { type Raster, type Size, stretchRaster } from '../vision/raster.js';
import type { Family } from './evolve.js';

/** For this share of the passes, variations only look for a place, */
const PLACING = 0.2;
/** and later, so many of them move the patch, rather than painting on it. */
const MOVES = 0.25;
/** Share of the patch that a brush stroke covers at first; it shrinks to a pixel. */
const FIRST_STROKE = 0.6;
/** How far a stroke that shades moves each channel, at most. */
const SHADE = 96;

/** A square on a picture, and its place. */
export interface Patch {
  readonly pixels: Uint8Array;
  readonly left: number;
  readonly top: number;
}

/** The side of the largest square with at most that share of the picture's area, in pixels. */
export const patchSide = ({ width, height }: Size, area: number): number =>
  Math.max(1, Math.min(width, height, Math.floor(Math.sqrt(area * width * height))));

/**
 * Squares to stick on the picture, at random places. The first one shows `motif`, the picture of what the attacker
 * wants to be taken for; without one, it has random colors. Variations move it, or paint a square on it, in a bright
 * color or as a shade: random search over squares, as in Sparse-RS (Croce et al. 2022).
 */
export async function patches(
  picture: Raster,
  area: number,
  motif: Raster | null,
  chance: Random,
): Promise<Family<Patch>> {
  const side = patchSide(picture, area);
  const [right, bottom] = [picture.width - side, picture.height - side];
  const start = motif === null ? checkered(side, chance) : (await stretchRaster(motif, side, side)).pixels;
  return {
    first: () => ({ pixels: start, left: chance.integer(0, right), top: chance.integer(0, bottom) }),
    vary({ pixels, left, top }, spent) {
      if (spent > PLACING && !chance.chance(MOVES))
        return { pixels: paint(pixels, side, spent, chance), left, top };
      const move = (from: number, room: number): number => {
        const reach = Math.ceil((1 - spent) * room);
        return Math.min(room, Math.max(0, from + chance.integer(-reach, reach)));
      };
      return { pixels, left: move(left, right), top: move(top, bottom) };
    },
    render: (patch) => paste(picture, patch, side),
  };
}

/** The picture with a square of `side` pixels on it. */
export function paste(picture: Raster, { pixels, left, top }: Patch, side: number): Raster {
  const attacked = new Uint8Array(picture.pixels);
  for (let row = 0; row < side; row += 1)
    attacked.set(
      pixels.subarray(3 * row * side, 3 * (row + 1) * side),
      3 * ((top + row) * picture.width + left),
    );
  return { ...picture, pixels: attacked };
}

/** Two by two fields in bright colors: what is smaller may be too small for the model. */
function checkered(side: number, chance: Random): Uint8Array {
  const fields = Array.from({ length: 4 }, () => bright(chance));
  const pixels = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const field = 2 * Math.floor((2 * y) / side) + Math.floor((2 * x) / side);
      pixels.set(fields[field] ?? [], 3 * (y * side + x));
    }
  return pixels;
}

const bright = (chance: Random): number[] => [0, 1, 2].map(() => (chance.chance(0.5) ? 255 : 0));

function paint(pixels: Uint8Array, side: number, spent: number, chance: Random): Uint8Array {
  const painted = new Uint8Array(pixels);
  const stroke = Math.max(1, Math.round(side * Math.sqrt(FIRST_STROKE) * (1 - spent)));
  const [left, top] = [chance.integer(0, side - stroke), chance.integer(0, side - stroke)];
  const isShade = chance.chance(0.5);
  const color = isShade ? [0, 1, 2].map(() => chance.integer(-SHADE, SHADE)) : bright(chance);
  for (let y = top; y < top + stroke; y += 1)
    for (let x = left; x < left + stroke; x += 1)
      color.forEach((value, channel) => {
        const i = 3 * (y * side + x) + channel;
        painted[i] = isShade ? Math.min(255, Math.max(0, (painted[i] ?? 0) + value)) : value;
      });
  return painted;
}
