import { Field, ObjectType } from 'type-graphql';
import { AssumedSize, Cost } from '../graph/cost.js';
import { LanguageCodeScalar } from '../graph/language.js';
import { Node } from '../graph/node.js';
import type { Counter } from './facets/counter.js';
import { PageInfo, PAGING } from '../graph/page-info.js';
import { DateTimeScalar, UrlScalar } from '../graph/scalars.js';
import type { ProductCondition } from './product-filter.js';
import type { OfferedPrice } from './sku.store.js';
import { Sku } from './sku.types.js';

/** Assumes 1,100 characters: see FREE_FIELD_CHARS and ANSWER_CHARS_A_POINT in server/limits.ts. */
const DESCRIPTION_COST = 5;

/** Sizes and colors of a garment. */
const OPTION_VALUES = 8;

/** What a shopper sees; what a shopper buys is one of its SKUs. */
@ObjectType({
  implements: Node,
  description: 'A product as a shopper sees it. What a shopper buys is one of its SKUs.',
})
export class Product extends Node {
  brandKey!: number | null;
  categoryKey!: number;
  /** Its SKUs in the snapshot that the answer was proven in; null unless a search, or a list that shows them, found it. */
  provenSkus: readonly Sku[] | null = null;
  /** Their prices in that snapshot, or as a list read them, where an answer shows nothing else of them. */
  provenPrices: readonly OfferedPrice[] | null = null;

  @Field(() => String, { description: "The merchant's key of the product, unique in the catalog." })
  handle!: string;

  @Field(() => LanguageCodeScalar, {
    description:
      'The language of the title: that of @inContext(language:) or a close one, else that of the channel, else that of its own text.',
  })
  language!: string;

  @Field(() => String, { description: 'The display name, in `language`.' })
  title!: string;

  @Cost(DESCRIPTION_COST)
  @Field(() => String, {
    nullable: true,
    description:
      'The description as plain text. If there is none in `language`, it is in the next language that has one. Null when there is none.',
  })
  description!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      "The page of the product on the merchant's site, in `language` if it has one. Null when there is none.",
  })
  url!: string | null;

  @Field(() => DateTimeScalar, { description: 'When the product last changed.' })
  updatedAt!: Date;

  /** The same product, with the SKUs that it was proven with. */
  provenWith(skus: readonly Sku[]): Product {
    return Object.assign(new Product(), this, { provenSkus: skus });
  }

  /** The same product, with the prices that it was proven with. */
  pricedWith(prices: readonly OfferedPrice[]): Product {
    return Object.assign(new Product(), this, { provenPrices: prices });
  }
}

@ObjectType({
  description: 'A property of a product, such as its color, material, pattern, style, era, or season.',
})
export class Attribute {
  @Field(() => String, { description: 'The name in lower case, for example "material".' })
  name!: string;

  @Field(() => String, { description: 'The value, for example "wool".' })
  value!: string;
}

@ObjectType({ description: 'A value of an option, and whether it can be bought.' })
export class ProductOptionValue {
  @Field(() => String, { description: 'The value, for example "M".' })
  value!: string;

  @Field(() => Boolean, { description: 'Whether an SKU with this value can be bought in the channel now.' })
  sellable!: boolean;

  @Field(() => Sku, {
    description:
      'The first SKU with this value that can be bought, or the first of all when none can: what to show when a shopper chooses the value.',
  })
  sku!: Sku;
}

@ObjectType({
  description: 'What a shopper chooses among: an option of the SKUs of a product, with its values.',
})
export class ProductOption {
  @Field(() => String, { description: 'The name in lower case, for example "size".' })
  name!: string;

  @AssumedSize(OPTION_VALUES)
  @Field(() => [ProductOptionValue], {
    description: "The values in the merchant's order, and sizes from small to large.",
  })
  values!: ProductOptionValue[];
}

@ObjectType({ description: 'A product and its position in the list.' })
export class ProductEdge {
  /** The filter of the list. */
  condition!: ProductCondition;

  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Product, { description: PAGING.node })
  node!: Product;
}

@ObjectType({ description: 'A page of products.' })
export class ProductConnection {
  /** Counts the whole list on demand. */
  counter!: Counter;

  @Field(() => [ProductEdge], { description: PAGING.edges })
  edges!: ProductEdge[];

  @Field(() => [Product], { description: PAGING.nodes })
  nodes!: Product[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}
