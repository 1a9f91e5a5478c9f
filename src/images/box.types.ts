import { Field, Float, ObjectType } from 'type-graphql';

@ObjectType('Box', {
  description: 'A part of an image, in fractions of the width and height of the upright image.',
})
export class ItemBox {
  @Field(() => Float, { description: 'The left edge as a fraction of the width of the image, from 0 to 1.' })
  x!: number;

  @Field(() => Float, { description: 'The top edge as a fraction of the height of the image, from 0 to 1.' })
  y!: number;

  @Field(() => Float, { description: 'The width as a fraction of the width of the image, from 0 to 1.' })
  width!: number;

  @Field(() => Float, { description: 'The height as a fraction of the height of the image, from 0 to 1.' })
  height!: number;
}
