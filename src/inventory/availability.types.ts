import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../graph/scalars.js';
import { StockLocation } from '../catalog/location.types.js';
import { SelectedOption } from '../catalog/sku.types.js';

/** The values of `sku_offers.level`. */
export enum StockLevel {
  IN_STOCK = 'IN_STOCK',
  LOW_STOCK = 'LOW_STOCK',
  BACKORDER = 'BACKORDER',
  PREORDER = 'PREORDER',
  OUT_OF_STOCK = 'OUT_OF_STOCK',
}
registerEnumType(StockLevel, {
  name: 'StockLevel',
  description: 'How much stock there is, from the point of view of a shopper.',
  valuesConfig: {
    IN_STOCK: { description: 'More units than the low-stock threshold of the channel.' },
    LOW_STOCK: { description: 'Some units, but no more than the low-stock threshold of the channel.' },
    BACKORDER: { description: 'Out of stock, but it can be ordered and ships when it is back.' },
    PREORDER: { description: 'Not released yet, but it can be ordered and ships on release.' },
    OUT_OF_STOCK: { description: 'Out of stock, and it cannot be ordered.' },
  },
});

@ObjectType({ description: 'The stock of an SKU at one location.' })
export class LocationStock {
  @Field(() => StockLocation, { description: 'The location.' })
  location!: StockLocation;

  @Field(() => Boolean, { description: 'Whether at least one unit can be sold from here.' })
  sellable!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of units that can be sold from here. Null when the channel hides exact stock, or when the stock is not counted.',
  })
  quantity!: number | null;

  @Field(() => Boolean, { description: 'Whether shoppers can pick up orders here.' })
  pickup!: boolean;

  @Field(() => Float, {
    nullable: true,
    description:
      'The great-circle distance from `near` in kilometers. Null without `near`, and when the coordinates of the location are unknown.',
  })
  distanceKm!: number | null;
}

@ObjectType({
  description:
    'Whether an SKU can be bought in the channel. Its stock is on hand − held − safety stock, over all locations of the channel.',
})
export class SkuAvailability {
  skuKey!: number;

  @Field(() => Boolean, { description: 'Whether the SKU can be bought now.' })
  sellable!: boolean;

  @Field(() => StockLevel, { description: 'How much stock there is.' })
  level!: StockLevel;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of units that can be sold. Null when the channel hides exact stock, or when the stock is not counted.',
  })
  quantity!: number | null;

  @Field(() => Boolean, {
    description:
      'Whether the SKU can be bought now, or ordered for later delivery: backordered or preordered, with `HoldLineInput.backorder`.',
  })
  orderable!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of units that can be ordered beyond the stock, for later delivery. 0 when the SKU can be neither backordered nor preordered. Null when the channel hides exact stock, or when there is no limit.',
  })
  promised!: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When more stock is expected. Null when it is unknown.',
  })
  restockAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'When this availability was read from the database.' })
  asOf!: Date;
}

@ObjectType({ description: 'The availability of a product over all its SKUs in the channel.' })
export class ProductAvailability {
  @Field(() => Boolean, { description: 'Whether at least one SKU can be bought now.' })
  sellable!: boolean;

  @Field(() => StockLevel, { description: 'The best stock level of any SKU.' })
  level!: StockLevel;

  @Field(() => [SelectedOption], {
    description:
      'The options of all SKUs that can be bought now, each once, in the order of `Product.options`.',
  })
  sellableOptions!: SelectedOption[];
}
