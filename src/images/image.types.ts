import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../graph/node.js';

export enum ImageFormat {
  WEBP = 'webp',
  JPEG = 'jpeg',
  PNG = 'png',
  AVIF = 'avif',
}
registerEnumType(ImageFormat, {
  name: 'ImageFormat',
  description: 'Formats that an image can be asked for in.',
});

@ObjectType({ implements: Node, description: 'A picture of a product.' })
export class Image extends Node {
  productKey!: number;
  sha256!: Buffer;

  @Field(() => Int, { description: 'Pixels of the original, upright.' })
  width!: number;

  @Field(() => Int, { description: 'Pixels of the original, upright.' })
  height!: number;

  @Field(() => String, { nullable: true })
  altText!: string | null;

  @Field(() => String, {
    description:
      'A blurred placeholder of some 25 bytes, in base64 (ThumbHash), so that a list can scroll before it loads.',
  })
  thumbhash!: string;

  @Field(() => String, { description: 'The color of the garment, for example "#2f5d3a".' })
  dominantColor!: string;
}
