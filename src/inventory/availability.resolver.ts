import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { checkFirst, PAGING } from '../graph/page-info.js';
import type { Context } from '../graph/request-context.js';
import { locationStocks } from './availability.js';
import { GeoPointInput, LocationStock, SkuAvailability } from './availability.types.js';

const DEFAULT_FIRST = 10;

@Resolver(() => SkuAvailability)
export class AvailabilityResolver {
  @FieldResolver(() => [LocationStock], {
    description:
      'The locations of the channel that carry the SKU, nearest first with `near`, otherwise by name.',
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
    const { channel, locations } = await context.inChannel();
    return locationStocks(await locations.bySku.load(availability.skuKey), channel, near ?? null).slice(
      0,
      first,
    );
  }
}
