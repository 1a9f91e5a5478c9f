import { Ctx, Query, Resolver } from 'type-graphql';
import { AssumedSize, Cost, READ_COST } from '../graph/cost.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { Channel } from './channel.types.js';
import type { CatalogLoaders } from './loaders.js';

/** A shop sells in about this many markets. */
const CHANNELS = 10;

@Resolver(() => Channel)
export class ChannelResolver {
  constructor(private readonly catalog: Pick<CatalogLoaders, 'channels'>) {}

  @Requires('catalog:read')
  @Query(() => Channel, { nullable: true, description: 'The channel of this operation.' })
  async channel(@Ctx() context: Context): Promise<Channel> {
    return (await context.inChannel()).channel;
  }

  @Requires('catalog:read')
  @Cost(READ_COST)
  @AssumedSize(CHANNELS)
  @Query(() => [Channel], {
    nullable: true,
    description:
      'The channels that you may use, for a choice of market: first that of operations without @inContext, then by name.',
  })
  channels(@Ctx() { caller }: Context): Promise<Channel[]> {
    return this.catalog.channels.list(caller.channels);
  }
}
