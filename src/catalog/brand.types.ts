import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { PageInfo, PAGING } from '../graph/page-info.js';

@ObjectType({ implements: Node, description: 'The brand under which a product is sold.' })
export class Brand extends Node {
  @Field(() => String, { description: 'The URL-friendly name. Use it in ProductFilter.brands.' })
  handle!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;
}

@ObjectType({ description: 'A brand and its position in the list.' })
export class BrandEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Brand, { description: PAGING.node })
  node!: Brand;
}

@ObjectType({ description: 'A page of brands.' })
export class BrandConnection {
  @Field(() => [BrandEdge], { description: PAGING.edges })
  edges!: BrandEdge[];

  @Field(() => [Brand], { description: PAGING.nodes })
  nodes!: Brand[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}
