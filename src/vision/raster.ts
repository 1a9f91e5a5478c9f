import type { Sharp } from 'sharp';
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

/** Makes a square of the raster, or of a part of it, as `decodeSquare` does of an image. */
export async function squareOf(
  raster: Raster,
  size: number,
  part?: PixelBox,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = open(raster);
  if (part) image.extract(part);
  return new Uint8Array(await toSquare(image, size).toBuffer());
}

/** The whole raster in the middle of a gray square, as in the training of detectors of the YOLO family. */
export async function letterbox(raster: Raster, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: 114, g: 114, b: 114 };
  return new Uint8Array(
    await open(raster).resize({ width: size, height: size, fit: 'contain', background }).raw().toBuffer(),
  );
}

/**
 * The image centered on a white square of `size` pixels: RGB bytes, row by row. Resampled with libvips' cubic kernel,
 * which is the closest to the bicubic kernel that encoders are trained with.
 */
export const toSquare = (image: Sharp, size: number): Sharp =>
  image
    .resize({
      width: size,
      height: size,
      fit: 'contain',
      background: 'white',
      kernel: 'cubic',
      // Shrinking while a JPEG is decoded averages by blocks: cosine 0.996 instead of 0.9996 at some sizes.
      fastShrinkOnLoad: false,
    })
    .raw();

const open = ({ pixels, width, height }: Raster): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });
