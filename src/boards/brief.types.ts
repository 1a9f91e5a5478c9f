import { Field, Float, ObjectType } from 'type-graphql';
import { AssumedSize } from '../graph/cost.js';
import { Image } from '../images/image.types.js';
import { Label, LabelKind } from '../identify/label.types.js';

/** About three words of each of a few kinds. */
const WORDS = 12;

@ObjectType({ description: 'A word for what the positive pins of a board have in common.' })
export class SharedWord {
  @Field(() => LabelKind, { description: 'What the word describes.' })
  kind!: LabelKind;

  @Field(() => String, {
    description: 'The name of a category, or the value of an attribute, in lower case.',
  })
  word!: string;

  @Field(() => Float, { description: 'The share of positive pins that have it, from 0 to 1.' })
  share!: number;
}

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

  @AssumedSize(WORDS)
  @Field(() => [SharedWord], {
    description:
      'What the positive pins have in common, to be told to people: categories, styles, eras, colors, materials, and patterns, at most 3 of each, the most frequent first.',
  })
  words!: SharedWord[];

  @Field(() => [Image], {
    description: 'Positive pins that represent the others: one for each group of similar pins, at most 4.',
  })
  exemplars!: Image[];
}
