import sharp from 'sharp';

/** Pixels of the longer side at which a garment is cut out; its picture in a composite is no larger. */
const SIDE = 480;
/**
 * Maximum step between neighbors, as a sum over three channels: paper changes slowly, and a garment ends abruptly.
 */
const STEP = 22;
/** Maximum distance from the border's median color, as a sum over three channels; covers shadows on paper. */
const REACH = 260;
/**
 * A mask outside these shares of the picture mistook the garment for background, or the background for the garment.
 */
const SHARE = [0.06, 0.75] as const;
/** Maximum share of the picture's border that a garment may touch; if more is left, the background was not even. */
const TOUCHES = 0.06;
/**
 * Maximum share of a mask's pixels at its edge; a garment with holes and shreds was partly mistaken for background.
 */
const EDGES = 0.09;
/** Minimum share of the bounding box that a garment fills. */
const FILLS = 0.3;

/** A garment without the background that it was photographed or drawn on, cropped to its size. */
export interface CutOut {
  /** PNG with transparency. */
  readonly image: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Cuts a garment out of a picture with an even background; null when the background is too uneven to tell. */
export async function cutOut(picture: Buffer): Promise<CutOut | null> {
  const { data, info } = await sharp(picture)
    .rotate()
    .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const ground = flood(data, width, height);
  const count = ground.reduce((sum, is) => sum + (1 - is), 0);
  const touching = borderOf(width, height).filter((pixel) => ground[pixel] === 0).length;
  if (count < SHARE[0] * width * height || count > SHARE[1] * width * height) return null;
  if (touching > TOUCHES * 2 * (width + height)) return null;

  const rgba = Buffer.alloc(width * height * 4);
  let [left, top, right, bottom] = [width, height, -1, -1];
  let inside = 0;
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const isGarment = ground[pixel] === 0;
    data.copy(rgba, pixel * 4, pixel * 3, pixel * 3 + 3);
    rgba[pixel * 4 + 3] = isGarment ? 255 : 0;
    if (!isGarment || !isInside(ground, pixel, width, height)) continue;
    inside += 1;
    [left, right] = [Math.min(left, pixel % width), Math.max(right, pixel % width)];
    [top, bottom] = [Math.min(top, Math.floor(pixel / width)), Math.max(bottom, Math.floor(pixel / width))];
  }
  const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
  if (inside < (1 - EDGES) * count || count < FILLS * box.width * box.height) return null;
  const image = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .extract(box)
    .png()
    .toBuffer();
  return { image, width: box.width, height: box.height };
}

/** 1 for pixels of the background: those that can be reached from the border in small color steps. */
function flood(rgb: Buffer, width: number, height: number): Uint8Array {
  const border = borderOf(width, height);
  const median = [0, 1, 2].map((channel) => {
    const values = border.map((pixel) => rgb[pixel * 3 + channel] ?? 0).sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  });
  const difference = (pixel: number, color: (channel: number) => number): number =>
    [0, 1, 2].reduce((sum, channel) => sum + Math.abs((rgb[pixel * 3 + channel] ?? 0) - color(channel)), 0);
  const isNear = (pixel: number): boolean => difference(pixel, (channel) => median[channel] ?? 0) <= REACH;
  const ground = new Uint8Array(width * height);
  const visit: number[] = [];
  const enter = (pixel: number): void => {
    ground[pixel] = 1;
    visit.push(pixel);
  };
  for (const pixel of border)
    if (difference(pixel, (channel) => median[channel] ?? 0) <= REACH / 3) enter(pixel);
  for (let pixel = visit.pop(); pixel !== undefined; pixel = visit.pop()) {
    const from = pixel;
    for (const next of neighbors(pixel, width, height)) {
      if (ground[next] === 1 || !isNear(next)) continue;
      if (difference(next, (channel) => rgb[from * 3 + channel] ?? 0) <= STEP) enter(next);
    }
  }
  return ground;
}

/** Whether all neighbors of the pixel are garment too, so that specks do not enlarge the box. */
function isInside(ground: Uint8Array, pixel: number, width: number, height: number): boolean {
  return neighbors(pixel, width, height).every((next) => ground[next] === 0);
}

function neighbors(pixel: number, width: number, height: number): number[] {
  const x = pixel % width;
  return [
    ...(x > 0 ? [pixel - 1] : []),
    ...(x < width - 1 ? [pixel + 1] : []),
    ...(pixel >= width ? [pixel - width] : []),
    ...(pixel < width * (height - 1) ? [pixel + width] : []),
  ];
}

function borderOf(width: number, height: number): number[] {
  const across = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const down = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]);
  return [...across, ...down].flat();
}
