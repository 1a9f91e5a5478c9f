import { Field, Float, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { SelectedOption } from '../catalog/sku.types.js';

/** How much there is; the words of `sku_offers.level`. */
export enum StockLevel {
  IN_STOCK = 'IN_STOCK',
  LOW_STOCK = 'LOW_STOCK',
  BACKORDER = 'BACKORDER',
  PREORDER = 'PREORDER',
  OUT_OF_STOCK = 'OUT_OF_STOCK',
}
registerEnumType(StockLevel, {
  name: 'StockLevel',
  description: 'How much there is to sell.',
  valuesConfig: {
    IN_STOCK: { description: 'More than the low-stock threshold of the channel.' },
    LOW_STOCK: { description: 'Some, but no more than the low-stock threshold of the channel.' },
    BACKORDER: { description: 'None now; may be ordered, and comes later.' },
    PREORDER: { description: 'Not out yet; may be ordered, and comes when it appears.' },
    OUT_OF_STOCK: { description: 'None, and it cannot be ordered.' },
  },
});

@InputType({ description: 'A place on earth, in degrees (WGS 84).' })
export class GeoPointInput {
  @Field(() => Float, { description: 'From -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'From -180 to 180.' })
  longitude!: number;
}

@ObjectType({ implements: Node, description: 'A warehouse or a shop that holds stock.' })
export class StockLocation extends Node {
  @Field(() => String)
  handle!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'ISO 3166-1 alpha-2; "ZZ" where it is not known.' })
  countryCode!: string;
}

@ObjectType({ description: 'What one location can sell of an SKU.' })
export class LocationStock {
  @Field(() => StockLocation)
  location!: StockLocation;

  @Field(() => Boolean)
  sellable!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Null where the channel hides exact stock, or nobody counts it.',
  })
  quantity!: number | null;

  @Field(() => Boolean, { description: 'Whether it can be picked up there.' })
  pickup!: boolean;

  @Field(() => Float, { nullable: true, description: 'Great-circle distance from `near`; null without one.' })
  distanceKm!: number | null;
}

@ObjectType({
  description:
    'Whether an SKU can be bought in this channel: on hand − held − safety stock over its locations.',
})
export class SkuAvailability {
  skuKey!: number;

  @Field(() => Boolean, { description: 'Can be bought now, in this channel.' })
  sellable!: boolean;

  @Field(() => StockLevel)
  level!: StockLevel;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that can be sold; null where the channel hides exact stock, or nobody counts it.',
  })
  quantity!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When more is expected.' })
  restockAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'When Postgres was read.' })
  asOf!: Date;
}

@ObjectType({ description: 'The availability of a product, over its SKUs in this channel.' })
export class ProductAvailability {
  @Field(() => Boolean, { description: 'At least one SKU can be bought now.' })
  sellable!: boolean;

  @Field(() => StockLevel, { description: 'The best level among the SKUs.' })
  level!: StockLevel;

  @Field(() => [SelectedOption], { description: 'The option values that at least one sellable SKU has.' })
  sellableOptions!: SelectedOption[];
}
