import { RequestError } from '../errors.js';
import { undecodable } from './decode-errors.js';
import { requestPayer } from '../platform/request-payer.js';
import { chargeDecoding, inDecodeQueue } from './decode-queue.js';
import { owedFor, turnCost, unexpectedCost } from './decode-time.js';
import { inDecoder } from './decoder.js';
import { type DecoderWork, factsResult, headerResult, pixelsResult } from './decoder.protocol.js';
import type { Frame } from './framing.js';
import { limiter } from './limiter.js';
import {
  assertFileIsPicture,
  decodedBytes,
  decodingCost,
  type ImageFormat,
  type ImageHeader,
  INCLUDED_DECODING,
  MAX_IMAGE_BYTES,
  type RenderFormat,
} from './image-budget.js';
import type { Raster } from './raster.js';

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
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  const header = await readHeader(bytes);
  assertFileIsPicture(bytes.byteLength, header);
  const facts = factsResult.parse(await decode(header, bytes, { kind: 'facts', ...toldOf(header, bytes) }));
  const { width, height, format } = header;
  return { width, height, format, ...facts };
}

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
 * An image for display: upright, sRGB, without metadata, at most `width` pixels wide and MAX_RENDERED_HEIGHT high
 * (never enlarged), WebP by default.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
 */
export async function renderImage(
  bytes: Uint8Array,
  { width, format = 'webp' }: { width: number; format?: RenderFormat | undefined },
): Promise<{ bytes: Buffer; contentType: string }> {
  const header = await readHeader(bytes);
  const rendered = Math.min(width, header.width) * Math.min(MAX_RENDERED_HEIGHT, header.height);
  const { data } = pixelsResult.parse(
    await decode(
      header,
      bytes,
      { kind: 'rendition', ...toldOf(header, bytes), width, height: MAX_RENDERED_HEIGHT, format },
      { moreBytes: rendered * ENCODING_BYTES_A_PIXEL },
    ),
  );
  return {
    bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    contentType: `image/${format}`,
  };
}

/**
 * The image, at most `side` pixels wide and high (never enlarged).
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
 */
export async function decodeRaster(bytes: Uint8Array, side: number): Promise<Raster> {
  const header = await readHeader(bytes);
  const { data, width, height } = pixelsResult.parse(
    await decode(header, bytes, { kind: 'raster', ...toldOf(header, bytes), side }),
  );
  return { pixels: data, width, height };
}

/** An image as the square that a model sees. */
export interface Square {
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Size of the upright image before. */
  readonly original: { readonly width: number; readonly height: number };
}

/**
 * The whole image as the square that a model sees.
 *
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED; the reason of `signal` while
 * it waits
 */
export async function decodeSquare(bytes: Uint8Array, frame: Frame, signal?: AbortSignal): Promise<Square> {
  const header = await readHeader(bytes);
  const { width, height } = header;
  const { size, framing } = frame;
  const work = { kind: 'square', ...toldOf(header, bytes), width, height, frame: { size, framing } } as const;
  const { data } = pixelsResult.parse(await decode(header, bytes, work, { signal }));
  // A copy of its own: the message that it came in is one block of memory, which a thread cannot take over.
  return { pixels: new Uint8Array(data), original: { width, height } };
}

/** What a decoder is told of an image. */
const toldOf = (
  header: ImageHeader,
  bytes: Uint8Array,
): { readonly pixels: number; readonly points: number; readonly ignoresProfile: boolean } => ({
  pixels: header.width * header.height,
  points: decodingCost(header, bytes.byteLength),
  ignoresProfile: header.ignoresProfile,
});

/**
 * Decodes an image when its turn comes, unless `signal` aborts before that. `moreBytes` is the additional memory that
 * the work takes. The request pays first, and what fails is paid for too. It owes what the image took beyond what such
 * images usually take at most.
 */
async function decode(
  header: ImageHeader,
  bytes: Uint8Array,
  work: Exclude<DecoderWork, { kind: 'header' }>,
  { moreBytes = 0, signal }: { moreBytes?: number; signal?: AbortSignal | undefined } = {},
): Promise<unknown> {
  const added = work.points - INCLUDED_DECODING;
  if (added > 0) requestPayer()?.pay(added);
  return inDecodeQueue(
    { fileBytes: bytes.byteLength, workBytes: decodedBytes(header) + moreBytes, points: turnCost(work) },
    () => inDecoder(bytes, work, billTo(work, chargeDecoding)),
    signal,
  );
}

/** Charges a queue for the CPU time that work turned out to take, and the request for what is not usual. */
const billTo =
  (work: DecoderWork, charge: (points: number) => void) =>
  (microseconds: number): void => {
    charge(unexpectedCost(work, microseconds));
    const points = owedFor(work, microseconds);
    if (points > 0) requestPayer()?.owe(points);
  };

/** Headers take a millisecond or two each. The files of those that wait are in memory. */
const MAX_WAITING_HEADERS = 256;
/** One at a time, so that whose header takes long, or ends its process, is known. */
const readingHeaders = limiter(1, { maxWaiting: MAX_WAITING_HEADERS, isPriced: true });

/**
 * Reads the header of an image in its turn. The request owes what that took beyond what it usually takes at most.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED
 */
async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  if (bytes.byteLength > MAX_IMAGE_BYTES) {
    throw new RequestError(
      'IMAGE_TOO_LARGE',
      `The image has ${bytes.byteLength} bytes; send at most ${MAX_IMAGE_BYTES}.`,
    );
  }
  if (bytes.byteLength === 0) throw undecodable();
  const work = { kind: 'header' } as const;
  const read = (): Promise<unknown> => inDecoder(bytes, work, billTo(work, readingHeaders.charge));
  return headerResult.parse(await readingHeaders(read, undefined, turnCost(work)));
}
