import type { Raster } from '../raster.js';

/** A square of an image, which may be rotated and may reach beyond the image; in pixels of the image. */
export interface SquareView {
  readonly centerX: number;
  readonly centerY: number;
  readonly side: number;
  /** Clockwise, in radians. */
  readonly angle: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How a network wants its pixels: `value * scale[c] + shift[c]`, with c as in the image (red, green, blue). */
export interface PixelFormat {
  readonly scale: readonly [number, number, number];
  readonly shift: readonly [number, number, number];
  /** Whether the tensor's planes are blue, green, red. */
  readonly reversed: boolean;
}

/** Samples along each side of a pixel when an image is shrunk: as many as images of FINDER_SIDE need. */
const MOST_SAMPLES = 2;

/** The smallest square around the whole image, in its middle. */
export const wholeView = ({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): SquareView => ({
  centerX: width / 2,
  centerY: height / 2,
  side: Math.max(width, height),
  angle: 0,
});

/** A long image has squares in which its content is larger than in the whole. */
const LEAST_ELONGATION = 1.5;
/** Where along the image they are, as shares of what is left beside them: most screenshots have the picture in the middle. */
const SQUARES = [0.5, 0, 1] as const;
/** In a longer image, three squares leave gaps, or a person at a seam. */
const VERY_LONG = 2.5;
const MORE_SQUARES = [0.25, 0.75] as const;

/** Nobody is recognized in fewer pixels. */
const LEAST_SIDE = 16;

/**
 * The largest squares in a long image, the middle one first; none of an image that is nearly a square, or a line.
 */
export function innerViews({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): SquareView[] {
  const side = Math.min(width, height);
  if (Math.max(width, height) < LEAST_ELONGATION * side || side < LEAST_SIDE) return [];
  const shares = Math.max(width, height) < VERY_LONG * side ? SQUARES : [...SQUARES, ...MORE_SQUARES];
  return shares.map((share) => ({
    centerX: side / 2 + share * (width - side),
    centerY: side / 2 + share * (height - side),
    side,
    angle: 0,
  }));
}

/** From fractions of the square to pixels of the image. */
export function fromView({ centerX, centerY, side, angle }: SquareView, { x, y }: Point): Point {
  const [u, v] = [(x - 0.5) * side, (y - 0.5) * side];
  return {
    x: centerX + Math.cos(angle) * u - Math.sin(angle) * v,
    y: centerY + Math.sin(angle) * u + Math.cos(angle) * v,
  };
}

/** From pixels of the image to fractions of the square. */
export function toView({ centerX, centerY, side, angle }: SquareView, { x, y }: Point): Point {
  const [dx, dy] = [x - centerX, y - centerY];
  return {
    x: (Math.cos(angle) * dx + Math.sin(angle) * dy) / side + 0.5,
    y: (-Math.sin(angle) * dx + Math.cos(angle) * dy) / side + 0.5,
  };
}

/** The square as an NCHW tensor of `size` × `size`, averaged over the pixels that it shrinks; black outside the image. */
export function viewTensor(
  { pixels, width, height }: Raster,
  view: SquareView,
  size: number,
  { scale, shift, reversed }: PixelFormat,
): Float32Array {
  const tensor = new Float32Array(3 * size * size);
  const step = view.side / size;
  const samples = Math.min(MOST_SAMPLES, Math.max(1, Math.ceil(step)));
  const [across, down] = [Math.cos(view.angle) * step, Math.sin(view.angle) * step];
  const start = fromView(view, { x: 0, y: 0 });
  const plane = size * size;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0; i < samples; i += 1) {
        const v = row + (i + 0.5) / samples;
        for (let j = 0; j < samples; j += 1) {
          const u = column + (j + 0.5) / samples;
          const x = Math.floor(start.x + across * u - down * v);
          const y = Math.floor(start.y + down * u + across * v);
          if (x < 0 || y < 0 || x >= width || y >= height) continue;
          const at = 3 * (y * width + x);
          red += pixels[at] ?? 0;
          green += pixels[at + 1] ?? 0;
          blue += pixels[at + 2] ?? 0;
        }
      }
      const share = 1 / (samples * samples);
      const at = row * size + column;
      tensor[at + (reversed ? 2 * plane : 0)] = red * share * scale[0] + shift[0];
      tensor[at + plane] = green * share * scale[1] + shift[1];
      tensor[at + (reversed ? 0 : 2 * plane)] = blue * share * scale[2] + shift[2];
    }
  }
  return tensor;
}
