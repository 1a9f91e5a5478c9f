import { Field, ObjectType } from 'type-graphql';
import { ItemBox } from '../images/box.types.js';
import { ImageTrust } from '../images/image-trust.types.js';
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

  @Field(() => ImageTrust, {
    nullable: true,
    description:
      'Whether this part of the image looks as if it was made to deceive the search; a sticker counts for the items that it is on. Nothing is left out for it. Null when the encoder cannot tell.',
  })
  trust!: ImageTrust | null;
}

@ObjectType({ description: 'The items in an image.' })
export class Look {
  source!: LookImage;

  @Field(() => [LookItem], {
    description: 'The items, largest first. Empty when nothing in the image resembles the catalog.',
  })
  items!: LookItem[];
}
