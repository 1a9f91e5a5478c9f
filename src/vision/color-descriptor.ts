import { groundOf } from './color.js';
import type { PixelBox } from './raster.js';

/** Length of a descriptor. */
export const COLOR_NUMBERS = 36;

/** Images with longer sides are sampled: colors need no detail. */
const MAX_SIDE = 56;
/** Colors in one cell of a 16 × 16 × 16 grid are treated as one color. */
const CELL_BITS = 4;
/** Share of the image. With less foreground than this, the garment was taken for background (white on white). */
const MIN_FOREGROUND = 0.02;
/** How far from its place a color still counts there, as a distance in CIELAB: a shade away, but not a hue. */
const REACH = 14;
const LIGHTNESSES = [15, 38, 61, 84];
const HUES = 8;
/** Chroma of clothes that are neither gray nor neon. */
const CHROMA = 40;

/** Places in CIELAB: gray and eight hues, at each lightness. */
const PLACES = LIGHTNESSES.flatMap((lightness) => [
  [lightness, 0, 0] as const,
  ...Array.from({ length: HUES }, (_, hue) => {
    const angle = (2 * Math.PI * hue) / HUES;
    return [lightness, CHROMA * Math.cos(angle), CHROMA * Math.sin(angle)] as const;
  }),
]);

/**
 * The foreground colors in a part of a square image, weighted toward the middle: a histogram over places in CIELAB,
 * where colors that look alike are close together. Each color counts at the places around it. Returns the square
 * roots, L2-normalized, so that the product of two descriptors is their Bhattacharyya coefficient, from 0 to 1.
 *
 * @param pixels RGB bytes of a square of `size`, row by row
 */
export function colorDescriptor(pixels: Uint8Array, size: number, part: PixelBox): Float32Array<ArrayBuffer> {
  return describe(colorsOf(sample(pixels, size, part)));
}

/** The descriptor of a picture that is all of one color. */
export const descriptorOf = (color: Rgb): Float32Array<ArrayBuffer> => describe([{ color, weight: 1 }]);

function describe(colors: readonly WeightedColor[]): Float32Array<ArrayBuffer> {
  const histogram = new Float64Array(PLACES.length);
  for (const { color, weight } of colors) {
    const [lightness, a, b] = toLab(color);
    const shares = PLACES.map(([l, x, y]) =>
      Math.exp(-((lightness - l) ** 2 + (a - x) ** 2 + (b - y) ** 2) / (2 * REACH * REACH)),
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    shares.forEach((share, place) => {
      if (sum > 0) histogram[place] = (histogram[place] ?? 0) + (weight * share) / sum;
    });
  }
  const total = histogram.reduce((sum, value) => sum + value, 0);
  return Float32Array.from(histogram, (value) => (total > 0 ? Math.sqrt(value / total) : 0));
}

interface Raster {
  readonly rgba: Uint8Array;
  readonly width: number;
  readonly height: number;
}

function sample(pixels: Uint8Array, size: number, { left, top, width, height }: PixelBox): Raster {
  const step = Math.max(1, Math.max(width, height) / MAX_SIDE);
  const [columns, rows] = [Math.max(1, Math.floor(width / step)), Math.max(1, Math.floor(height / step))];
  const rgba = new Uint8Array(4 * columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = Math.min(size - 1, left + Math.floor((column + 0.5) * step));
      const y = Math.min(size - 1, top + Math.floor((row + 0.5) * step));
      const from = 3 * (y * size + x);
      rgba.set(pixels.subarray(from, from + 3), 4 * (row * columns + column));
    }
  }
  return { rgba, width: columns, height: rows };
}

/** Red, green, and blue in sRGB, from 0 to 255. */
export type Rgb = readonly [number, number, number];

interface WeightedColor {
  readonly color: Rgb;
  readonly weight: number;
}

/** The mean color and weight of each nonempty cell of RGB. */
function colorsOf({ rgba, width, height }: Raster): WeightedColor[] {
  const ground = groundOf(rgba, width, height);
  const hasForeground = ground.count <= (1 - MIN_FOREGROUND) * width * height;
  const cells = new Map<number, { sum: [number, number, number]; weight: number }>();
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if (hasForeground && ground.pixels[pixel] === 1) continue;
    const dx = ((pixel % width) + 0.5) / width - 0.5;
    const dy = (Math.floor(pixel / width) + 0.5) / height - 0.5;
    const weight = Math.exp(-4 * (dx * dx + dy * dy));
    const color = [rgba[4 * pixel] ?? 0, rgba[4 * pixel + 1] ?? 0, rgba[4 * pixel + 2] ?? 0] as const;
    const key = color.reduce((known, channel) => (known << CELL_BITS) | (channel >> (8 - CELL_BITS)), 0);
    const cell = cells.get(key) ?? { sum: [0, 0, 0], weight: 0 };
    color.forEach((channel, i) => (cell.sum[i as 0 | 1 | 2] += weight * channel));
    cell.weight += weight;
    cells.set(key, cell);
  }
  return [...cells.values()].map(({ sum: [r, g, b], weight }) => ({
    color: [r / weight, g / weight, b / weight],
    weight,
  }));
}

/** Converts sRGB to CIELAB under D65 (IEC 61966-2-1; CIE 15). */
export function toLab([red, green, blue]: Rgb): Rgb {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = response((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = response(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = response((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

const response = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
