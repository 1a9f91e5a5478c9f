import { Field, ObjectType } from 'type-graphql';
import { Image } from '../images/image.types.js';
import { Label } from '../identify/label.types.js';

@ObjectType({
  description: 'What the pins of a board share, in words that an image generator can be given as they are.',
})
export class DesignBrief {
  @Field(() => String, { description: 'What to show; empty while nothing is pinned that is liked.' })
  prompt!: string;

  @Field(() => String, { description: 'What to leave out, from the negative pins; empty without any.' })
  negativePrompt!: string;

  @Field(() => [String], {
    description: 'Colors of the liked pins, the most frequent first, like "#2f5d3a".',
  })
  palette!: string[];

  @Field(() => [Label], { description: 'The styles of the liked pins, and how many of them have each.' })
  styles!: Label[];

  @Field(() => [Image], {
    description: 'Liked pins that stand for the others: one for each mood of the board.',
  })
  exemplars!: Image[];
}
