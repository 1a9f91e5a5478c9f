import { toGlobalId } from 'graphql-relay';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { GeoPointInput, StockLocation } from '../catalog/location.types.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { Cost } from '../graph/cost.js';

/** The statuses in `hold_json`. */
export enum HoldStatus {
  ACTIVE = 'ACTIVE',
  CONFIRMED = 'CONFIRMED',
  RELEASED = 'RELEASED',
  EXPIRED = 'EXPIRED',
}
registerEnumType(HoldStatus, {
  name: 'HoldStatus',
  description: 'The state of a hold.',
  valuesConfig: {
    ACTIVE: { description: 'The stock is reserved.' },
    CONFIRMED: { description: 'The sale is complete: the stock has been deducted.' },
    RELEASED: { description: 'The hold was canceled: the stock is available again.' },
    EXPIRED: { description: 'The hold timed out: the stock is available again.' },
  },
});

@ObjectType({
  description:
    'Units of one SKU that are reserved: of its stock at one location, or promised for later delivery.',
})
export class HoldLine {
  skuKey!: number;
  currencyCode!: string;
  /** In minor units of the currency. */
  amount!: number;
  /** In minor units of the currency. */
  compareAt!: number | null;

  @Field(() => Int, { description: 'The number of reserved units.' })
  quantity!: number;

  @Field(() => StockLocation, {
    description: 'Where the units are reserved. For promised units: where they are to be sent from.',
  })
  location!: StockLocation;

  @Field(() => Boolean, {
    description: 'Whether the units are promised for later delivery (backorder or preorder), not in stock.',
  })
  promised!: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When promised units are expected, as it was known when the hold was created. Null for units in stock, and when it was unknown.',
  })
  expectedAt!: Date | null;
}

/** A reservation of stock, as `hold_json` returns it. */
@ObjectType({
  implements: Node,
  description:
    'A reservation of stock that expires on its own. A hold belongs to the API key and the shopper that created it. A hold without either is open to callers who know its id: give the id to your checkout, and to nobody else.',
})
export class Hold extends Node {
  uuid!: string;
  currencyCode!: string;

  override get id(): string {
    return toGlobalId('Hold', this.uuid);
  }

  @Field(() => [HoldLine], {
    description:
      'The reserved units, in the order of the requested lines. A requested line that no single location could fill has several, and so has one that is promised in part. The lines that holdConfirm adds for units that have arrived at several locations come last.',
  })
  lines!: HoldLine[];

  @Field(() => HoldStatus, { description: 'The state of the hold.' })
  status!: HoldStatus;

  @Field(() => DateTimeScalar, {
    description: 'When an active hold expires and its stock becomes available to others.',
  })
  expiresAt!: Date;
}

/** Points of reserving one line. */
const LINE_COST = 10;

@InputType({ description: 'Units of an SKU to reserve.' })
export class HoldLineInput {
  @Field(() => ID, { description: 'The id of the SKU.' })
  sku!: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'The number of units, from 1 to 1,000,000.',
  })
  quantity?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether units that are not in stock may be promised for later delivery, if the SKU can be backordered or preordered. What is in stock, at `location` if that is given, is reserved first, within the limits of callers without an API key. Null: false.',
  })
  backorder?: boolean | null;
}

@InputType({ description: 'What to reserve, where, and for how long.' })
export class HoldCreateInput extends IdempotentInput {
  @Cost(LINE_COST)
  @Field(() => [HoldLineInput], {
    description:
      'From 1 to 100 lines, each with a different SKU. Either all of them are reserved or none. Callers without the scope holds:create may send at most 20 lines and 20 units in all, unless the operator configures other limits.',
  })
  lines!: HoldLineInput[];

  @Field(() => GeoPointInput, {
    nullable: true,
    description:
      'Where the shopper is. Each line is taken from the nearest location that has all of it. Null: from the location that has the most. If no location has all of it, the line is split over as few locations as possible.',
  })
  near?: GeoPointInput | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the only location to reserve stock at, for example for pickup. Null: any location of the channel.',
  })
  location?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How long to hold the stock, in seconds, within the limits of the channel. Null: the default of the channel, 600 unless configured otherwise. Without the scope holds:create at most 900, unless the operator configures another limit.',
  })
  seconds?: number | null;
}

@InputType({ description: 'A hold to confirm.' })
export class HoldConfirmInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the hold.' })
  hold!: string;
}

@InputType({ description: 'Other lines for an active hold.' })
export class HoldReplaceInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the hold.' })
  hold!: string;

  @Cost(LINE_COST)
  @Field(() => [HoldLineInput], {
    description:
      'All that the hold is to reserve: from 1 to 100 lines, each with a different SKU. The limits of callers without the scope holds:create are those of holdCreate.',
  })
  lines!: HoldLineInput[];

  @Field(() => GeoPointInput, { nullable: true, description: 'As in HoldCreateInput. Null: as there.' })
  near?: GeoPointInput | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the only location to reserve stock at. Null: any location of the channel.',
  })
  location?: string | null;
}

@InputType({ description: 'A hold to extend, and how long it should last from now on.' })
export class HoldExtendInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the hold.' })
  hold!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'How long to hold the stock from now on, in seconds. A hold that ends later already is unchanged. From its creation to its end, a hold lasts at most as long as the caller could have created it for. Null: the default of the channel, or the longest possible time if that is shorter.',
  })
  seconds?: number | null;
}

@InputType({ description: 'A hold to release.' })
export class HoldReleaseInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the hold.' })
  hold!: string;
}

@ObjectType({ description: 'The result of a change to a hold.' })
export class HoldPayload {
  @Field(() => Hold, {
    nullable: true,
    description:
      'The hold as it is now, even when there are user errors. Null when there is no such hold, or when none was created.',
  })
  hold!: Hold | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
