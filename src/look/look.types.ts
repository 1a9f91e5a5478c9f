import { Field, Float, ObjectType } from 'type-graphql';
import type { FoundItem } from './find-items.js';
import type { LookImage } from './look-image.js';

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

@ObjectType({ description: 'An item in an image.' })
export class LookItem {
  found!: FoundItem;
  look!: Look;

  @Field(() => ItemBox, {
    description:
      'Where the item is in the image. Pass it to VisualReferenceInput.box to search for this part.',
  })
  box!: ItemBox;
}

@ObjectType({ description: 'The items in an image.' })
export class Look {
  source!: LookImage;

  @Field(() => [LookItem], {
    description: 'The items, largest first. Empty when nothing in the image resembles the catalog.',
  })
  items!: LookItem[];
}
