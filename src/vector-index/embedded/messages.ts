import { cut, sharedSize } from '../cut.js';
import type { ImagePayload, PointPayload } from '../port.js';

/** Points per message to the worker: 8 MB of vectors of 512 numbers, so that searches can run in between. */
const MESSAGE_POINTS = 4_096;
/** Characters of the tags of different payloads per message: serializing them takes a few milliseconds. */
const MESSAGE_CHARS = 2_000_000;

/** Cuts images into messages to the worker, or frames of a snapshot. */
export function messages<T extends ImagePayload>(images: readonly T[]): T[][] {
  const sizeOf = sharedSize(({ payload }: T) => payload, charsOf);
  return cut(images, { most: MESSAGE_POINTS, mostSize: MESSAGE_CHARS, sizeOf });
}

const charsOf = ({ tags }: PointPayload): number => tags.reduce((sum, tag) => sum + tag.length, 0);
