import type { Sharp } from 'sharp';
import { cropSteps, type Frame } from './framing.js';
import sharp from './sharp.js';

/** An upright image in memory: sRGB on white, three bytes per pixel, row by row. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A part of a raster, in its pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The raster, shrunk to at most `side` pixels in width and height, and at least one pixel each. */
export async function shrinkRaster(raster: Raster, side: number): Promise<Raster> {
  const { data, info } = await open(raster)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** The raster, stretched to that size. */
export async function stretchRaster(raster: Raster, width: number, height: number): Promise<Raster> {
  const pixels = await open(raster).resize({ width, height, fit: 'fill' }).raw().toBuffer();
  return { pixels, width, height };
}

/** A part of the raster; it shares no memory with it. */
export function cutRaster({ pixels, width }: Raster, part: PixelBox): Raster {
  const cut = new Uint8Array(3 * part.width * part.height);
  for (let row = 0; row < part.height; row += 1) {
    const from = 3 * ((part.top + row) * width + part.left);
    cut.set(pixels.subarray(from, from + 3 * part.width), 3 * row * part.width);
  }
  return { pixels: cut, width: part.width, height: part.height };
}

/** Makes the square that a model sees of the raster, or of a part of it, as `decodeSquare` does of an image. */
export async function squareOf(
  raster: Raster,
  frame: Frame,
  part: PixelBox = { left: 0, top: 0, width: raster.width, height: raster.height },
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await toSquare(open(raster), raster, part, frame).toBuffer());
}

/** The whole raster in the middle of a gray square, as in the training of detectors of the YOLO family. */
export async function letterbox(raster: Raster, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: 114, g: 114, b: 114 };
  return new Uint8Array(
    await open(raster).resize({ width: size, height: size, fit: 'contain', background }).raw().toBuffer(),
  );
}

/** Size of an image, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of an image of `size`, as the square that a model sees: RGB bytes, row by row. */
export function toSquare(image: Sharp, size: Size, part: PixelBox, { size: side, framing }: Frame): Sharp {
  const { kernel } = framing;
  // Shrinking while a JPEG is decoded averages by blocks: cosine 0.996 instead of 0.9996 at some sizes.
  const precisely = { kernel, fastShrinkOnLoad: false };
  if (framing.fit === 'crop') {
    const { read, resized, cut } = cropSteps(part, side, framing.shorterSide);
    const from = { ...read, left: part.left + read.left, top: part.top + read.top };
    return extract(image, size, from)
      .resize({ ...resized, fit: 'fill', ...precisely })
      .extract(cut)
      .raw();
  }
  const fit = framing.fit === 'pad' ? 'contain' : 'fill';
  return extract(image, size, part)
    .resize({ width: side, height: side, fit, background: 'white', ...precisely })
    .raw();
}

function extract(image: Sharp, { width, height }: Size, part: PixelBox): Sharp {
  return part.width === width && part.height === height ? image : image.extract(part);
}

const open = ({ pixels, width, height }: Raster): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });
