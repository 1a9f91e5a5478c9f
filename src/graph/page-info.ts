import { Field, ObjectType } from 'type-graphql';
import { RequestError } from '../errors.js';

/** Maximum size of a page. */
export const MAX_FIRST = 100;

/** Descriptions that all connections share. */
export const PAGING = {
  first: `The number of items to return, from 1 to ${MAX_FIRST}.`,
  after: 'Returns the items after this cursor. Null: starts with the first item.',
  cursor: 'The position of this item in the list. Opaque: pass it as `after`, unchanged.',
  node: 'The item itself.',
  edges: 'The items of this page with their cursors, in order.',
  nodes: 'The items of this page without cursors, in the same order as `edges`.',
  pageInfo: 'Whether there are more pages, and the cursor to request the next one.',
} as const;

@ObjectType({
  description: 'The position of a page in its list (Relay Cursor Connections). Pagination is forward only.',
})
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more items follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether this page was requested with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first item of this page. Null when the page is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` to get the next page. Null when the page is empty and nothing follows.',
  })
  endCursor!: string | null;
}

/** @throws RequestError BAD_USER_INPUT unless `first` is a valid page size */
export function checkFirst(first: number): void {
  if (first >= 1 && first <= MAX_FIRST) return;
  throw new RequestError(
    'BAD_USER_INPUT',
    `first is ${first}: it must be from 1 to ${MAX_FIRST}; use \`after: endCursor\` for the next page.`,
  );
}
