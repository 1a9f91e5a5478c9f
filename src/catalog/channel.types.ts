import { Field, ObjectType } from 'type-graphql';

/** A market: its currency and price list, and the stock locations that serve it. */
@ObjectType({ description: 'A market: a currency with its prices, and the locations whose stock serves it.' })
export class Channel {
  key!: number;
  checkoutUrlTemplate!: string | null;
  showsExactStock!: boolean;
  /** How long stock is held unless the caller says so, and between what bounds he may. */
  holdSeconds!: number;
  minHoldSeconds!: number;
  maxHoldSeconds!: number;

  @Field(() => String, { description: 'The name to give to @inContext(channel:).' })
  handle!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'ISO 4217, for example "EUR".' })
  currencyCode!: string;
}
