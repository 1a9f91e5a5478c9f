import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';
import { Sku } from '../catalog/sku.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import { Requires } from '../graph/requires.js';
import { MAX_ENTRIES } from '../mutation/entries.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { Cost } from '../graph/cost.js';

/** Points of writing a price. */
const ENTRY_COST = 5;

@InputType({ description: 'The price of an SKU for a period of time.' })
export class PriceSetEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => DecimalScalar, { description: 'The price in major units, for example "129.90".' })
  amount!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'The regular price during a sale, in major units. It must be above `amount`. Null: not a sale.',
  })
  compareAtAmount?: string | null;

  @Field(() => String, {
    description: 'The currency as an ISO 4217 code. It must be the currency of the channel.',
  })
  currencyCode!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The start of the period (inclusive). Null: no start.',
  })
  validFrom?: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The end of the period (exclusive). Null: no end.',
  })
  validUntil?: Date | null;
}

@InputType({
  description:
    'Prices to set: all of them or none. They replace the prices of these SKUs in these periods. Prices before and after a period stay.',
})
export class PricesSetInput extends IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The handle of the channel whose price list to change. This also changes the prices of other channels with the same price list. Null: the channel of the operation.',
  })
  channel?: string | null;

  @Cost(ENTRY_COST)
  @Field(() => [PriceSetEntryInput], {
    description: `From 1 to ${MAX_ENTRIES} entries. An SKU can have several with periods that do not overlap.`,
  })
  entries!: PriceSetEntryInput[];
}

@ObjectType({ description: 'The result of pricesSet.' })
export class PricesSetPayload {
  @Requires('catalog:read')
  @Field(() => [Sku], {
    nullable: true,
    description: `The SKUs of the entries as the channel of the operation offers them now. SKUs that it does not offer are left out. Empty when there are user errors. ${ON_ERROR}`,
  })
  skus!: Sku[];

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
