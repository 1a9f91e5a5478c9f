import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { MAX_ENTRIES } from '../mutation/entries.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { StockLocation } from '../catalog/location.types.js';
import { Cost } from '../graph/cost.js';

/** Points of writing the stock of an SKU at a location. */
const ENTRY_COST = 5;

@InputType({ description: 'The stock of an SKU at a location. A quantity that is null stays unchanged.' })
export class StockSetEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => String, { description: 'The handle of the location.' })
  location!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of units on hand, including held ones: 0 or more. Null: unchanged.',
  })
  onHand?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of units on hand that you last saw (compare-and-set). If it has changed since then, the mutation changes nothing and returns STALE_QUANTITY. Use 0 for an SKU that is new at the location. Null: no check.',
  })
  ifOnHand?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of units to keep back from selling: 0 or more. Null: unchanged.',
  })
  safetyStock?: number | null;
}

@InputType({ description: 'A change to the stock of an SKU at a location.' })
export class StockAdjustEntryInput {
  @Field(() => String, { description: "The merchant's code of the SKU." })
  sku!: string;

  @Field(() => String, { description: 'The handle of the location.' })
  location!: string;

  @Field(() => Int, {
    description:
      'The number of units to add (positive) or remove (negative). The stock must be counted, and it cannot fall below 0.',
  })
  delta!: number;
}

@InputType()
abstract class StockInput extends IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Why the stock changes, at most 1000 characters. Stored in the stock ledger with the name of the API key. Null: the name of the mutation.',
  })
  reason?: string | null;
}

@InputType({ description: 'Quantities to set: all of them or none.' })
export class StockSetInput extends StockInput {
  @Cost(ENTRY_COST)
  @Field(() => [StockSetEntryInput], {
    description: `From 1 to ${MAX_ENTRIES} entries, each for a different SKU or location.`,
  })
  entries!: StockSetEntryInput[];
}

@InputType({ description: 'Quantities to change: all of them or none.' })
export class StockAdjustInput extends StockInput {
  @Cost(ENTRY_COST)
  @Field(() => [StockAdjustEntryInput], {
    description: `From 1 to ${MAX_ENTRIES} entries, each for a different SKU or location.`,
  })
  entries!: StockAdjustEntryInput[];
}

@ObjectType({ description: 'The stock of an SKU at a location, as the merchant sees it.' })
export class InventoryLevel {
  skuKey!: number;

  @Field(() => String, { description: "The merchant's code of the SKU." })
  code!: string;

  @Field(() => StockLocation, { description: 'The location.' })
  location!: StockLocation;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of units on hand, including held ones. Null: in stock, but not counted.',
  })
  onHand!: number | null;

  @Field(() => Int, { description: 'The number of units in active holds.' })
  held!: number;

  @Field(() => Int, { description: 'The number of units kept back from selling.' })
  safetyStock!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of units that can be sold: on hand − held − safety stock, at least 0. Null when the stock is not counted.',
  })
  sellable!: number | null;
}

@ObjectType({ description: 'The result of stockSet or stockAdjust.' })
export class StockPayload {
  @Field(() => [InventoryLevel], {
    description: 'The stock after the change, in the order of the entries. Empty when there are user errors.',
  })
  levels!: InventoryLevel[];

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
