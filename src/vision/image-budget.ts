import { RequestError } from '../errors.js';

/** A phone's photo has 2 to 8 MB; a higher limit costs memory for every upload in flight. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/** 67 megapixels: above any phone's default. Beyond that, even a format that is decoded row by row takes 2 s. */
const MAX_IMAGE_PIXELS = 8192 * 8192;

/** With 16 bits for each channel, decoding takes several times as long. Cameras write so many pixels at most. */
const MAX_DEEP_PIXELS = 24e6;

/** Memory that one image may take while it is decoded: enough for 12 megapixels in every 8-bit format. */
const MAX_DECODED_BYTES = 256 * 1024 * 1024;

/**
 * Bytes that a pixel takes while an image is decoded, measured with 64 megapixels (AVIF: 16). AVIF, WebP, and GIF are
 * decoded as a whole: the AV1 frame, its copy as RGB, and libvips' copy of that.
 */
const AVIF_BYTES_A_PIXEL = 20;
const DEEP_AVIF_BYTES_A_PIXEL = 28;
const WEBP_BYTES_A_PIXEL = 9;
const GIF_BYTES_A_PIXEL = 6;
/** A JPEG with several scans keeps 16 bits for each coefficient of each channel. */
const COEFFICIENT_BYTES = 2;
/** Other JPEG and PNG files are decoded row by row; each pixel accounts for a share of the rows in memory. */
const STREAMED_BYTES_A_PIXEL = 1.5;

/** How much larger a file may be than its uncompressed pixels: color profiles and camera metadata take up to 2 MB. */
const MAX_ATTACHED_BYTES = 2 * 1024 * 1024;
/** A file that compresses noise badly is larger than the noise, but not by this factor. */
const WORST_COMPRESSION = 2;

export const FORMATS = { jpeg: 'jpeg', png: 'png', webp: 'webp', heif: 'avif', gif: 'gif' } as const;
export type ImageFormat = (typeof FORMATS)[keyof typeof FORMATS];

export const RENDER_FORMATS = ['webp', 'jpeg', 'png', 'avif'] as const;
export type RenderFormat = (typeof RENDER_FORMATS)[number];

/** The facts in the header of an image. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Width of the upright image. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bytes per channel of a pixel. */
  readonly sampleBytes: number;
  /** Whether a JPEG has several scans, or a PNG is interlaced. */
  readonly isProgressive: boolean;
  /** Frames of an animation, whose first frame is shown. */
  readonly frames: number;
  /** Whether its color profile would take too long to apply. */
  readonly ignoresProfile: boolean;
}

const pixelsOf = ({ width, height }: ImageHeader): number => width * height;

function bytesAPixel({ format, channels, sampleBytes, isProgressive }: ImageHeader): number {
  switch (format) {
    case 'avif':
      return sampleBytes === 1 ? AVIF_BYTES_A_PIXEL : DEEP_AVIF_BYTES_A_PIXEL;
    case 'webp':
      return WEBP_BYTES_A_PIXEL;
    case 'gif':
      return GIF_BYTES_A_PIXEL;
    case 'jpeg':
      return STREAMED_BYTES_A_PIXEL + (isProgressive ? channels * COEFFICIENT_BYTES : 0);
    case 'png':
      return STREAMED_BYTES_A_PIXEL + (isProgressive ? channels * sampleBytes : 0);
  }
}

/** Approximate peak memory for decoding the image. */
export const decodedBytes = (header: ImageHeader): number => pixelsOf(header) * bytesAPixel(header);

/**
 * Bytes of pixels (channels times bytes per channel), and bytes of the file, that cost one point: 30 µs of CPU.
 * Measured with flat images of the most pixels, photographs, and noise.
 */
function bytesAPoint({ format, channels, sampleBytes, isProgressive }: ImageHeader): {
  readonly pixels: number;
  readonly file: number;
} {
  switch (format) {
    case 'jpeg':
      return { pixels: isProgressive ? 5_000 : 10_000, file: 2_500 };
    case 'png': {
      // Without transparency, libvips scales the bytes as they are.
      const isPlain = sampleBytes === 1 && channels % 2 === 1;
      return { pixels: isProgressive ? 3_000 : isPlain ? 12_000 : 5_000, file: 2_500 };
    }
    case 'webp':
      return { pixels: 6_000, file: 250 };
    case 'gif':
      return { pixels: 6_000, file: 2_500 };
    case 'avif':
      return { pixels: 1_500, file: 150 };
  }
}

/** Points of decoding an image once. */
export function decodingCost(header: ImageHeader, fileBytes: number): number {
  const { pixels, file } = bytesAPoint(header);
  return Math.ceil((pixelsOf(header) * header.channels * header.sampleBytes) / pixels + fileBytes / file);
}

/** Points of decoding that are part of every price of an image; what decoding costs beyond is added. */
export const INCLUDED_DECODING = 500;

/** @throws RequestError IMAGE_TOO_LARGE when decoding the image would take too much memory or time */
export function assertDecodable(header: ImageHeader): void {
  const isDeepPng = header.format === 'png' && header.sampleBytes > 1;
  const most = Math.min(
    isDeepPng ? MAX_DEEP_PIXELS : MAX_IMAGE_PIXELS,
    MAX_DECODED_BYTES / bytesAPixel(header),
  );
  if (pixelsOf(header) <= most) return;
  const { format, isProgressive } = header;
  const name = `${isDeepPng ? '16-bit ' : ''}${isProgressive ? 'progressive ' : ''}${format === 'webp' ? 'WebP' : format.toUpperCase()}`;
  const other =
    format === 'jpeg' && !isProgressive ? '' : `, or ${megapixels(MAX_IMAGE_PIXELS)} as baseline JPEG`;
  throw new RequestError(
    'IMAGE_TOO_LARGE',
    `The image has ${header.width} × ${header.height} pixels; send at most ${megapixels(most)} megapixels as ${name}${other}.`,
  );
}

const megapixels = (pixels: number): number => Math.floor(pixels / 1e6);

/** @throws RequestError IMAGE_TOO_LARGE when most of the file is not its picture */
export function assertFileIsPicture(fileBytes: number, header: ImageHeader): void {
  const { channels, sampleBytes, frames } = header;
  const most =
    MAX_ATTACHED_BYTES + WORST_COMPRESSION * pixelsOf(header) * channels * sampleBytes * Math.max(1, frames);
  if (fileBytes <= most) return;
  throw new RequestError(
    'IMAGE_TOO_LARGE',
    `The image has ${fileBytes} bytes for ${header.width} × ${header.height} pixels; save it without extra data.`,
  );
}
