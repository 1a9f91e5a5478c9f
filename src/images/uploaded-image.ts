import { Image } from './image.types.js';
import { instantiate } from '../graph/node.js';
import { toUploadId } from './upload-id.js';

/**
 * An uploaded image: a file without a row in Postgres. Its URL is like those of other images, and queries take its
 * id.
 */
class UploadedImage extends Image {
  override get id(): string {
    return toUploadId(this.sha256.toString('hex'));
  }
}

type Facts = Pick<Image, 'width' | 'height' | 'thumbhash' | 'dominantColor'>;

/** An upload (SHA-256 of its bytes in hex) as an Image of the API. */
export const uploadedImage = (sha256: string, { width, height, thumbhash, dominantColor }: Facts): Image =>
  instantiate(UploadedImage, {
    sha256: Buffer.from(sha256, 'hex'),
    width,
    height,
    thumbhash,
    dominantColor,
    altText: null,
  });
