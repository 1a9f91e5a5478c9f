import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ShownOptions } from './shown-options.js';
import { Node } from '../graph/node.js';

export enum ImageFormat {
  WEBP = 'webp',
  JPEG = 'jpeg',
  PNG = 'png',
  AVIF = 'avif',
}
registerEnumType(ImageFormat, {
  name: 'ImageFormat',
  description: 'The file format of an image.',
  valuesConfig: {
    WEBP: { description: 'WebP: small, and supported by all current browsers.' },
    JPEG: { description: 'JPEG: for older clients.' },
    PNG: { description: 'PNG: lossless, and much larger.' },
    AVIF: { description: 'AVIF: smallest, slowest to create.' },
  },
});

@ObjectType({ implements: Node, description: 'An image of a product, or an uploaded image.' })
export class Image extends Node {
  productKey!: number;
  sha256!: Buffer;
  shows!: ShownOptions;

  @Field(() => Int, { description: 'The width of the original in pixels, after rotation to upright.' })
  width!: number;

  @Field(() => Int, { description: 'The height of the original in pixels, after rotation to upright.' })
  height!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Alternative text for people who cannot see the image. Null when there is none.',
  })
  altText!: string | null;

  @Field(() => String, {
    description:
      'A ThumbHash in base64: a blurred placeholder of about 25 bytes to show while the image loads.',
  })
  thumbhash!: string;

  @Field(() => String, { description: 'The color of the garment as "#rrggbb".' })
  dominantColor!: string;
}
