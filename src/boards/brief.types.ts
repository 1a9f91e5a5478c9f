import { Field, ObjectType } from 'type-graphql';
import { Image } from '../images/image.types.js';
import { Label } from '../identify/label.types.js';

@ObjectType({ description: 'What the pins of a board have in common, as a prompt for an image generator.' })
export class DesignBrief {
  @Field(() => String, { description: 'What to show. Empty when no pin is positive.' })
  prompt!: string;

  @Field(() => String, {
    description: 'What to leave out, based on the negative pins. Empty when there are none.',
  })
  negativePrompt!: string;

  @Field(() => [String], {
    description: 'The colors of the positive pins, most frequent first, at most 6, as "#rrggbb".',
  })
  palette!: string[];

  @Field(() => [Label], {
    description:
      'The styles of the positive pins. `confidence` is the share of positive pins that have the style.',
  })
  styles!: Label[];

  @Field(() => [Image], {
    description: 'Positive pins that represent the others: one for each group of similar pins, at most 4.',
  })
  exemplars!: Image[];
}
