import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';

@ObjectType({ implements: Node, description: 'The brand under which a product is sold.' })
export class Brand extends Node {
  @Field(() => String, { description: 'The URL-friendly name. Use it in ProductFilter.brands.' })
  handle!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;
}
