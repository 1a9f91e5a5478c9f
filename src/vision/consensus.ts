import { COLOR_NUMBERS } from './color-descriptor.js';
import { cutRaster, type PixelBox, type Raster, stretchRaster } from './raster.js';
import type { Grid } from './regions.js';
import type { TrustReason } from './trust.js';

/** What the model says that looks suspicious in an image: the reason, and how much each cell looks like a patch. */
export interface Suspect {
  readonly reason: TrustReason;
  readonly cells: Float32Array;
}

/** Cells belong to a patch that are above this share of the way from the usual cell to the most suspicious one. */
const REACH = 0.5;
/** Steps of a cell from the most suspicious one: a patch of a tenth of an image is three cells wide. */
const GROWTH = 2;
/** What the model takes for nothing: the middle of its input's range. */
const GRAY = 127;
/** Noise that nobody sees does not survive these, and what the model sees in a photograph does. */
const VIEWS = [
  { cut: 0.05, side: 0.4, isMirrored: false },
  { cut: 0.027, side: 0.45, isMirrored: true },
];

/** Views of a suspicious square that keep little of what is suspicious in it: one without the patch, or two blurred ones. */
export async function viewsOf(
  square: Raster,
  suspect: Suspect,
  grid: Grid,
): Promise<Uint8Array<ArrayBuffer>[]> {
  if (suspect.reason === 'patch') return [paintOver(square, patchIn(suspect.cells, grid), grid)];
  return Promise.all(VIEWS.map((view) => blur(square, view)));
}

/** The mean of the views' shapes; the colors stay those of the image, which a patch or noise hardly changes. */
export function joinViews(vector: Float32Array, views: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(vector);
  const shape = vector.length - COLOR_NUMBERS;
  const sum = joined.subarray(0, shape).fill(0);
  for (const view of views) for (let at = 0; at < shape; at += 1) sum[at] = (sum[at] ?? 0) + (view[at] ?? 0);
  const scale = Math.hypot(...vector.subarray(0, shape)) / Math.hypot(...sum);
  for (let at = 0; at < shape; at += 1) sum[at] = (sum[at] ?? 0) * scale;
  return joined;
}

/** The cells around the most suspicious one that are connected to it, as a box of whole cells. */
function patchIn(cells: Float32Array, { rows, columns }: Grid): PixelBox {
  const sorted = cells.toSorted();
  const [usual = 0, most = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const least = usual + REACH * (most - usual);
  const first = cells.indexOf(most);
  let found = new Set([first]);
  for (let step = 0; step < GROWTH; step += 1) {
    const near = [...found].flatMap((cell) => neighbors(cell, rows, columns));
    found = new Set([...found, ...near.filter((cell) => (cells[cell] ?? 0) > least)]);
  }
  const across = [...found].map((cell) => cell % columns);
  const down = [...found].map((cell) => Math.floor(cell / columns));
  const [left, top] = [Math.min(...across), Math.min(...down)];
  return { left, top, width: Math.max(...across) - left + 1, height: Math.max(...down) - top + 1 };
}

function neighbors(cell: number, rows: number, columns: number): number[] {
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  return [-1, 0, 1].flatMap((down) =>
    [-1, 0, 1].flatMap((across) => {
      const isInside =
        row + down >= 0 && row + down < rows && column + across >= 0 && column + across < columns;
      return isInside ? [(row + down) * columns + column + across] : [];
    }),
  );
}

function paintOver({ pixels, width, height }: Raster, box: PixelBox, grid: Grid): Uint8Array<ArrayBuffer> {
  const painted = new Uint8Array(pixels);
  const edge = (cells: number, of: number, length: number): number => Math.round((cells * length) / of);
  const [left, right] = [box.left, box.left + box.width].map((at) => edge(at, grid.columns, width));
  const [top = 0, bottom = 0] = [box.top, box.top + box.height].map((at) => edge(at, grid.rows, height));
  for (let row = top; row < bottom; row += 1)
    painted.fill(GRAY, 3 * (row * width + (left ?? 0)), 3 * (row * width + (right ?? 0)));
  return painted;
}

async function blur(
  square: Raster,
  { cut, side, isMirrored }: (typeof VIEWS)[number],
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = square;
  const margin = Math.round(cut * width);
  const part = { left: margin, top: margin, width: width - 2 * margin, height: height - 2 * margin };
  const small = await stretchRaster(
    cutRaster(square, part),
    Math.round(side * width),
    Math.round(side * height),
  );
  const { pixels } = await stretchRaster(isMirrored ? mirror(small) : small, width, height);
  return new Uint8Array(pixels);
}

function mirror({ pixels, width, height }: Raster): Raster {
  const mirrored = new Uint8Array(pixels.length);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const from = 3 * (row * width + column);
      mirrored.set(pixels.subarray(from, from + 3), 3 * (row * width + width - 1 - column));
    }
  }
  return { pixels: mirrored, width, height };
}
