import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';

export enum AvailabilityFilter {
  SELLABLE = 'SELLABLE',
  SELLABLE_OR_BACKORDER = 'SELLABLE_OR_BACKORDER',
  ANY = 'ANY',
}
registerEnumType(AvailabilityFilter, {
  name: 'AvailabilityFilter',
  description: 'Which SKUs pass a filter, by their availability in the channel.',
  valuesConfig: {
    SELLABLE: { description: 'SKUs that can be bought now.' },
    SELLABLE_OR_BACKORDER: {
      description:
        'SKUs that can be bought now, or ordered for later delivery; `quantity` may be met by both together.',
    },
    ANY: { description: 'All SKUs, whatever their stock.' },
  },
});

@InputType({
  description:
    'A price range in the currency of the channel. Both ends are inclusive. An end that is finer than the currency is rounded outward, so that no price within the range is left out.',
})
export class DecimalRangeInput {
  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The lowest price in major units, for example "50". Null: no lower limit.',
  })
  min?: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The highest price in major units, for example "129.90". Null: no upper limit.',
  })
  max?: string | null;
}

@InputType({
  description: 'Matches products that have an attribute with one of these values. Case-insensitive.',
})
export class AttributeFilter {
  @Field(() => String, { description: 'The name of the attribute, for example "material".' })
  name!: string;

  @Field(() => [String], { description: 'The accepted values, at most 50. Empty: no condition.' })
  values!: string[];
}

@InputType({
  description:
    'Matches SKUs that have an option with one of these values. Case-insensitive. A value with slashes, such as "red/white" or "36/38", also has each of its parts. "N/A" and "3/4 sleeve" are one value.',
})
export class OptionFilter {
  @Field(() => String, { description: 'The name of the option, for example "size".' })
  name!: string;

  @Field(() => [String], { description: 'The accepted values, at most 50. Empty: no condition.' })
  values!: string[];
}

@InputType({
  description:
    'Selects SKUs. One SKU must meet all conditions. A condition that is null or an empty list does not apply.',
})
export class SkuFilter {
  @Field(() => DecimalRangeInput, { nullable: true, description: 'The price of the SKU.' })
  price?: DecimalRangeInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: the SKU is on sale, that is, its price has a `compareAtAmount`. False: it is not. Null: either.',
  })
  onSale?: boolean | null;

  @Field(() => [OptionFilter], {
    nullable: true,
    description:
      'Options that the SKU must have, at most 10 entries with 100 values in all: for each entry, one of its values. Empty: no condition.',
  })
  options?: OptionFilter[] | null;

  @Field(() => AvailabilityFilter, {
    nullable: true,
    defaultValue: AvailabilityFilter.ANY,
    description: 'The availability of the SKU. Null: ANY.',
  })
  availability?: AvailabilityFilter | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description:
      'The number of units that must be available, from 1 to 1,000,000. Ignored when `availability` is ANY.',
  })
  quantity?: number | null;
}

@InputType({
  description:
    'Selects products. A condition that is null or an empty list does not apply. A single SKU must meet all conditions on price, sale, GTIN, options, location, availability, and quantity: a product never passes because one SKU has the size and another has the stock.',
})
export class ProductFilter {
  @Field(() => [String], {
    nullable: true,
    description:
      'Handles of categories, at most 50. The product must be in one of these categories or their subcategories. Empty: no condition.',
  })
  categories?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Handles of brands, at most 50. The product must be of one of these brands. Empty: no condition.',
  })
  brands?: string[] | null;

  @Field(() => [AttributeFilter], {
    nullable: true,
    description:
      'Attributes that the product must have, at most 10 entries with 100 values in all: for each entry, one of its values. Empty: no condition.',
  })
  attributes?: AttributeFilter[] | null;

  @Field(() => DecimalRangeInput, { nullable: true, description: 'The price of the SKU.' })
  price?: DecimalRangeInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: the SKU is on sale, that is, its price has a `compareAtAmount`. False: it is not. Null: either.',
  })
  onSale?: boolean | null;

  @Field(() => [OptionFilter], {
    nullable: true,
    description:
      'Options that the SKU must have, at most 10 entries with 100 values in all: for each entry, one of its values. Empty: no condition.',
  })
  options?: OptionFilter[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'GTINs (barcode numbers) of the SKU, at most 50, each with 8 to 14 digits. Leading zeros do not count, so a UPC-A code finds the same SKU as an EAN. Empty: no condition.',
  })
  gtins?: string[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The product was added to the catalog after this moment.',
  })
  createdAfter?: Date | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'The ids of products to leave out, at most 100, for example of the basket. Ids that no product has are ignored.',
  })
  excludeProducts?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of a location of the channel, such as a store. `availability` and `quantity` then apply to its stock. Null: the stock of the whole channel.',
  })
  location?: string | null;

  @Field(() => AvailabilityFilter, {
    nullable: true,
    defaultValue: AvailabilityFilter.SELLABLE,
    description: 'The availability of the SKU. Null: SELLABLE.',
  })
  availability?: AvailabilityFilter | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description:
      'The number of units that must be available, from 1 to 1,000,000. Ignored when `availability` is ANY.',
  })
  quantity?: number | null;
}

/** Describes the `where` argument of product lists. */
export const WHERE = 'Which products to return. Null: all products that can be bought now.';
