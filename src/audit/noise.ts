import type { Random } from '../platform/random.js';
import type { Raster } from '../vision/raster.js';
import type { Family } from './evolve.js';

/** Share of the picture that the first squares cover, as in the paper. */
const FIRST_SQUARE = 0.8;
/** The share is halved once each of these shares of the passes is spent, as in the paper. */
const HALVED_AT = [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];

/**
 * Pictures whose channels differ from those of `picture` by at most `levels` of 255: the Square Attack for L∞
 * (Andriushchenko et al. 2020). It starts with vertical stripes, and sets squares to the ends of what is allowed.
 */
export function noisy(picture: Raster, levels: number, chance: Random): Family<Raster> {
  const { width, height, pixels } = picture;
  const end = (i: number, up: boolean): number => {
    const value = (pixels[i] ?? 0) + (up ? levels : -levels);
    return Math.min(255, Math.max(0, value));
  };
  return {
    first() {
      const stripes = Array.from({ length: 3 * width }, () => chance.chance(0.5));
      const attacked = pixels.map((_, i) => end(i, stripes[i % (3 * width)] ?? false));
      return { width, height, pixels: attacked };
    },
    vary(best, spent) {
      const share = FIRST_SQUARE / 2 ** HALVED_AT.filter((at) => spent > at).length;
      const side = Math.min(width, height, Math.max(1, Math.round(Math.sqrt(share * width * height))));
      const [left, top] = [chance.integer(0, width - side), chance.integer(0, height - side)];
      const up = [0, 1, 2].map(() => chance.chance(0.5));
      const attacked = new Uint8Array(best.pixels);
      for (let y = top; y < top + side; y += 1)
        for (let x = left; x < left + side; x += 1)
          up.forEach((isUp, channel) => {
            const i = 3 * (y * width + x) + channel;
            attacked[i] = end(i, isUp);
          });
      return { width, height, pixels: attacked };
    },
    render: (candidate) => candidate,
  };
}
