import { Field, ObjectType } from 'type-graphql';
import { UrlScalar } from '../graph/scalars.js';

@ObjectType({
  description:
    'A statement from a source: subject, predicate, and value, for example "Denim", "made of", "Cotton".',
})
export class Fact {
  @Field(() => String, { description: 'The name of what the statement is about.' })
  subject!: string;

  @Field(() => String, { description: 'The relation, for example "made of" or "history".' })
  predicate!: string;

  @Field(() => String, { description: 'A text, or the name of the related thing.' })
  value!: string;

  @Field(() => String, { description: 'The name of the source.' })
  source!: string;

  @Field(() => UrlScalar, {
    nullable: true,
    description: 'Where to read the source. Null when it is not online.',
  })
  sourceUrl!: string | null;
}
