import { Field, Float, ID, InputType } from 'type-graphql';
import { Base64Scalar, UrlScalar } from '../graph/scalars.js';

/** Points of an image in a query: it is decoded and encoded. */
export const IMAGE_COST = 800;
/** Points of cutting out a part of an image, which is then encoded as well. */
export const BOX_COST = 500;

@InputType({ description: 'An image: exactly one of `id`, `url`, and `base64`.' })
export class ImageInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of an upload (POST /images), or of an Image. Null when you pass another field.',
  })
  id?: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'An https URL on a host that the operator allows; by default, none is allowed. Null when you pass another field.',
  })
  url?: string | null;

  @Field(() => Base64Scalar, {
    nullable: true,
    description: 'The image file, at most 10 MB. Null when you pass another field.',
  })
  base64?: string | null;
}

@InputType({
  description:
    'A part of an image, in fractions of the width and height of the upright image. It must lie within the image.',
})
export class BoxInput {
  @Field(() => Float, { description: 'The left edge as a fraction of the width of the image, from 0 to 1.' })
  x!: number;

  @Field(() => Float, { description: 'The top edge as a fraction of the height of the image, from 0 to 1.' })
  y!: number;

  @Field(() => Float, { description: 'The width as a fraction of the width of the image, from 0 to 1.' })
  width!: number;

  @Field(() => Float, { description: 'The height as a fraction of the height of the image, from 0 to 1.' })
  height!: number;
}
