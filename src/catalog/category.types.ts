import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';

@ObjectType({ implements: Node, description: 'A place in the tree of garment types.' })
export class Category extends Node {
  parentKey!: number | null;

  @Field(() => String, {
    description:
      'The path from the root, for example "tops/t-shirts". A filter by a category matches those below it too.',
  })
  handle!: string;

  @Field(() => String)
  name!: string;
}
