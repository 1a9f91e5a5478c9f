import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';

@ObjectType({ implements: Node, description: 'Who a product is sold as being by.' })
export class Brand extends Node {
  @Field(() => String, { description: 'The name to give to ProductFilter.brand.' })
  handle!: string;

  @Field(() => String)
  name!: string;
}
