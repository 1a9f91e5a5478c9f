import { webcrypto } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { RequestError } from '../errors.js';
import { dominantColor } from './color.js';
import { inDecodeQueue } from './decode-queue.js';
import {
  assertDecodable,
  assertFileIsPicture,
  decodedBytes,
  FORMATS,
  type ImageFormat,
  type ImageHeader,
  MAX_IMAGE_BYTES,
} from './image-budget.js';
import { assertOnePass } from './image-file.js';

/**
 * The largest allowed image takes about 2 s on one core; an image that takes longer than this was made to be slow.
 */
const DECODE_TIMEOUT_SECONDS = 10;

/** Enough for a placeholder and a color; both are computed on the event loop, in about 2 ms at this size. */
const THUMBNAIL_SIDE = 48;

// Formats that the project does not need are attack surface. The remaining five are those of FORMATS.
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
// No image is decoded twice in a row, so libvips' cache of operations would only use memory.
sharp.cache(false);
// Images are decoded in parallel: threads inside one image would compete with those of the others.
sharp.concurrency(1);

/** Facts about an image that come from its bytes alone. */
export interface ImageFacts {
  /** Pixels of the upright image (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** ThumbHash, base64: a blurred placeholder of about 25 bytes. */
  readonly thumbhash: string;
  /** `#rrggbb` of the garment rather than of the background behind it. */
  readonly dominantColor: string;
  /** SHA-256 of the bytes as given, in hex. */
  readonly sha256: string;
}

/**
 * Decodes the whole image and returns its facts.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  const header = await readHeader(bytes);
  assertFileIsPicture(bytes.byteLength, header);
  const [thumbnail, digest] = await Promise.all([
    decodeAs(header, bytes, (image) =>
      upright(image)
        .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
    // A copy: the digest is computed on another thread, and the caller may reuse the bytes.
    webcrypto.subtle.digest('SHA-256', Buffer.from(bytes)),
  ]);
  const { width, height, format } = header;
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

/** The widest rendition, in pixels. */
export const MAX_RENDERED_WIDTH = 2_000;
/**
 * Maximum height of a rendition; fashion photos have a height-to-width ratio of 3:2. Taller images are scaled down.
 */
const MAX_RENDERED_HEIGHT = 3000;
/**
 * Memory that a pixel of a rendition takes while it is encoded; measured for AVIF's encoder, the others need less.
 */
const ENCODING_BYTES_A_PIXEL = 24;
/**
 * With any more effort, encoding 2000 × 2000 pixels of noise takes 4 to 50 s on one core. With none, it takes 1 s.
 */
const AVIF_EFFORT = 0;

/**
 * An image for display: upright, sRGB, without metadata, at most `width` pixels wide and MAX_RENDERED_HEIGHT high
 * (never enlarged), WebP by default.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function renderImage(
  bytes: Uint8Array,
  { width, format = 'webp' }: { width: number; format?: RenderFormat | undefined },
): Promise<{ bytes: Buffer; contentType: string }> {
  const header = await readHeader(bytes);
  const pixels = Math.min(width, header.width) * Math.min(MAX_RENDERED_HEIGHT, header.height);
  const rendered = await decodeAs(
    header,
    bytes,
    (image) => {
      image.resize({ width, height: MAX_RENDERED_HEIGHT, fit: 'inside', withoutEnlargement: true });
      if (format === 'jpeg') image.flatten({ background: 'white' });
      if (format === 'avif') image.avif({ effort: AVIF_EFFORT, chromaSubsampling: '4:2:0' });
      else image.toFormat(format);
      return image.toBuffer();
    },
    pixels * ENCODING_BYTES_A_PIXEL,
  );
  return { bytes: rendered, contentType: `image/${format}` };
}

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

/** Size of the upright image, from its header alone. @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE */
export async function readSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await readHeader(bytes);
  return { width, height };
}

