import { Field, Float, ObjectType } from 'type-graphql';
import { Image } from '../images/image.types.js';
import type { FoundItem } from './find-items.js';
import type { LookImage } from './look-image.js';

@ObjectType({ description: "A part of an image, in fractions of the upright image's width and height." })
export class Box {
  @Field(() => Float)
  x!: number;

  @Field(() => Float)
  y!: number;

  @Field(() => Float)
  width!: number;

  @Field(() => Float)
  height!: number;
}

@ObjectType({ description: 'A thing in an image.' })
export class LookItem {
  found!: FoundItem;
  look!: Look;

  @Field(() => Box, {
    description:
      'Where it is. Give it to VisualReference.box to search for this part with any other condition.',
  })
  box!: Box;
}

@ObjectType({ description: 'What is in an image, thing by thing.' })
export class Look {
  source!: LookImage;

  @Field(() => Image, { description: 'The image itself; one that was sent is kept as an upload is.' })
  image!: Image;

  @Field(() => [LookItem], {
    description: 'The largest first; none where nothing in it is like the catalog.',
  })
  items!: LookItem[];
}
