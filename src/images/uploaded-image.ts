import { Image } from './image.types.js';
import { instantiate } from '../graph/node.js';
import { toUploadId } from './upload-id.js';

/** An image that was sent: no row of Postgres, but a file, at the same address as all; a query takes its id too. */
class UploadedImage extends Image {
  override get id(): string {
    return toUploadId(this.sha256.toString('hex'));
  }
}

type Facts = Pick<Image, 'width' | 'height' | 'thumbhash' | 'dominantColor'>;

/** An upload (SHA-256 of its bytes in hex) as the API shows images. */
export const uploadedImage = (sha256: string, { width, height, thumbhash, dominantColor }: Facts): Image =>
  instantiate(UploadedImage, {
    sha256: Buffer.from(sha256, 'hex'),
    width,
    height,
    thumbhash,
    dominantColor,
    altText: null,
  });
