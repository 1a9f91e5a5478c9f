import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { MAX_ENTRIES } from '../../mutation/entries.js';
import { MutationError } from '../../mutation/user-error.types.js';
import { Product } from '../product.types.js';
import { DateTimeScalar, UrlScalar } from '../../graph/scalars.js';

/** The words of `skus.when_out`. */
export enum WhenOut {
  DENY = 'deny',
  BACKORDER = 'backorder',
  PREORDER = 'preorder',
}
registerEnumType(WhenOut, {
  name: 'WhenOut',
  description: 'What may be done once nothing of an SKU can be sold.',
  valuesConfig: {
    DENY: { description: 'Nothing.' },
    BACKORDER: { description: 'Order it, to come later.' },
    PREORDER: { description: 'Order it, before it appears.' },
  },
});

@InputType({ description: 'An attribute of a product, for example material "wool".' })
export class AttributeInput {
  @Field(() => String, { description: 'Letters, digits and "_", for example "sleeve_length".' })
  name!: string;

  @Field(() => String)
  value!: string;
}

@InputType({ description: 'An option of an SKU, for example size "M".' })
export class SelectedOptionInput {
  @Field(() => String, { description: 'Letters, digits and "_", for example "size".' })
  name!: string;

  @Field(() => String)
  value!: string;
}

@InputType({ description: 'An image of a product: exactly one of url and upload.' })
export class ProductImageInput {
  @Field(() => UrlScalar, {
    nullable: true,
    description: 'Where it is fetched from: https, at a public address.',
  })
  url?: string | null;

  @Field(() => ID, { nullable: true, description: 'The id that POST /images answered, within a week.' })
  upload?: string | null;

  @Field(() => String, { nullable: true })
  altText?: string | null;
}

@InputType({
  description:
    'An SKU of a product. A field that is left out stays as it is; null removes a GTIN or a date. Prices and stock have mutations of their own.',
})
export class SkuInput {
  @Field(() => String, { description: "The merchant's SKU, unique in the catalog." })
  code!: string;

  @Field(() => String, { nullable: true, description: 'GTIN-8, -12, -13 or -14.' })
  gtin?: string | null;

  @Field(() => [SelectedOptionInput], { nullable: true, description: 'All of them.' })
  options?: SelectedOptionInput[] | null;

  @Field(() => WhenOut, { nullable: true, description: 'DENY for a new SKU.' })
  whenOut?: WhenOut | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When there will be some again.' })
  restockAt?: Date | null;
}

@InputType({
  description:
    'A product to add or to change. A field that is left out stays as it is; null removes a description, brand or URL. A list that is given is all there is: what it does not name goes.',
})
export class ProductInput {
  @Field(() => String, {
    description: 'The merchant\'s own key: lower-case letters, digits, ".", "_" and "-".',
  })
  handle!: string;

  @Field(() => String, { nullable: true, description: 'A new product needs one.' })
  title?: string | null;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the brand, which is added if it is new.' })
  brand?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The path of its category in names, as in product feeds: "Tops > Shirts". Categories that are new are added.',
  })
  category?: string | null;

  @Field(() => UrlScalar, { nullable: true, description: "The merchant's own product page." })
  url?: string | null;

  @Field(() => [AttributeInput], { nullable: true })
  attributes?: AttributeInput[] | null;

  @Field(() => [ProductImageInput], {
    nullable: true,
    description:
      'In their order, at most 250. One that the product has is kept; the others are fetched and encoded soon after, see `imageJobs`.',
  })
  images?: ProductImageInput[] | null;

  @Field(() => [SkuInput], {
    nullable: true,
    description: 'In their order. One that is in an active hold cannot be left out.',
  })
  skus?: SkuInput[] | null;
}

const IDEMPOTENCY_KEY =
  'Of your own, at most 255 characters: the same call comes back with the same answer for a day.';

@InputType({ description: 'Products to add or to change.' })
export class ProductsUpsertInput {
  @Field(() => [ProductInput], {
    description: 'From 1 to 250, with at most 5000 images and 5000 SKUs in all.',
  })
  products!: ProductInput[];

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'What a write of products came to.' })
export class ProductsPayload {
  @Field(() => [Product], {
    complexity: ({ childComplexity }) => MAX_ENTRIES * childComplexity,
    description:
      'The products in the order of the input, as they are now. One that has no price in the channel has no `priceRange` to ask for.',
  })
  products!: Product[];

  @Field(() => Int, { description: 'Images of these products that were still to be fetched and encoded.' })
  pendingImages!: number;

  @Field(() => [MutationError], { description: 'Why nothing was done; none when all of it was.' })
  userErrors!: readonly MutationError[];
}

@InputType({ description: 'Products to delete: exactly one of handles and ids, from 1 to 250 of them.' })
export class ProductsDeleteInput {
  @Field(() => [String], { nullable: true })
  handles?: string[] | null;

  @Field(() => [ID], { nullable: true })
  ids?: string[] | null;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'What a deletion of products came to.' })
export class ProductsDeletePayload {
  @Field(() => [ID], { description: 'In the order of the input.' })
  deletedIds!: string[];

  @Field(() => [MutationError], { description: 'Why nothing was done; none when all of it was.' })
  userErrors!: readonly MutationError[];
}
