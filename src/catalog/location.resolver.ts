import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Cost, Paged, READ_COST } from '../graph/cost.js';
import { PAGING } from '../graph/page-info.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { listLocations } from './list-locations.js';
import { GeoPoint, GeoPointInput, StockLocation, StockLocationConnection } from './location.types.js';

const DEFAULT_FIRST = 10;

@Resolver(() => StockLocation)
export class LocationResolver {
  @Requires('catalog:read')
  @Cost(READ_COST)
  @Paged()
  @Query(() => StockLocationConnection, {
    nullable: true,
    description:
      'The locations whose stock serves the channel, such as its stores: nearest first with `near`, otherwise by name.',
  })
  async locations(
    @Ctx() context: Context,
    @Arg('near', () => GeoPointInput, {
      nullable: true,
      description: 'Where the shopper is. Null: locations by name, without distances.',
    })
    near: GeoPointInput | null | undefined,
    @Arg('pickup', () => Boolean, {
      nullable: true,
      description: 'True: only locations where shoppers can pick up orders. False: only others. Null: all.',
    })
    pickup: boolean | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<StockLocationConnection> {
    return listLocations(await context.inChannel(), {
      near: near ?? null,
      pickup: pickup ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
    });
  }

  @FieldResolver(() => GeoPoint, {
    nullable: true,
    description:
      'Where the location is. Null when that is unknown, and for locations that do not serve the channel.',
  })
  async coordinates(@Root() { key }: StockLocation, @Ctx() context: Context): Promise<GeoPoint | null> {
    return (await context.inChannel()).locations.coordinates.load(key);
  }
}
