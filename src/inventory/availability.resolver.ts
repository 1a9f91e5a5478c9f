import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { checkFirst, PAGING } from '../graph/page-info.js';
import { checkPlace } from '../catalog/distance.js';
import { offersOf } from '../catalog/offers.js';
import { Product } from '../catalog/product.types.js';
import { Sku } from '../catalog/sku.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import type { Context } from '../graph/request-context.js';
import { locationStocks, productAvailability, skuAvailability } from './availability.js';
import { GeoPointInput } from '../catalog/location.types.js';
import { LocationStock, ProductAvailability, SkuAvailability } from './availability.types.js';
import { Cost, SizedBy } from '../graph/cost.js';

const DEFAULT_FIRST = 10;
const LOCATIONS_COST = 5;

@Resolver(() => SkuAvailability)
export class AvailabilityResolver {
  // All locations of the SKU are compared, of which a chain has hundreds.
  @Cost(LOCATIONS_COST)
  @SizedBy('first')
  @FieldResolver(() => [LocationStock], {
    nullable: true,
    description: `The locations of the channel that carry the SKU, nearest first with \`near\`, otherwise by name. ${ON_ERROR}`,
  })
  async locations(
    @Root() availability: SkuAvailability,
    @Ctx() context: Context,
    @Arg('near', () => GeoPointInput, {
      nullable: true,
      description: 'Where the shopper is. Null: locations by name, without distances.',
    })
    near: GeoPointInput | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    given: number | null,
  ): Promise<LocationStock[]> {
    const first = given ?? DEFAULT_FIRST;
    checkFirst(first);
    if (near) checkPlace(near);
    const place = near ?? null;
    const { channel, locations } = await context.inChannel();
    return locationStocks(
      await locations.bySku.load({ skuKey: availability.skuKey, near: place, first }),
      channel,
      place,
    );
  }
}

@Resolver(() => Product)
export class ProductAvailabilityResolver {
  @FieldResolver(() => ProductAvailability, {
    nullable: true,
    description: `The availability over all SKUs that the channel offers. ${ON_ERROR}`,
  })
  async availability(@Root() product: Product, @Ctx() context: Context): Promise<ProductAvailability> {
    return productAvailability(await offersOf(context, product));
  }
}

@Resolver(() => Sku)
export class SkuAvailabilityResolver {
  @FieldResolver(() => SkuAvailability, {
    description: 'Whether the SKU can be bought in the channel, and how many units.',
  })
  availability(@Root() sku: Sku): SkuAvailability {
    return skuAvailability(sku);
  }
}
