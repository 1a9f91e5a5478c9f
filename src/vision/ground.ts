import type { Raster } from './raster.js';

/** Width of the frame in which the background is sampled, as a share of the longer side. */
const FRAME = 0.055;
/** Number of colors in a background: boards and their seams, tiles and their shades. */
const COLORS = 5;
/** A color that is rarer in the frame belongs to an object that lies there or reaches into it. */
const LEAST_SHARE = 0.08;
const ROUNDS = 8;
/** The spread of a uniform color, in steps of 255: the effect of camera grain and JPEG. */
const NOISE = 5;
/** Brightness counts less than hue, because shadows and folds also belong to the background. */
const BRIGHTNESS = 0.7;

/** Brightness and two hues of each pixel, interleaved. */
type Colors = Float32Array;

interface GroundColor {
  center: readonly [number, number, number];
  /** Root mean square distance of the pixels that are closest to it. */
  spread: number;
  share: number;
}

/**
 * How far each pixel's color is from the closest background color, in units of that color's spread. The background
 * colors are clusters of the frame along the border (k-means, Lloyd 1957).
 */
export function groundDistance(raster: Raster): Float32Array {
  const colors = colorsOf(raster);
  const ground = groundColors(colors, framePixels(raster));
  return new Float32Array(raster.width * raster.height).map((_, pixel) => {
    let least = Infinity;
    for (const { center, spread } of ground)
      least = Math.min(least, distance(colors, pixel, center) / (NOISE + spread));
    return least;
  });
}

function colorsOf({ pixels, width, height }: Raster): Colors {
  const colors = new Float32Array(3 * width * height);
  for (let at = 0; at < colors.length; at += 3) {
    const [r, g, b] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    colors[at] = (BRIGHTNESS * (r + g + b)) / 3;
    colors[at + 1] = (r - b) / 1.2;
    colors[at + 2] = (2 * g - r - b) / 2;
  }
  return colors;
}

function framePixels({ width, height }: Raster): number[] {
  const depth = Math.max(1, Math.round(FRAME * Math.max(width, height)));
  const pixels: number[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (x < depth || y < depth || x >= width - depth || y >= height - depth) pixels.push(y * width + x);
    }
  }
  return pixels;
}

function groundColors(colors: Colors, frame: readonly number[]): GroundColor[] {
  const brightness = (pixel: number): number => colors[3 * pixel] ?? 0;
  const byBrightness = [...frame].sort((a, b) => brightness(a) - brightness(b));
  let ground = Array.from({ length: COLORS }, (_, i): GroundColor => {
    const at = 3 * (byBrightness[Math.floor(((i + 0.5) / COLORS) * frame.length)] ?? 0);
    const center = [colors[at] ?? 0, colors[at + 1] ?? 0, colors[at + 2] ?? 0] as const;
    return { center, spread: 0, share: 1 / COLORS };
  });
  for (let round = 0; round < ROUNDS; round += 1) ground = improve(ground, colors, frame);
  return ground.filter(({ share }) => share >= LEAST_SHARE);
}

function improve(ground: readonly GroundColor[], colors: Colors, frame: readonly number[]): GroundColor[] {
  const sums = ground.map(() => ({ count: 0, squares: 0, sum: [0, 0, 0] }));
  for (const pixel of frame) {
    let least = Infinity;
    let own = sums[0];
    for (const [i, { center }] of ground.entries()) {
      const d = distance(colors, pixel, center);
      if (d >= least) continue;
      least = d;
      own = sums[i];
    }
    if (own === undefined) continue;
    own.count += 1;
    own.squares += least * least;
    for (let i = 0; i < 3; i += 1) own.sum[i] = (own.sum[i] ?? 0) + (colors[3 * pixel + i] ?? 0);
  }
  return sums.map(({ count, squares, sum: [a = 0, b = 0, c = 0] }, i) => {
    if (count === 0) return { center: ground[i]?.center ?? [0, 0, 0], spread: 0, share: 0 };
    const center = [a / count, b / count, c / count] as const;
    return { center, spread: Math.sqrt(squares / count), share: count / frame.length };
  });
}

/** Without Math.hypot or arrays, because it runs a hundred thousand times per image. */
function distance(colors: Colors, pixel: number, center: GroundColor['center']): number {
  const x = (colors[3 * pixel] ?? 0) - center[0];
  const y = (colors[3 * pixel + 1] ?? 0) - center[1];
  const z = (colors[3 * pixel + 2] ?? 0) - center[2];
  return Math.sqrt(x * x + y * y + z * z);
}
