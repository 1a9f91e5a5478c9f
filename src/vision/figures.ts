import type { Raster } from './raster.js';
import { groundDistance } from './ground.js';
import type { Box } from './regions.js';

/**
 * Pixels of the longer side at which figures are separated from the background: enough for a garment to have a few
 * hundred pixels, and it takes a millisecond.
 */
export const FIGURE_SIDE = 56;

/** Distance from the background's colors, in units of their spread; a pixel farther away is not background. */
const DISTANCE = 2;
/** Minimum share of the image's area that a figure covers; less is a speck, a label, or a coin. */
const LEAST_AREA = 0.008;
/** Minimum share of its box that a figure fills; frames, cords, and shadows fill less. */
const LEAST_FILL = 0.2;
/** Minimum number of figure pixels in the neighborhood of a pixel, including itself; removes thin seams and grain. */
const LEAST_NEIGHBORS = 5;
/** Minimum share of a figure's height on each side of a cut. */
const LEAST_PART = 0.2;
/** Rows on each side of a cut whose colors are compared. */
const CUT_ROWS = 3;

type Color = readonly [number, number, number];

/** A place where a figure may be two garments, one above the other. */
export interface Cut {
  readonly upper: Box;
  readonly lower: Box;
  /** How much the colors directly above and below the cut differ, from 0 to about 1. */
  readonly contrast: number;
}

/** A shape that stands out from the background. */
export interface Figure {
  readonly box: Box;
  /** Share of the image that its pixels cover. */
  readonly area: number;
  /** Mean color; each channel is from 0 to 255. */
  readonly color: Color;
  /** From top to bottom; computed on demand. */
  readonly cuts: readonly Cut[];
}

/**
 * Finds the figures in a small raster (FIGURE_SIDE), largest first: connected pixels that are unlike the background.
 */
export function findFigures(raster: Raster): Figure[] {
  const distances = groundDistance(raster);
  const isFigure = withoutSpecks(distances, raster);
  return components(isFigure, raster)
    .filter(({ length }) => length >= LEAST_AREA * raster.width * raster.height)
    .map((pixels) => new Shape(raster, pixels))
    .filter((shape) => shape.area >= LEAST_FILL * shape.box.width * shape.box.height)
    .sort((a, b) => b.area - a.area);
}

/** The whole image as one figure, for images whose background cannot be determined. */
export function wholeFigure(raster: Raster): Figure {
  return new Shape(
    raster,
    Array.from({ length: raster.width * raster.height }, (_, pixel) => pixel),
  );
}

/** A set of pixels of a raster, as a figure. */
class Shape implements Figure {
  readonly box: Box;
  readonly area: number;
  readonly color: Color;

  constructor(
    private readonly raster: Raster,
    private readonly pixels: readonly number[],
  ) {
    this.box = this.#boxOf(pixels);
    this.area = pixels.length / (raster.width * raster.height);
    this.color = this.#colorOf(pixels);
  }

  get cuts(): Cut[] {
    const rows = new Map<number, number[]>();
    for (const pixel of this.pixels) {
      const y = Math.floor(pixel / this.raster.width);
      const row = rows.get(y);
      if (row === undefined) rows.set(y, [pixel]);
      else row.push(pixel);
    }
    const ordered = [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
    const least = Math.max(1, Math.round(LEAST_PART * ordered.length));
    const cuts: Cut[] = [];
    for (let at = least; at <= ordered.length - least; at += 1) {
      const [above, below] = [
        ordered.slice(Math.max(0, at - CUT_ROWS), at),
        ordered.slice(at, at + CUT_ROWS),
      ].map((some) => this.#colorOf(some.flat()));
      if (above === undefined || below === undefined) continue;
      cuts.push({
        upper: this.#boxOf(ordered.slice(0, at).flat()),
        lower: this.#boxOf(ordered.slice(at).flat()),
        contrast: colorDistance(above, below) / 255,
      });
    }
    return cuts;
  }

  #boxOf(pixels: readonly number[]): Box {
    const { width, height } = this.raster;
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (const pixel of pixels) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      [left, right, top, bottom] = [
        Math.min(left, x),
        Math.max(right, x),
        Math.min(top, y),
        Math.max(bottom, y),
      ];
    }
    return boxBetween(left / width, top / height, (right + 1) / width, (bottom + 1) / height);
  }

  #colorOf(pixels: readonly number[]): Color {
    const sum: [number, number, number] = [0, 0, 0];
    for (const pixel of pixels)
      for (const channel of [0, 1, 2] as const) sum[channel] += this.raster.pixels[pixel * 3 + channel] ?? 0;
    const count = Math.max(1, pixels.length);
    return [sum[0] / count, sum[1] / count, sum[2] / count];
  }
}

/** Distance of two colors, with channels from 0 to 255. */
export const colorDistance = (a: Color, b: Color): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** A box from its edges. Four digits are finer than any raster here, and easy to read. */
export function boxBetween(left: number, top: number, right: number, bottom: number): Box {
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  const [x, y] = [round(left), round(top)];
  return { x, y, width: round(round(right) - x), height: round(round(bottom) - y) };
}

function withoutSpecks(distances: Float32Array, { width, height }: Raster): Uint8Array {
  const isFigure = new Uint8Array(distances.length);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      let neighbors = 0;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1)
          if ((distances[(y + dy) * width + x + dx] ?? 0) > DISTANCE) neighbors += 1;
      }
      isFigure[y * width + x] = neighbors >= LEAST_NEIGHBORS ? 1 : 0;
    }
  }
  return isFigure;
}

/** The connected components of a mask, each as a list of pixels. */
function components(mask: Uint8Array, { width }: Raster): number[][] {
  const left = Uint8Array.from(mask);
  const found: number[][] = [];
  left.forEach((_, start) => {
    if (left[start] !== 1) return;
    left[start] = 0;
    const pixels = [start];
    for (const pixel of pixels) {
      // The mask's own border is empty, so a step never leaves a row.
      for (const next of [pixel - 1, pixel + 1, pixel - width, pixel + width]) {
        if (left[next] !== 1) continue;
        left[next] = 0;
        pixels.push(next);
      }
    }
    found.push(pixels);
  });
  return found;
}
