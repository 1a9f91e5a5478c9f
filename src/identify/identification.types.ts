import { Field, ObjectType } from 'type-graphql';
import { ItemBox } from '../images/box.types.js';
import { ImageTrust } from '../images/image-trust.types.js';
import { VisualMatchEdge } from '../search/visual-search.types.js';
import { Label } from './label.types.js';

@ObjectType({ description: 'What an image shows, as far as the catalog can tell.' })
export class Identification {
  @Field(() => ItemBox, {
    nullable: true,
    description:
      'The part of the image that was identified: the `box` that was given, or, in a photo of a person without one, the largest garment. Then the whole photo was compared too, and the better score counts. Null when only the whole image was.',
  })
  region!: ItemBox | null;

  @Field(() => ImageTrust, {
    nullable: true,
    description:
      'Whether what was compared looks as if it was made to deceive the search: the `region`, and the whole photo if that was compared too; the less trusted one. With a `reason`, an image that is not of a product is compared as SearchReport.byConsensus says. Null when the encoder cannot tell.',
  })
  trust!: ImageTrust | null;

  @Field(() => VisualMatchEdge, {
    nullable: true,
    description:
      'The product in the image, whether in stock or not. Null unless the channel offers a product that is more likely than not the one in the image.',
  })
  match!: VisualMatchEdge | null;

  @Field(() => [Label], {
    description:
      'What the image shows: at most one label of each kind, most confident first. A kind without a confident label is left out. Empty when the image does not resemble anything in the catalog.',
  })
  labels!: Label[];
}
