import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ON_ERROR } from '../../graph/on-error.js';
import { Requires } from '../../graph/requires.js';
import { IdempotentInput } from '../../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../../mutation/user-error.types.js';
import { LanguageCodeScalar } from '../../graph/language.js';
import { Product } from '../product.types.js';
import { DateTimeScalar, UrlScalar } from '../../graph/scalars.js';
import { Cost, TextCost } from '../../graph/cost.js';

/** Points of writing or deleting a product, and of each SKU, image, and translation that is written with it. */
const PRODUCT_COST = 10;
const SKU_COST = 3;
const IMAGE_COST = 3;
const TRANSLATION_COST = 3;
/**
 * Characters of a searchable text that cost a point: splitting it into words takes 0.5 µs for each. An option value is
 * one too: the index finds images by it, in each channel and category.
 */
export const SEARCHABLE_CHARS_A_POINT = 50;

/** The values of `skus.when_out`. */
export enum WhenOut {
  DENY = 'deny',
  BACKORDER = 'backorder',
  PREORDER = 'preorder',
}
registerEnumType(WhenOut, {
  name: 'WhenOut',
  description: 'What shoppers can do when an SKU is out of stock.',
  valuesConfig: {
    DENY: { description: 'Nothing: the SKU cannot be ordered.' },
    BACKORDER: { description: 'Order it now and get it when it is back in stock.' },
    PREORDER: { description: 'Order it before its release.' },
  },
});

@InputType({ description: 'An attribute of a product, for example material "wool".' })
export class AttributeInput {
  @Field(() => String, { description: 'The name: letters, digits, and "_", for example "sleeve_length".' })
  name!: string;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, { description: 'The value, from 1 to 400 characters.' })
  value!: string;
}

@InputType({ description: 'An option of an SKU, for example size "M".' })
export class SelectedOptionInput {
  @Field(() => String, { description: 'The name: letters, digits, and "_", for example "size".' })
  name!: string;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, { description: 'The value, for example "M", from 1 to 400 characters.' })
  value!: string;
}

@InputType({ description: 'An image of a product: exactly one of `url` and `upload`.' })
export class ProductImageInput {
  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'Where to download the image: an https URL with a public address. Null when you pass `upload`.',
  })
  url?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id that POST /images returned, within a week of the upload. Null when you pass `url`.',
  })
  upload?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Alternative text for people who cannot see the image. Null: none.',
  })
  altText?: string | null;

  @Field(() => [SelectedOptionInput], {
    nullable: true,
    description:
      'The options that the image shows, for example the color: it is not a picture of SKUs with another value. With several values of one name, it shows all of them. Empty: it shows the whole product. Null: unchanged, and the whole product for a new image.',
  })
  shows?: SelectedOptionInput[] | null;
}

@InputType({
  description:
    'An SKU of a product. Fields that you omit stay unchanged; null removes `gtin`, `restockAt`, and `promised`. To set prices and stock, use pricesSet and stockSet.',
})
export class SkuInput {
  @Field(() => String, { description: "The merchant's code, unique in the catalog." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The GTIN (barcode number) with 8, 12, 13, or 14 digits. Null removes it.',
  })
  gtin?: string | null;

  @Field(() => [SelectedOptionInput], {
    nullable: true,
    description: 'The complete list of options. Null: unchanged.',
  })
  options?: SelectedOptionInput[] | null;

  @Field(() => WhenOut, {
    nullable: true,
    description:
      'What shoppers can do when the SKU is out of stock. Null: unchanged, and DENY for a new SKU.',
  })
  whenOut?: WhenOut | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When more stock is expected. Null removes it.',
  })
  restockAt?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many units can be ordered beyond the stock, if `whenOut` allows it, from 0 to 1,000,000. Confirmed holds of promised units deduct from it. When goods arrive, lower it by what you add to the stock, or set `whenOut` to DENY: otherwise they can be sold twice. Null removes the limit.',
  })
  promised?: number | null;
}

@InputType({
  description: 'Texts of a product in another language than its own: a title, a description, or both.',
})
export class TranslationInput {
  @Field(() => LanguageCodeScalar, { description: 'The language, for example "it".' })
  language!: string;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, {
    nullable: true,
    description: 'The display name. Null: none, and that of another language is shown.',
  })
  title?: string | null;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, {
    nullable: true,
    description: 'The description as plain text. Null: none, and that of another language is shown.',
  })
  description?: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description: "The page of the product on the merchant's site in this language. Null: none of its own.",
  })
  url?: string | null;
}

