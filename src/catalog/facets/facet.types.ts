import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../../graph/scalars.js';

export enum FacetKind {
  CATEGORY = 'CATEGORY',
  BRAND = 'BRAND',
  PRICE = 'PRICE',
  OPTION = 'OPTION',
  ATTRIBUTE = 'ATTRIBUTE',
}
registerEnumType(FacetKind, {
  name: 'FacetKind',
  description: 'What a facet counts, and thus the part of ProductFilter that takes its values.',
  valuesConfig: {
    CATEGORY: {
      description: 'Categories, for ProductFilter.categories. A category counts those below it too.',
    },
    BRAND: { description: 'Brands, for ProductFilter.brands.' },
    PRICE: { description: 'Price ranges, for ProductFilter.price.' },
    OPTION: { description: 'The values of an option such as "size", for ProductFilter.options.' },
    ATTRIBUTE: {
      description: 'The values of an attribute such as "material", for ProductFilter.attributes.',
    },
  },
});

@InputType({ description: 'A facet to count.' })
export class FacetInput {
  @Field(() => FacetKind, { description: 'What to count.' })
  kind!: FacetKind;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the option or attribute, for example "size". Required for OPTION and ATTRIBUTE; null for others.',
  })
  name?: string | null;
}

export enum CountPrecision {
  EXACT = 'EXACT',
  AT_LEAST = 'AT_LEAST',
}
registerEnumType(CountPrecision, {
  name: 'CountPrecision',
  description: 'How exact a count is.',
  valuesConfig: {
    EXACT: { description: 'It is the exact number.' },
    AT_LEAST: { description: 'There are at least this many; counting stopped there.' },
  },
});

/** TotalCount in the schema: the linter refuses a field `count` of a type `Count`. */
@ObjectType('TotalCount', { description: 'A number of products, exact up to a bound.' })
export class Count {
  @Field(() => Int, { description: 'The number, or the bound that it exceeds: see `precision`.' })
  count!: number;

  @Field(() => CountPrecision, { description: 'Whether it is the exact number.' })
  precision!: CountPrecision;
}

@ObjectType({ description: 'A value of a facet, and the number of products that have it.' })
export class FacetBucket {
  @Field(() => String, { description: 'The value to filter by. For prices, the range as text.' })
  value!: string;

  @Field(() => String, { description: 'The text to display.' })
  label!: string;

  @Field(() => Int, {
    description:
      'The number of products that the list would have with this value as the only choice of its facet.',
  })
  count!: number;

  @Field(() => Boolean, { description: 'Whether the filter has this value. Such values are never cut off.' })
  selected!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'For a category: the value of the category above it. Null for a top-level category and for other facets.',
  })
  parent!: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'The lower end of a price range in major units, for ProductFilter.price.min. Null for other facets.',
  })
  min!: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'The upper end of a price range in major units, for ProductFilter.price.max. Null for the last, open range and for other facets.',
  })
  max!: string | null;
}

@ObjectType({
  description:
    'A way to narrow a list. Its values are counted as if the filter had no choice among them, so that a shopper who chose M still sees how many products there are in S and L.',
})
export class Facet {
  /** All values that were counted, most frequent first; at most MAX_VALUES. */
  values!: readonly FacetBucket[];

  @Field(() => FacetKind, { description: 'What is counted.' })
  kind!: FacetKind;

  @Field(() => String, {
    description: 'The name: "category", "brand", "price", or the name of the option or attribute.',
  })
  name!: string;

  @Field(() => Int, {
    description:
      'The number of values that products have. If it is higher than the number of buckets, `first` cut the others off.',
  })
  valueCount!: number;

  @Field(() => CountPrecision, {
    description:
      'Whether the counts of its values are exact, or lower bounds because there was more to look at than counting does.',
  })
  precision!: CountPrecision;
}
