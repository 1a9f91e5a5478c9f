import type { Raster } from './decode.js';
import { groundDistance } from './ground.js';
import type { Box } from './regions.js';

/** Pixels of the longer side at which figures are told from the ground: a garment has some hundred, and it takes a millisecond. */
export const FIGURE_SIDE = 56;

/** From the ground's colors, in their own spread: what lies farther is no ground. */
const DISTANCE = 2;
/** Share of the image's area that a figure has at the least; less is a speck, a label, a coin. */
const LEAST_AREA = 0.008;
/** Share of its box that a figure fills at the least: frames, cords and shadows fill less. */
const LEAST_FILL = 0.2;
/** Neighbors of a pixel, it included, that must be figure for it to be: thin seams and grain are not. */
const LEAST_NEIGHBORS = 5;
/** Share of a figure's height that each side of a cut has. */
const LEAST_PART = 0.2;
/** Rows beside a cut whose colors are compared. */
const CUT_ROWS = 3;

type Color = readonly [number, number, number];

/** A place where a figure may be two garments, one above the other. */
export interface Cut {
  readonly upper: Box;
  readonly lower: Box;
  /** How much the colors right above and below it differ, from 0 to about 1. */
  readonly contrast: number;
}

/** What stands before the ground. */
export interface Figure {
  readonly box: Box;
  /** Its pixels' share of the image. */
  readonly area: number;
  /** Its mean color, of 255 each. */
  readonly color: Color;
  /** From its top down; computed when asked for. */
  readonly cuts: readonly Cut[];
}

/** What stands before the ground of a small raster (FIGURE_SIDE), largest first: connected pixels that are not like it. */
export function findFigures(raster: Raster): Figure[] {
  const distances = groundDistance(raster);
  const isFigure = withoutSpecks(distances, raster);
  return components(isFigure, raster)
    .filter(({ length }) => length >= LEAST_AREA * raster.width * raster.height)
    .map((pixels) => new Shape(raster, pixels))
    .filter((shape) => shape.area >= LEAST_FILL * shape.box.width * shape.box.height)
    .sort((a, b) => b.area - a.area);
}

/** All of the image as one figure: where no ground can be told from what stands before it. */
export function wholeFigure(raster: Raster): Figure {
  return new Shape(
    raster,
    Array.from({ length: raster.width * raster.height }, (_, pixel) => pixel),
  );
}

/** Some pixels of a raster, seen as a figure. */
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

/** Of two colors, of 255 each. */
export const colorDistance = (a: Color, b: Color): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** A box by its edges; four digits are finer than any raster here, and good to read. */
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

/** The connected pixels of a mask, each as the list of them. */
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
