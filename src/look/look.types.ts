import { Field, ObjectType } from 'type-graphql';
import { ItemBox } from '../images/box.types.js';
import type { FoundItem } from './find-items.js';
import type { LookImage } from './look-image.js';

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
