import { RequestError } from '../errors.js';

/**
 * The largest allowed image takes about 2 s on one core; an image that takes longer than this was made to be slow.
 */
export const DECODE_TIMEOUT_SECONDS = 10;

export const tooSlow = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_TOO_LARGE',
    `The image takes more than ${DECODE_TIMEOUT_SECONDS} s to decode; send a smaller one.`,
    { cause },
  );

export const tooMuchMemory = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_TOO_LARGE',
    'The image takes too much memory to decode; send a smaller one, or a baseline JPEG.',
    { cause },
  );

export const undecodable = (cause?: unknown): RequestError =>
  new RequestError(
    'IMAGE_UNDECODABLE',
    'The file is not a readable image, or it is truncated; send a complete JPEG, PNG, WebP, AVIF, or GIF file.',
    { cause },
  );
