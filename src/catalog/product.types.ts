import { Field, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { PageInfo } from '../graph/page-info.js';
import { DateTimeScalar, UrlScalar } from '../graph/scalars.js';
import type { Sku } from './sku.types.js';

/** The thing a shopper sees; what is bought is one of its SKUs. */
@ObjectType({
  implements: Node,
  description: 'The thing a shopper sees. What a shopper buys is one of its SKUs.',
})
export class Product extends Node {
  brandKey!: number | null;
  categoryKey!: number;
  /** Its SKUs in the snapshot that the answer around it was proven in; null when it was not found by a search. */
  provenSkus: readonly Sku[] | null = null;

  @Field(() => String, { description: "The merchant's own key, unique in the catalog." })
  handle!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String, { nullable: true })
  description!: string | null;

  @Field(() => UrlScalar, { nullable: true, description: "The merchant's own product page." })
  url!: string | null;

  createdAt!: Date;

  @Field(() => DateTimeScalar)
  updatedAt!: Date;

  /** The same product, with the SKUs that it was proven with. */
  provenWith(skus: readonly Sku[]): Product {
    return Object.assign(new Product(), this, { provenSkus: skus });
  }
}

@ObjectType({
  description: 'Something that is true of a product: color, material, pattern, style, era, season …',
})
export class Attribute {
  @Field(() => String, { description: 'Lower case, for example "material".' })
  name!: string;

  @Field(() => String)
  value!: string;
}

@ObjectType({ description: 'A product in a page.' })
export class ProductEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Product)
  node!: Product;
}

@ObjectType({ description: 'A page of products.' })
export class ProductConnection {
  @Field(() => [ProductEdge])
  edges!: ProductEdge[];

  @Field(() => [Product])
  nodes!: Product[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
