import { toGlobalId } from 'graphql-relay';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { GeoPointInput, StockLocation } from '../inventory/availability.types.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { MutationError } from '../mutation/user-error.types.js';

/** The words of `hold_json`. */
export enum HoldStatus {
  ACTIVE = 'ACTIVE',
  CONFIRMED = 'CONFIRMED',
  RELEASED = 'RELEASED',
  EXPIRED = 'EXPIRED',
}
registerEnumType(HoldStatus, {
  name: 'HoldStatus',
  description: 'What became of a hold.',
  valuesConfig: {
    ACTIVE: { description: 'Its stock is kept from everybody else.' },
    CONFIRMED: { description: 'Its stock has left.' },
    RELEASED: { description: 'Its stock is free again, as its holder wished.' },
    EXPIRED: { description: 'Its stock is free again: its time has passed.' },
  },
});

@ObjectType({ description: 'Units of one SKU that are held at one location.' })
export class HoldLine {
  skuKey!: number;
  currencyCode!: string;
  /** Minor units of the currency. */
  amount!: number;
  /** Minor units of the currency. */
  compareAt!: number | null;

  @Field(() => Int)
  quantity!: number;

  @Field(() => StockLocation, { description: 'Where they are held.' })
  location!: StockLocation;
}

/** A reservation of stock, as `hold_json` tells of it. */
@ObjectType({
  implements: Node,
  description:
    'A reservation of stock that ends by itself. One that was made with an API key with the scope holds:create is for that key alone. Any other is for callers who know its id: give it to your checkout, and to nobody else.',
})
export class Hold extends Node {
  uuid!: string;
  currencyCode!: string;

  override get id(): string {
    return toGlobalId('Hold', this.uuid);
  }

  @Field(() => [HoldLine], {
    description:
      'In the order of the lines that were asked for; one that no location had all of has several.',
  })
  lines!: HoldLine[];

  @Field(() => HoldStatus)
  status!: HoldStatus;

  @Field(() => DateTimeScalar, { description: 'From this moment on the stock is free for others.' })
  expiresAt!: Date;
}

@InputType({ description: 'So many units of an SKU.' })
export class HoldLineInput {
  @Field(() => ID)
  sku!: string;

  @Field(() => Int, { nullable: true, defaultValue: 1 })
  quantity?: number | null;
}

@InputType({ description: 'What to hold, from where and for how long.' })
export class HoldCreateInput extends IdempotentInput {
  @Field(() => [HoldLineInput], {
    description:
      'From 1 to 100, each SKU once. All are held, or none. Without an API key with the scope holds:create fewer are allowed (20 lines and 20 units unless the operator sets it otherwise).',
  })
  lines!: HoldLineInput[];

  @Field(() => GeoPointInput, {
    nullable: true,
    description:
      'Each line is taken from the nearest location that has all of it; without a place, from the one that has most. Where none has all of it, from as few as can be.',
  })
  near?: GeoPointInput | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Hold stock of this location only, to be picked up there.',
  })
  location?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how long to hold; the channel has a default (10 minutes unless it is set) and bounds. Without an API key with the scope holds:create it is at most 15 minutes, unless the operator sets it otherwise.',
  })
  seconds?: number | null;
}

@InputType({ description: 'The hold whose stock is to leave.' })
export class HoldConfirmInput extends IdempotentInput {
  @Field(() => ID)
  hold!: string;
}

@InputType({ description: 'The hold whose stock is to be free again.' })
export class HoldReleaseInput extends IdempotentInput {
  @Field(() => ID)
  hold!: string;
}

@ObjectType({ description: 'A hold, or why nothing was done.' })
export class HoldPayload {
  @Field(() => Hold, {
    nullable: true,
    description: 'With user errors, the hold as it is, where there is one.',
  })
  hold!: Hold | null;

  @Field(() => [MutationError], { description: 'Why nothing was done; empty when it was.' })
  userErrors!: readonly MutationError[];
}
