import { Field, ObjectType } from 'type-graphql';
import { VisualMatch } from '../search/visual-search.types.js';
import { Label } from './label.types.js';

@ObjectType({ description: 'What an image shows, as far as this catalog can tell.' })
export class Identification {
  @Field(() => VisualMatch, {
    nullable: true,
    description:
      'The very product in the image, sold out or not; null when none that the channel offers is more likely than not.',
  })
  product!: VisualMatch | null;

  @Field(() => [Label], {
    description:
      'At most one of a kind, the surest first. Empty when it shows nothing that the catalog knows; a kind that cannot be told is left out.',
  })
  labels!: Label[];
}
