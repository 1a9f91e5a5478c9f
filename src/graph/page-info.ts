import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../errors.js';

@ObjectType({
  description: 'Where a page stands in its list (Relay cursor connections). Pages go forward only.',
})
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

/** The most that one page holds. */
const MAX_FIRST = 100;

/** @throws UserError BAD_USER_INPUT unless `first` is a page's size */
export function checkFirst(first: number): void {
  if (first >= 1 && first <= MAX_FIRST) return;
  throw new UserError(
    'BAD_USER_INPUT',
    `first is ${first}: a page holds from 1 to ${MAX_FIRST}; go on with \`after: endCursor\`.`,
  );
}
