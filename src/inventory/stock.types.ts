import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { MAX_ENTRIES } from '../mutation/entries.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { MutationError } from '../mutation/user-error.types.js';
import { StockLocation } from './availability.types.js';

@InputType({ description: 'What is on hand of an SKU at a location. Left out or null: as it is.' })
export class StockSetEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => String, { description: 'The handle of the location.' })
  location!: string;

  @Field(() => Int, { nullable: true, description: 'Units that are there, held ones among them; 0 or more.' })
  onHand?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The quantity on hand that was last seen (compare-and-set): where it is another one by now, the call does nothing and STALE_QUANTITY says which. 0 where the location never had the SKU.',
  })
  ifOnHand?: number | null;

  @Field(() => Int, { nullable: true, description: 'Units to keep back from selling; 0 or more.' })
  safetyStock?: number | null;
}

@InputType({ description: 'A change of what is on hand of an SKU at a location.' })
export class StockAdjustEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => String, { description: 'The handle of the location.' })
  location!: string;

  @Field(() => Int, {
    description:
      'Units that came (above 0) or went (below 0). What is on hand must be counted and cannot go below 0.',
  })
  delta!: number;
}

@InputType()
abstract class StockInput extends IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Why: kept in the stock ledger, beside the name of the API key; by default the name of the mutation. Up to 1000 characters.',
  })
  reason?: string | null;
}

@InputType({ description: 'Quantities to set, all or none.' })
export class StockSetInput extends StockInput {
  @Field(() => [StockSetEntryInput], {
    description: `1 to ${MAX_ENTRIES}, each for another SKU or location.`,
  })
  entries!: StockSetEntryInput[];
}

@InputType({ description: 'Quantities to change, all or none.' })
export class StockAdjustInput extends StockInput {
  @Field(() => [StockAdjustEntryInput], {
    description: `1 to ${MAX_ENTRIES}, each for another SKU or location.`,
  })
  entries!: StockAdjustEntryInput[];
}

@ObjectType({
  description: 'The stock of an SKU at a location, as the merchant keeps it, right after a write.',
})
export class InventoryLevel {
  skuKey!: number;

  @Field(() => String, { description: "The merchant's code of the SKU." })
  code!: string;

  @Field(() => StockLocation)
  location!: StockLocation;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that are there; null: in stock, and nobody counts it.',
  })
  onHand!: number | null;

  @Field(() => Int, { description: 'Units of these in active holds.' })
  held!: number;

  @Field(() => Int, { description: 'Units kept back from selling.' })
  safetyStock!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'On hand − held − safety stock, not below 0; null where nobody counts.',
  })
  sellable!: number | null;
}

@ObjectType({ description: 'What a write of stock came to.' })
export class StockPayload {
  @Field(() => [InventoryLevel], {
    description: 'The levels of the entries, in their order; none when there are user errors.',
    complexity: ({ childComplexity }) => MAX_ENTRIES * childComplexity,
  })
  levels!: InventoryLevel[];

  @Field(() => [MutationError], { description: 'Why nothing was done; none when all of it was.' })
  userErrors!: readonly MutationError[];
}
