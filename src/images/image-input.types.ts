import { Field, Float, ID, InputType } from 'type-graphql';
import { Base64Scalar, UrlScalar } from '../graph/scalars.js';

@InputType({ description: 'An image that the caller has: exactly one field.' })
export class ImageInput {
  @Field(() => ID, { nullable: true, description: 'From POST /images, or the id of an Image.' })
  id?: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description: 'https, on a host that the operator allows; none by default.',
  })
  url?: string | null;

  @Field(() => Base64Scalar, { nullable: true, description: 'The file itself, up to 10 MB.' })
  base64?: string | null;
}

@InputType({
  description:
    "A box in fractions of the upright image's width and height: 0 ≤ x, y; x + width ≤ 1; y + height ≤ 1.",
})
export class BoxInput {
  @Field(() => Float)
  x!: number;

  @Field(() => Float)
  y!: number;

  @Field(() => Float)
  width!: number;

  @Field(() => Float)
  height!: number;
}
