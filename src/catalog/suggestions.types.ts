import { ObjectType } from 'type-graphql';

/** A text while it is typed. */
export interface TypedText {
  /** Everything before the last word. */
  readonly head: string;
  /** The words of `head`, in lowercase. */
  readonly words: readonly string[];
  /** The last word, which may be incomplete; null when the text ends with something else. */
  readonly begun: string | null;
}

@ObjectType({
  description: 'What a shopper may be about to type. Each list holds only what the channel can sell now.',
})
export class Suggestions {
  readonly typed!: TypedText;
  readonly first!: number;
}
