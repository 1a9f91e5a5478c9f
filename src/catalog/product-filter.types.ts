import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../graph/scalars.js';

export enum AvailabilityFilter {
  SELLABLE = 'SELLABLE',
  SELLABLE_OR_BACKORDER = 'SELLABLE_OR_BACKORDER',
  ANY = 'ANY',
}
registerEnumType(AvailabilityFilter, {
  name: 'AvailabilityFilter',
  description: 'Which SKUs count, by their stock in this channel.',
  valuesConfig: {
    SELLABLE: { description: 'Can be bought now.' },
    SELLABLE_OR_BACKORDER: { description: 'Can be bought now, or ordered to come later.' },
    ANY: { description: 'Whatever the stock.' },
  },
});

@InputType({ description: 'A range of prices in the currency of the channel; both ends belong to it.' })
export class DecimalRange {
  @Field(() => DecimalScalar, { nullable: true })
  min?: string | null;

  @Field(() => DecimalScalar, { nullable: true })
  max?: string | null;
}

@InputType({ description: 'An attribute with one of these values; upper and lower case are the same.' })
export class AttributeFilter {
  @Field(() => String, { description: 'For example "material".' })
  name!: string;

  @Field(() => [String])
  values!: string[];
}

@InputType({ description: 'An option with one of these values; upper and lower case are the same.' })
export class OptionFilter {
  @Field(() => String, { description: 'For example "size".' })
  name!: string;

  @Field(() => [String])
  values!: string[];
}

@InputType({ description: 'Which SKUs to show. All conditions must hold for one SKU.' })
export class SkuFilter {
  @Field(() => DecimalRange, { nullable: true })
  price?: DecimalRange | null;

  @Field(() => [OptionFilter], {
    nullable: true,
    description: 'AND of the entries, OR of the values of each.',
  })
  options?: OptionFilter[] | null;

  @Field(() => AvailabilityFilter, { nullable: true, defaultValue: AvailabilityFilter.ANY })
  availability?: AvailabilityFilter | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'At least so many sellable; ignored with availability ANY.',
  })
  quantity?: number | null;
}

@InputType({
  description:
    'Which products to find. Price, options, location, availability and quantity must hold for one and the same SKU: "M, at this shop, two of them" is never put together from two SKUs.',
})
export class ProductFilter {
  @Field(() => [String], { nullable: true, description: 'Handles; a category matches what is below it too.' })
  category?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Handles.' })
  brand?: string[] | null;

  @Field(() => [AttributeFilter], {
    nullable: true,
    description: 'AND of the entries, OR of the values of each.',
  })
  attributes?: AttributeFilter[] | null;

  @Field(() => DecimalRange, { nullable: true })
  price?: DecimalRange | null;

  @Field(() => [OptionFilter], {
    nullable: true,
    description: 'AND of the entries, OR of the values of each.',
  })
  options?: OptionFilter[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A location of the channel, for example a shop: availability and quantity then mean what is there, not in all of the channel.',
  })
  location?: string | null;

  @Field(() => AvailabilityFilter, { nullable: true, defaultValue: AvailabilityFilter.SELLABLE })
  availability?: AvailabilityFilter | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'At least so many sellable; ignored with availability ANY.',
  })
  quantity?: number | null;
}
