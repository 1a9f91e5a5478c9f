import { Field, ObjectType } from 'type-graphql';
import { UrlScalar } from '../graph/scalars.js';

@ObjectType({
  description: 'Something that a source says: subject, predicate, value, as in "Denim", "made of", "Cotton".',
})
export class Fact {
  @Field(() => String, { description: 'What it is about, as people call it.' })
  subject!: string;

  @Field(() => String, { description: 'What is said of it, for example "made of" or "history".' })
  predicate!: string;

  @Field(() => String, { description: 'Words, or what the other thing is called.' })
  value!: string;

  @Field(() => String, { description: 'Who says so.' })
  source!: string;

  @Field(() => UrlScalar, { nullable: true, description: 'Where it can be read.' })
  sourceUrl!: string | null;
}
