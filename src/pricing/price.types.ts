import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';

@ObjectType({ description: 'A price in the currency of the channel.' })
export class Price {
  @Field(() => DecimalScalar, {
    description: 'The price in major units with the usual decimals of the currency, for example "129.90".',
  })
  amount!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The regular price while the SKU is on sale, in major units. Null when it is not on sale.',
  })
  compareAtAmount!: string | null;

  @Field(() => String, { description: 'The currency as an ISO 4217 code such as "EUR".' })
  currencyCode!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When this price ends. Null when no end is known.',
  })
  validUntil!: Date | null;
}

@ObjectType({ description: 'The lowest and the highest price of the SKUs of a product.' })
export class PriceRange {
  @Field(() => Price, { description: 'The lowest price.' })
  min!: Price;

  @Field(() => Price, { description: 'The highest price.' })
  max!: Price;
}
