import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { Channel } from './channel.types.js';

@Resolver(() => Channel)
export class ChannelResolver {
  @Requires('catalog:read')
  @Query(() => Channel, { nullable: true, description: 'The channel of this operation.' })
  async channel(@Ctx() context: Context): Promise<Channel> {
    return (await context.inChannel()).channel;
  }
}