@InputType({
  description:
    'A product to create or update. Fields that you omit stay unchanged; null removes `description`, `brand`, and `url`. A list that you pass replaces the whole list.',
})
export class ProductInput {
  @Field(() => String, {
    description: 'The merchant\'s key of the product: lowercase letters, digits, ".", "_", and "-".',
  })
  handle!: string;

  @Field(() => LanguageCodeScalar, {
    nullable: true,
    description:
      'The language of `title`, `description`, and all other words here. A translation into it is removed. Null: unchanged, and the language of the channel for a new product.',
  })
  language?: string | null;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, {
    nullable: true,
    description: 'The display name. Null: unchanged; a new product needs one.',
  })
  title?: string | null;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, { nullable: true, description: 'The description as plain text. Null removes it.' })
  description?: string | null;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, {
    nullable: true,
    description: 'The name of the brand, which is created if it is new. Null removes it.',
  })
  brand?: string | null;

  @TextCost(SEARCHABLE_CHARS_A_POINT)
  @Field(() => String, {
    nullable: true,
    description:
      'The path of the category in names, as in product feeds: "Tops > Shirts". At most 8 levels. New categories are created, at most 500 in a call, for 20 points each. Null: unchanged, and "uncategorized" for a new product.',
  })
  category?: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description: "The page of the product on the merchant's site. Null removes it.",
  })
  url?: string | null;

  @Cost(TRANSLATION_COST)
  @Field(() => [TranslationInput], {
    nullable: true,
    description: 'The complete list of translations, at most 20, one for each language. Null: unchanged.',
  })
  translations?: TranslationInput[] | null;

  @Field(() => [AttributeInput], {
    nullable: true,
    description:
      'The complete list of attributes: at most 250, with at most 20000 characters in names and values. Each part of a value with slashes counts too. Null: unchanged.',
  })
  attributes?: AttributeInput[] | null;

  @Cost(IMAGE_COST)
  @Field(() => [ProductImageInput], {
    nullable: true,
    description:
      'The complete list of images in order, at most 250, which show at most 100 different choices of options. New images are downloaded and processed in the background: see `imageJobs`. Null: unchanged.',
  })
  images?: ProductImageInput[] | null;

  @Cost(SKU_COST)
  @Field(() => [SkuInput], {
    nullable: true,
    description:
      'The complete list of SKUs in order, at most 2000. All together, they have at most 250 different option values, with at most 10000 characters in names and values. Each part of a value with slashes counts too. You cannot omit an SKU that has an active hold. Null: unchanged.',
  })
  skus?: SkuInput[] | null;
}

@InputType({ description: 'Products to create or update.' })
export class ProductsUpsertInput extends IdempotentInput {
  @Cost(PRODUCT_COST)
  @Field(() => [ProductInput], {
    description: 'From 1 to 250 products with at most 5000 images and 5000 SKUs in total.',
  })
  products!: ProductInput[];
}

@ObjectType({ description: 'The result of productsUpsert.' })
export class ProductsUpsertPayload {
  @Requires('catalog:read')
  @Field(() => [Product], {
    nullable: true,
    description: `The products as they are now, in the order of the input. Empty when there are user errors. ${ON_ERROR}`,
  })
  products!: Product[];

  @Field(() => Int, {
    description: 'The number of images of these products that are not yet downloaded and processed.',
  })
  pendingImages!: number;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}

@InputType({ description: 'Products to delete: exactly one of `handles` and `ids`, with 1 to 250 entries.' })
export class ProductsDeleteInput extends IdempotentInput {
  @Cost(PRODUCT_COST)
  @Field(() => [String], {
    nullable: true,
    description: "The merchant's keys of the products. Null when you pass `ids`.",
  })
  handles?: string[] | null;

  @Cost(PRODUCT_COST)
  @Field(() => [ID], {
    nullable: true,
    description: 'The ids of the products. Null when you pass `handles`.',
  })
  ids?: string[] | null;
}

@ObjectType({ description: 'The result of productsDelete.' })
export class ProductsDeletePayload {
  @Field(() => [ID], {
    description:
      'The ids of the deleted products, in the order of the input. Empty when there are user errors.',
  })
  deletedIds!: string[];

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
