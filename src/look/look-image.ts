import { readKey } from '../graph/node.js';
import type { Image } from '../images/image.types.js';
import { RequestError } from '../errors.js';
import { toUploadId } from '../images/upload-id.js';
import { uploadedImage } from '../images/uploaded-image.js';
import { findQueryImage, type QueryImage, type QueryImageSources } from '../images/query-image.js';
import type { ImageInput } from '../images/image-input.types.js';
import { inspectImage } from '../vision/decode.js';

/** The image of a look, and the id by which later searches find it. */
export interface LookImage extends QueryImage {
  readonly id: string;
}

/**
 * Finds the image that an ImageInput refers to. Image data is stored as an upload, so that clients can search for its
 * items without sending it again.
 *
 * @throws RequestError BAD_USER_INPUT, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function findLookImage(input: ImageInput, sources: QueryImageSources): Promise<LookImage> {
  const found = await findQueryImage(input, sources);
  if (input.id != null) return { ...found, id: input.id };
  const bytes = await found.read();
  // Data that is not an image is not stored.
  await inspectImage(bytes);
  return { ...found, id: toUploadId(await sources.uploads.put(bytes)) };
}

/** The image as clients show it. */
export async function describeLookImage(
  source: LookImage,
  { images }: Pick<QueryImageSources, 'images'>,
): Promise<Image> {
  const { id, sha256 } = source;
  const key = readKey('Image', id);
  if (key !== null) {
    const image = await images.byKey.load(key);
    if (image !== null) return image;
    throw new RequestError('IMAGE_NOT_FOUND', 'The image has been deleted: send another one.');
  }
  return uploadedImage(sha256, await inspectImage(await source.read()));
}
