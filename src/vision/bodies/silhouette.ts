import { toLab } from '../color-descriptor.js';
import { boxBetween } from '../figures.js';
import type { Raster } from '../raster.js';
import type { Box } from '../regions.js';
import type { Pose } from './pose.js';
import type { Point } from './square-view.js';

/** Longer side of the small image on which a body is measured: a sleeve has a few pixels, and it takes a millisecond. */
export const BODY_SIDE = 128;
/** Share of a silhouette's pixels beyond each edge of its box: hair, a strap, or a loose end does not move the edge. */
const OUTLIERS = 0.01;
/** Fewer pixels have no edge to speak of. */
const LEAST_PIXELS = 4;

/** Lightness counts less than hue, because shadows and folds change it within a garment. */
const LIGHTNESS = 0.6;

/** A color of CIELAB (D65) whose lightness is scaled, so that distances count it less. */
export type Tone = readonly [lightness: number, a: number, b: number];

export const toneDistance = (a: Tone, b: Tone): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** A span of columns or rows in pixels of a small image; its ends may be outside. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A person's pixels in a small image. */
export class Silhouette {
  readonly width: number;
  readonly height: number;
  readonly #isBody: Uint8Array;
  readonly #colors: Float32Array;

  /**
   * @param small at most BODY_SIDE pixels on its longer side
   * @param scale pixels of `small` for one of the image of the pose
   */
  constructor(small: Raster, pose: Pose, scale: number) {
    this.width = small.width;
    this.height = small.height;
    this.#isBody = new Uint8Array(small.width * small.height);
    this.#colors = new Float32Array(small.pixels.length);
    for (let y = 0; y < small.height; y += 1) {
      for (let x = 0; x < small.width; x += 1) {
        if (!pose.covers({ x: (x + 0.5) / scale, y: (y + 0.5) / scale })) continue;
        const at = y * small.width + x;
        this.#isBody[at] = 1;
        const [red = 0, green = 0, blue = 0] = small.pixels.subarray(3 * at, 3 * at + 3);
        const [lightness, a, b] = toLab([red, green, blue]);
        this.#colors.set([LIGHTNESS * lightness, a, b], 3 * at);
      }
    }
  }

  /** The colors of the body's pixels in a row. */
  row(y: number, { from, to }: Span): Tone[] {
    const row = Math.round(y);
    if (row < 0 || row >= this.height) return [];
    const colors: Tone[] = [];
    const last = Math.min(this.width - 1, Math.round(to));
    for (let x = Math.max(0, Math.round(from)); x <= last; x += 1) {
      const at = row * this.width + x;
      if (this.#isBody[at] !== 1) continue;
      colors.push(this.#tone(at));
    }
    return colors;
  }

  #tone(at: number): Tone {
    return [this.#colors[3 * at] ?? 0, this.#colors[3 * at + 1] ?? 0, this.#colors[3 * at + 2] ?? 0];
  }

  /** The colors of the body's pixels near the points. */
  near(points: readonly Point[], radius: number): Tone[] {
    const rows = Math.floor(radius);
    return points.flatMap(({ x, y }) =>
      Array.from({ length: 2 * rows + 1 }, (_, i) =>
        this.row(y + i - rows, { from: x - radius, to: x + radius }),
      ).flat(),
    );
  }

  /**
   * The box around the body's pixels of certain colors within the spans, in fractions of the image, with the share of the
   * image that they cover; null when there are hardly any.
   */
  boxWithin(
    across: Span,
    down: Span,
    isOf: (tone: Tone) => boolean = () => true,
  ): { readonly box: Box; readonly area: number } | null {
    const columns = new Uint32Array(this.width);
    const rows = new Uint32Array(this.height);
    const [left, right] = [Math.max(0, Math.round(across.from)), Math.min(this.width, Math.round(across.to))];
    const [top, bottom] = [Math.max(0, Math.round(down.from)), Math.min(this.height, Math.round(down.to))];
    let count = 0;
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const at = y * this.width + x;
        if (this.#isBody[at] !== 1 || !isOf(this.#tone(at))) continue;
        count += 1;
        columns[x] = (columns[x] ?? 0) + 1;
        rows[y] = (rows[y] ?? 0) + 1;
      }
    }
    if (count < LEAST_PIXELS) return null;
    const [x, y] = [edges(columns, count), edges(rows, count)];
    return {
      box: boxBetween(x.from / this.width, y.from / this.height, x.to / this.width, y.to / this.height),
      area: count / (this.width * this.height),
    };
  }
}

/** Where all but the outliers are. */
function edges(counts: Uint32Array, total: number): Span {
  const beyond = OUTLIERS * total;
  let from = 0;
  for (let sum = counts[0] ?? 0; sum <= beyond; sum += counts[from] ?? 0) from += 1;
  let to = counts.length - 1;
  for (let sum = counts[to] ?? 0; sum <= beyond; sum += counts[to] ?? 0) to -= 1;
  return { from, to: to + 1 };
}

/** The middle of the colors, channel by channel; null when there are none. */
export function medianColor(colors: readonly Tone[]): Tone | null {
  if (colors.length === 0) return null;
  const middle = (channel: 0 | 1 | 2): number =>
    colors.map((color) => color[channel]).sort((a, b) => a - b)[colors.length >> 1] ?? 0;
  return [middle(0), middle(1), middle(2)];
}