/**
 * The image, at most `side` pixels wide and high (never enlarged).
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function decodeRaster(bytes: Uint8Array, side: number): Promise<Raster> {
  const { data, info } = await decodeAs(await readHeader(bytes), bytes, (image) =>
    upright(image)
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  return { pixels: data, width: info.width, height: info.height };
}

/** The raster, shrunk to at most `side` pixels in width and height, and at least one pixel each. */
export async function shrinkRaster(raster: Raster, side: number): Promise<Raster> {
  const { data, info } = await open(raster)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** Makes a square of the raster, or of a part of it, as {@link decodeSquare} does of an image. */
export async function squareOf(
  raster: Raster,
  size: number,
  part?: PixelBox,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = open(raster);
  if (part) image.extract(part);
  return new Uint8Array(await square(image, size));
}

/** The whole raster in the middle of a gray square, as in the training of detectors of the YOLO family. */
export async function letterbox(raster: Raster, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: 114, g: 114, b: 114 };
  return new Uint8Array(
    await open(raster).resize({ width: size, height: size, fit: 'contain', background }).raw().toBuffer(),
  );
}

const open = ({ pixels, width, height }: Raster): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

/**
 * The image centered on a white square of `size` pixels: RGB bytes, row by row. Resampled with libvips' cubic kernel,
 * which is the closest to the bicubic kernel that encoders are trained with.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
export async function decodeSquare(bytes: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  // A copy: not every Node version can transfer memory that libvips allocated to another thread.
  return new Uint8Array(
    await decodeAs(await readHeader(bytes), bytes, (image) => square(upright(image), size)),
  );
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

/** Decodes an image when its turn comes; `moreBytes` is the additional memory that the work takes. */
const decodeAs = <T>(
  header: ImageHeader,
  bytes: Uint8Array,
  work: (image: Sharp) => Promise<T>,
  moreBytes = 0,
): Promise<T> =>
  inDecodeQueue({ fileBytes: bytes.byteLength, workBytes: decodedBytes(header) + moreBytes }, () =>
    decoding(work(openImage(bytes, header.width * header.height))),
  );

/** Opens the first frame; refuses images with more pixels than expected, and truncated or damaged ones. */
function openImage(bytes: Uint8Array, pixels: number | false): Sharp {
  return sharp(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    // 'warning' would also refuse the slightly irregular files that some phones write.
    failOn: 'error',
    limitInputPixels: pixels,
    autoOrient: true,
  }).timeout({ seconds: DECODE_TIMEOUT_SECONDS });
}

/** Converts to 8-bit sRGB on white. */
function upright(image: Sharp): Sharp {
  return image.flatten({ background: 'white' }).toColorspace('srgb');
}

/** Reads the header of an image. @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE */
async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  if (bytes.byteLength > MAX_IMAGE_BYTES) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      `The image has ${bytes.byteLength} bytes; send at most ${MAX_IMAGE_BYTES}.`,
    );
  }
  if (bytes.byteLength === 0) throw undecodable();
  const { format, autoOrient, channels, depth, isProgressive, pages } = await decoding(
    openImage(bytes, false).metadata(),
  );
  if (!isFormat(format)) throw undecodable();
  const header: ImageHeader = {
    format: FORMATS[format],
    width: autoOrient.width,
    height: autoOrient.height,
    channels,
    sampleBytes: depth === 'uchar' ? 1 : 2,
    isProgressive,
    frames: pages ?? 1,
  };
  assertDecodable(header);
  assertOnePass(bytes, header.format);
  return header;
}

function isFormat(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

/** Translates the errors of sharp. */
async function decoding<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const message = String(cause);
    if (message.includes('timeout')) {
      throw new RequestError(
        'IMAGE_TOO_LARGE',
        `The image takes more than ${DECODE_TIMEOUT_SECONDS} s to decode; send a smaller one.`,
        { cause },
      );
    }
    throw undecodable(cause);
  }
}

function undecodable(cause?: unknown): RequestError {
  return new RequestError(
    'IMAGE_UNDECODABLE',
    'The file is not a readable image, or it is truncated; send a complete JPEG, PNG, WebP, AVIF, or GIF file.',
    { cause },
  );
}
