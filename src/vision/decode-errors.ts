import { type ErrorCode, RequestError } from '../errors.js';

/** The largest allowed image takes about 2 s on one core. */
export const DECODE_TIMEOUT_SECONDS = 10;

/**
 * 0.3 s of CPU, twice what a phone's photo of 12 megapixels takes. An image that costs less and still takes
 * DECODE_TIMEOUT_SECONDS waited for a busy machine, and a smaller one would too.
 */
const COSTLY_POINTS = 10_000;

/** Decoding took too long; `points` are those of decoding the image once. */
export const tooSlow = (points: number, cause?: unknown): RequestError =>
  points > COSTLY_POINTS
    ? new RequestError(
        'IMAGE_TOO_LARGE',
        `The image takes more than ${DECODE_TIMEOUT_SECONDS} s to decode; send a smaller one.`,
        { cause },
      )
    : new RequestError(
        'SERVICE_OVERLOADED',
        'The machine is too busy to decode the image in time; try again in a few seconds.',
        { cause },
      );

export const tooMuchMemory = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_TOO_LARGE',
    'The image takes too much memory to decode; send a smaller one, or a baseline JPEG.',
    { cause },
  );

export const tooMuchTime = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_TOO_LARGE',
    'The image takes far longer to decode than others of its size; save it again with an image editor, or send a smaller one.',
    { cause },
  );

export const undecodable = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_UNDECODABLE',
    'The file is not a readable image, or it is truncated; send a complete JPEG, PNG, WebP, AVIF, or GIF file.',
    { cause },
  );

/** What iPhones keep; its codec, HEVC, is patented and not part of the decoder. */
export const heic = (): RequestError =>
  new RequestError(
    'IMAGE_UNDECODABLE',
    'The file is a HEIC image, the format in which iPhones keep photos; convert it to JPEG first: `jpegData(compressionQuality:)` of UIImage does, and so does Safari for <input type="file" accept="image/jpeg">.',
  );

const CODES_OF_IMAGES: ReadonlySet<ErrorCode> = new Set([
  'IMAGE_NOT_FOUND',
  'IMAGE_TOO_LARGE',
  'IMAGE_UNDECODABLE',
]);

/** Whether the image is at fault, so that everybody who tries it gets this error. */
export const isOfImage = (error: unknown): boolean =>
  error instanceof RequestError && CODES_OF_IMAGES.has(error.code);
