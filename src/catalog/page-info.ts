import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Where a page stands in its list (Relay cursor connections). Pages go forward only.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'True when more follows.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True when the page was asked for with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor!: string | null;
}
