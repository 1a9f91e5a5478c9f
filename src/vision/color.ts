/** Half-width of the color band around the background's color; covers the shading of a studio. */
const GROUND_DISTANCE = 36;

/**
 * With less foreground than this, the flood fill took the garment for background (white on white): use all pixels.
 */
const MIN_FOREGROUND = 0.02;

/** Pixels this close to the peak are the same fabric in light and in shade. */
const CLOTH_DISTANCE = 48;

/**
 * The color of the foreground. Pixels that are connected to the border and close to its median color are background.
 * Of the other pixels, those around the fullest cell of a coarse RGB histogram are averaged, weighted toward the
 * middle of the image.
 *
 * @param rgba opaque pixels, row by row
 * @returns `#rrggbb`
 */
export function dominantColor(rgba: Uint8Array, width: number, height: number): string {
  const weights = Float64Array.from({ length: width * height }, (_, pixel) => {
    const dx = ((pixel % width) + 0.5) / width - 0.5;
    const dy = (Math.floor(pixel / width) + 0.5) / height - 0.5;
    return Math.exp(-4 * (dx * dx + dy * dy));
  });
  const ground = groundOf(rgba, width, height);
  if (ground.count < (1 - MIN_FOREGROUND) * width * height) {
    ground.pixels.forEach((isGround, pixel) => {
      if (isGround) weights[pixel] = 0;
    });
  }
  let color = histogramPeak(rgba, weights);
  for (let pass = 0; pass < 3; pass += 1) color = meanNear(rgba, weights, color);
  return `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

type Rgb = [number, number, number];

const at = (rgba: Uint8Array, pixel: number): Rgb => [
  rgba[pixel * 4] ?? 0,
  rgba[pixel * 4 + 1] ?? 0,
  rgba[pixel * 4 + 2] ?? 0,
];

const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** The pixels that are connected to the border and close to its median color. */
export function groundOf(rgba: Uint8Array, width: number, height: number) {
  const border: number[] = [];
  for (let x = 0; x < width; x += 1) border.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y += 1) border.push(y * width, y * width + width - 1);
  const median = ([0, 1, 2] as const).map((channel) => {
    const values = border.map((pixel) => at(rgba, pixel)[channel]).sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  });
  const groundColor: Rgb = [median[0] ?? 0, median[1] ?? 0, median[2] ?? 0];

  const pixels = new Uint8Array(width * height);
  const visit = border;
  let count = 0;
  for (let pixel = visit.pop(); pixel !== undefined; pixel = visit.pop()) {
    if (pixels[pixel] || distance(at(rgba, pixel), groundColor) > GROUND_DISTANCE) continue;
    pixels[pixel] = 1;
    count += 1;
    const x = pixel % width;
    if (x > 0) visit.push(pixel - 1);
    if (x < width - 1) visit.push(pixel + 1);
    if (pixel >= width) visit.push(pixel - width);
    if (pixel < width * (height - 1)) visit.push(pixel + width);
  }
  return { pixels, count };
}

/** Mean color of the fullest of 8 × 8 × 8 cells. */
function histogramPeak(rgba: Uint8Array, weights: Float64Array): Rgb {
  const cellOf = ([r, g, b]: Rgb) => ((r >> 5) << 6) | ((g >> 5) << 3) | (b >> 5);
  const cells = new Float64Array(512);
  weights.forEach((weight, pixel) => {
    const cell = cellOf(at(rgba, pixel));
    cells[cell] = (cells[cell] ?? 0) + weight;
  });
  const peak = cells.indexOf(Math.max(...cells));
  return weightedMean(rgba, weights, (color) => cellOf(color) === peak);
}

/** One step of mean shift. */
function meanNear(rgba: Uint8Array, weights: Float64Array, center: Rgb): Rgb {
  return weightedMean(rgba, weights, (color) => distance(color, center) <= CLOTH_DISTANCE);
}

function weightedMean(rgba: Uint8Array, weights: Float64Array, belongs: (color: Rgb) => boolean): Rgb {
  const sum: Rgb = [0, 0, 0];
  let total = 0;
  weights.forEach((weight, pixel) => {
    const color = at(rgba, pixel);
    if (weight === 0 || !belongs(color)) return;
    total += weight;
    sum[0] += weight * color[0];
    sum[1] += weight * color[1];
    sum[2] += weight * color[2];
  });
  return [sum[0] / total, sum[1] / total, sum[2] / total];
}
