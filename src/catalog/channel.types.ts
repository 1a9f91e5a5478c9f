import { Field, ObjectType } from 'type-graphql';

/** A market: its currency and price list, and the stock locations that serve it. */
@ObjectType({ description: 'A market: a currency, a price list, and the locations whose stock serves it.' })
export class Channel {
  key!: number;
  checkoutUrlTemplate!: string | null;
  holdUrlTemplate!: string | null;
  showsExactStock!: boolean;
  /** How long stock is held by default, and the limits on what a caller may choose. */
  holdSeconds!: number;
  minHoldSeconds!: number;
  maxHoldSeconds!: number;

  @Field(() => String, { description: 'The name to pass to @inContext(channel:).' })
  handle!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;

  @Field(() => String, { description: 'The currency of all prices, as an ISO 4217 code such as "EUR".' })
  currencyCode!: string;
}
