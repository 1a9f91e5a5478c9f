import { RequestError } from '../errors.js';

/**
 * Parts of an image file: markers, chunks, boxes, or blocks. A JPEG of 10 MB has about 40,000 markers, most of them
 * stuffed bytes. Walking through this many takes 30 ms, and files of nothing else take seconds.
 */
const MAX_FILE_PARTS = 250_000;

/** Counts one more part each time it is called. @throws RequestError IMAGE_UNDECODABLE when there are too many */
export function partCounter(): () => void {
  let parts = 0;
  return () => {
    parts += 1;
    if (parts > MAX_FILE_PARTS) {
      throw new RequestError(
        'IMAGE_UNDECODABLE',
        `The image file has more than ${MAX_FILE_PARTS} parts, so it is damaged; save it again with an image editor.`,
      );
    }
  };
}
