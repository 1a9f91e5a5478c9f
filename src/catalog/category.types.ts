import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';

@ObjectType({ implements: Node, description: 'A node in the category tree.' })
export class Category extends Node {
  parentKey!: number | null;

  @Field(() => String, {
    description:
      'The path from the root, for example "tops/t-shirts". A filter by a category also matches its subcategories.',
  })
  handle!: string;

  @Field(() => String, { description: 'The display name, for example "T-Shirts".' })
  name!: string;
}
