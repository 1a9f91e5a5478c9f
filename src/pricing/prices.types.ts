import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';
import { Sku } from '../catalog/sku.types.js';
import { MAX_ENTRIES } from '../mutation/entries.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { MutationError } from '../mutation/user-error.types.js';

@InputType({ description: 'What an SKU costs for a span of time.' })
export class PriceSetEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => DecimalScalar, { description: 'In major units of the currency: "129.90".' })
  amount!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The price before the sale; above `amount`.',
  })
  compareAtAmount?: string | null;

  @Field(() => String, { description: 'ISO 4217; must be the currency of the channel.' })
  currencyCode!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The first moment of the span; null: since ever.',
  })
  validFrom?: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The first moment after the span; null: for good.',
  })
  validUntil?: Date | null;
}

@InputType({
  description:
    'Prices to set, all or none. They take the place of what these SKUs cost in these spans; what they cost before and after stays.',
})
export class PricesSetInput extends IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The handle of the channel whose price list is written, and with it the prices of every channel that has the same list; by default the channel of the operation.',
  })
  channel?: string | null;

  @Field(() => [PriceSetEntryInput], {
    description: `1 to ${MAX_ENTRIES}; an SKU may have several for spans that do not overlap.`,
  })
  entries!: PriceSetEntryInput[];
}

@ObjectType({ description: 'What a write of prices came to.' })
export class PricesPayload {
  @Field(() => [Sku], {
    description:
      'The SKUs of the entries as the channel of the operation offers them now; what it does not offer is left out. None when there are user errors.',
    complexity: ({ childComplexity }) => MAX_ENTRIES * childComplexity,
  })
  skus!: Sku[];

  @Field(() => [MutationError], { description: 'Why nothing was done; none when all of it was.' })
  userErrors!: readonly MutationError[];
}
