import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';

@ObjectType({ description: 'What one unit costs in a channel now.' })
export class Price {
  @Field(() => DecimalScalar, {
    description: 'In major units of the currency, with its usual digits: "129.90".',
  })
  amount!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The price before the sale, when there is one.',
  })
  compareAtAmount!: string | null;

  @Field(() => String, { description: 'ISO 4217, for example "EUR".' })
  currencyCode!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When this price ends; null while no end is known.',
  })
  validUntil!: Date | null;
}

@ObjectType({ description: 'The lowest and the highest price of the SKUs of a product.' })
export class PriceRange {
  @Field(() => Price)
  min!: Price;

  @Field(() => Price)
  max!: Price;
}
