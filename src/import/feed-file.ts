import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { RequestError } from '../errors.js';
import { errorCode, errorMessage } from '../platform/operator-error.js';
import { MAX_IMAGE_BYTES } from '../vision/image-budget.js';

/** Opens devices and pipes without blocking; a later check refuses them because they are not files. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Reads a file that a feed names, by an absolute path or one relative to the feed's folder. Feeds come from third
 * parties, so the file must really be in that folder, after all symbolic links are resolved.
 *
 * @throws RequestError IMAGE_NOT_FOUND, IMAGE_TOO_LARGE
 */
export async function readFeedFile(folder: string, link: string): Promise<Buffer> {
  const path = resolve(folder, link);
  try {
    const real = await realpath(path);
    if (!isWithin(await realpath(folder), real)) throw outside();
    return await read(real);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    // Reveals nothing about files outside: neither whether they exist nor what they are.
    if (!isWithin(resolve(folder), path)) throw outside();
    const reason = errorCode(error) === 'ENOENT' ? `There is no file ${path}.` : `${errorMessage(error)}.`;
    throw new RequestError('IMAGE_NOT_FOUND', reason, { cause: error });
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const outside = (): RequestError =>
  new RequestError(
    'IMAGE_NOT_FOUND',
    'It is outside the folder of the feed: move the image into that folder, or use an https link.',
  );

async function read(path: string): Promise<Buffer> {
  const file = await open(path, FLAGS);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new RequestError('IMAGE_NOT_FOUND', 'It is not a file.');
    if (status.size > MAX_IMAGE_BYTES) {
      throw new RequestError(
        'IMAGE_TOO_LARGE',
        `It has ${status.size} bytes; at most ${MAX_IMAGE_BYTES} are allowed.`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
