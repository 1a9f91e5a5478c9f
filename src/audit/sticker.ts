import type { Random } from '../platform/random.js';
import type { Raster } from '../vision/raster.js';
import { dotsOf } from './letters.js';
import { patchSide } from './patch.js';

export type Figure = 'square' | 'logo' | 'word';

/** Printed when the type has no letters from A to Z. */
const FALLBACK_WORD = 'SALE';
/** A word is no wider than this share of the picture. */
const MAX_WORD_WIDTH = 0.9;

type Color = readonly [number, number, number];
const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];

/** A sticker: its size in pixels, and its colors; null where it is cut out. */
interface Sticker {
  readonly width: number;
  readonly height: number;
  readonly colorAt: (x: number, y: number) => Color | null;
}

/**
 * The picture with a sticker of about that share of its area at a random place, as it is, without any search: a square
 * of one color, a round logo, or `word` in black on a white label.
 */
export function withSticker(
  picture: Raster,
  figure: Figure,
  { area, word }: { readonly area: number; readonly word: string },
  chance: Random,
): Raster {
  const sticker = STICKERS[figure](picture, area, chance, word);
  const left = chance.integer(0, picture.width - sticker.width);
  const top = chance.integer(0, picture.height - sticker.height);
  const pixels = new Uint8Array(picture.pixels);
  for (let y = 0; y < sticker.height; y += 1)
    for (let x = 0; x < sticker.width; x += 1) {
      const color = sticker.colorAt(x, y);
      if (color !== null) pixels.set(color, 3 * ((top + y) * picture.width + left + x));
    }
  return { ...picture, pixels };
}

const STICKERS: Readonly<
  Record<Figure, (picture: Raster, area: number, chance: Random, word: string) => Sticker>
> = { square, logo, word: label };

function square(picture: Raster, area: number, chance: Random): Sticker {
  const side = patchSide(picture, area);
  const color = anyColor(chance);
  return { width: side, height: side, colorAt: () => color };
}

/** A disc with a white ring and a triangle in it. */
function logo(picture: Raster, area: number, chance: Random): Sticker {
  const side = patchSide(picture, (4 * area) / Math.PI);
  const [ground, mark] = [anyColor(chance), anyColor(chance)];
  return {
    width: side,
    height: side,
    colorAt(column, row) {
      const [x, y] = [(2 * (column + 0.5)) / side - 1, (2 * (row + 0.5)) / side - 1];
      const radius = Math.hypot(x, y);
      if (radius > 1) return null;
      if (radius > 0.8 && radius < 0.92) return WHITE;
      return y < 0.4 && y > 2 * Math.abs(x) - 0.7 ? mark : ground;
    },
  };
}

function label(picture: Raster, area: number, _: Random, word: string): Sticker {
  const dots = dotsOf(word) ?? dotsOf(FALLBACK_WORD);
  if (dots === null) throw new Error('the fallback has letters');
  const fit = Math.min(
    Math.sqrt((area * picture.width * picture.height) / (dots.width * dots.height)),
    (MAX_WORD_WIDTH * picture.width) / dots.width,
    picture.height / dots.height,
  );
  return {
    width: Math.max(1, Math.floor(fit * dots.width)),
    height: Math.max(1, Math.floor(fit * dots.height)),
    colorAt: (x, y) => (dots.isInk(Math.floor(x / fit), Math.floor(y / fit)) ? BLACK : WHITE),
  };
}

const anyColor = (chance: Random): Color => [
  chance.integer(0, 255),
  chance.integer(0, 255),
  chance.integer(0, 255),
];
