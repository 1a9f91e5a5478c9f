import { Field, ObjectType } from 'type-graphql';
import type { Channel } from './channel.types.js';
import { Node } from '../graph/node.js';

@ObjectType({ description: 'An option of an SKU, for example size "M".' })
export class SelectedOption {
  @Field(() => String, { description: 'The name in lower case, for example "size".' })
  name!: string;

  @Field(() => String, { description: 'The value, for example "M".' })
  value!: string;
}

/** What a shopper buys, as one channel offers it: a row of `sku_offers`, read at `asOf`. */
@ObjectType({
  implements: Node,
  description: 'A stock keeping unit: one size and color of a product, which is what a shopper buys.',
})
export class Sku extends Node {
  channel!: Channel;
  productKey!: number;
  imageKey!: number | null;
  optionValues!: Record<string, string>;
  currencyCode!: string;
  /** In minor units of the currency. */
  amount!: number;
  /** In minor units of the currency. */
  compareAt!: number | null;
  priceValidUntil!: Date | null;
  /** Units that the channel can sell now. */
  sellable!: number;
  /** False when some location has uncounted stock. */
  counted!: boolean;
  level!: string;
  restockAt!: Date | null;
  /** Units that can be ordered beyond the stock, for later delivery. */
  promised!: number;
  asOf!: Date;

  @Field(() => String, { description: "The merchant's code, unique in the catalog." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The GTIN (barcode number) with 8, 12, 13, or 14 digits. Null when it is unknown.',
  })
  gtin!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The page of this SKU on the merchant's site. Null when only the product has a page.",
  })
  url!: string | null;

  @Field(() => [SelectedOption], { description: 'The options, for example size "M" and color "green".' })
  get options(): SelectedOption[] {
    return Object.entries(this.optionValues).map(([name, value]) => ({ name, value }));
  }
}
