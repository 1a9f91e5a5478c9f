import { webcrypto } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { UserError } from '../errors.js';
import { dominantColor } from './color.js';

/** A phone's photograph has 2 to 8 MB; more costs memory for every upload in flight. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/** 67 megapixels: above any phone's default, and 200 MB once decoded, which is what a hostile file can cost. */
const MAX_IMAGE_PIXELS = 8192 * 8192;

/** The largest image allowed takes about 2 s of a core; past this it was made to be slow. */
const DECODE_TIMEOUT_SECONDS = 10;

/** Enough for a placeholder and a color; both are computed on the event loop, in about 2 ms at this size. */
const THUMBNAIL_SIDE = 48;

const FORMATS = { jpeg: 'jpeg', png: 'png', webp: 'webp', heif: 'avif', gif: 'gif' } as const;

// Formats that nobody needs here are attack surface. The five that remain are those of FORMATS.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadNsgif',
  ],
});
// No image is decoded twice in a row, so libvips' cache of operations would only hold memory.
sharp.cache(false);
// Images are decoded side by side: threads inside one image would compete with those of the others.
sharp.concurrency(1);

/** What is known of an image from its bytes alone. */
export interface ImageFacts {
  /** Pixels of the upright image (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
  readonly format: (typeof FORMATS)[keyof typeof FORMATS];
  /** ThumbHash, base64: a blurred placeholder of about 25 bytes. */
  readonly thumbhash: string;
  /** `#rrggbb` of the garment rather than of the ground behind it. */
  readonly dominantColor: string;
  /** Of the bytes as given, hex. */
  readonly sha256: string;
}

/**
 * Reads what an image is, decoding all of it.
 *
 * @throws UserError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  const image = openImage(bytes);
  const [{ format, width, height }, thumbnail, digest] = await Promise.all([
    readHeader(image),
    decoding(
      upright(image.clone())
        .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
    // A copy: the digest is computed on another thread, and the caller may reuse the bytes.
    webcrypto.subtle.digest('SHA-256', Buffer.from(bytes)),
  ]);
  const { data, info } = thumbnail;
  return {
    width,
    height,
    format,
    thumbhash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    dominantColor: dominantColor(data, info.width, info.height),
    sha256: Buffer.from(digest).toString('hex'),
  };
}

export const RENDER_FORMATS = ['webp', 'jpeg', 'png', 'avif'] as const;
export type RenderFormat = (typeof RENDER_FORMATS)[number];

/**
 * An image as a client wants to show it: upright, sRGB, without metadata, at most `width` pixels wide (never
 * enlarged), WebP unless told otherwise.
 *
 * @throws UserError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function renderImage(
  bytes: Uint8Array,
  { width, format = 'webp' }: { width?: number | undefined; format?: RenderFormat | undefined } = {},
): Promise<{ bytes: Buffer; contentType: string }> {
  const image = openImage(bytes);
  if (width !== undefined) image.resize({ width, withoutEnlargement: true });
  if (format === 'jpeg') image.flatten({ background: 'white' });
  return { bytes: await decoding(image.toFormat(format).toBuffer()), contentType: `image/${format}` };
}

/** An upright image in memory: sRGB on white, three bytes a pixel, row by row. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Part of a raster, in its pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Size of the upright image, from its header alone. @throws UserError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE */
export async function readSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await readHeader(openImage(bytes));
  return { width, height };
}

/**
 * The image, at most `side` pixels wide and high (never enlarged).
 *
 * @throws UserError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function decodeRaster(bytes: Uint8Array, side: number): Promise<Raster> {
  const { data, info } = await decoding(
    upright(openImage(bytes))
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  return { pixels: data, width: info.width, height: info.height };
}

/** The raster made so small that it is at most `side` pixels wide and high, at least one each. */
export async function shrinkRaster(raster: Raster, side: number): Promise<Raster> {
  const { data, info } = await open(raster)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** The raster, or a part of it, as {@link decodeSquare} makes it of an image. */
export async function squareOf(
  raster: Raster,
  size: number,
  part?: PixelBox,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = open(raster);
  if (part) image.extract(part);
  return new Uint8Array(await square(image, size));
}

/** All of the raster in the middle of a grey square, as detectors of the YOLO family are trained with. */
export async function letterbox(raster: Raster, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: 114, g: 114, b: 114 };
  return new Uint8Array(
    await open(raster).resize({ width: size, height: size, fit: 'contain', background }).raw().toBuffer(),
  );
}

const open = ({ pixels, width, height }: Raster): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

/**
 * The image centered on a white square of `size` pixels: RGB bytes, row by row. Resampled by libvips' cubic kernel,
 * the nearest to the bicubic that encoders are trained with.
 *
 * @throws UserError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function decodeSquare(bytes: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  // Of our own: memory that libvips allocated cannot be handed to another thread on every Node.
  return new Uint8Array(await decoding(square(upright(openImage(bytes)), size)));
}

const square = (image: Sharp, size: number): Promise<Buffer> =>
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
    .raw()
    .toBuffer();

/** Opens bytes for decoding: the first frame, within the limits, refusing what is cut short or damaged. */
function openImage(bytes: Uint8Array): Sharp {
  if (bytes.byteLength > MAX_IMAGE_BYTES) {
    throw new UserError(
      'IMAGE_TOO_LARGE',
      `The image has ${bytes.byteLength} bytes; send at most ${MAX_IMAGE_BYTES}.`,
    );
  }
  if (bytes.byteLength === 0) throw undecodable();
  return sharp(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    // 'warning' would also refuse the slightly irregular files that some phones write.
    failOn: 'error',
    limitInputPixels: MAX_IMAGE_PIXELS,
    autoOrient: true,
  }).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
}

/** 8-bit sRGB on white. */
function upright(image: Sharp): Sharp {
  return image.flatten({ background: 'white' }).toColorspace('srgb');
}

async function readHeader(image: Sharp) {
  const { format, autoOrient } = await decoding(image.metadata());
  if (!isFormat(format)) throw undecodable();
  return { format: FORMATS[format], width: autoOrient.width, height: autoOrient.height };
}

function isFormat(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

/** Translates what sharp rejects with. */
async function decoding<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const message = String(cause);
    if (message.includes('pixel limit')) {
      throw new UserError(
        'IMAGE_TOO_LARGE',
        `The image has too many pixels; send one of at most ${MAX_IMAGE_PIXELS / 1e6} megapixels.`,
        { cause },
      );
    }
    if (message.includes('timeout')) {
      throw new UserError(
        'IMAGE_TOO_LARGE',
        `The image takes more than ${DECODE_TIMEOUT_SECONDS} s to decode; send a smaller one.`,
        { cause },
      );
    }
    throw undecodable(cause);
  }
}

function undecodable(cause?: unknown): UserError {
  return new UserError(
    'IMAGE_UNDECODABLE',
    'This is not an image that can be read, or it is cut short; send a whole JPEG, PNG, WebP, AVIF or GIF file.',
    { cause },
  );
}
