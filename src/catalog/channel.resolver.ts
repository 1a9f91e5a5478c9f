import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Channel } from './channel.types.js';

@Resolver(() => Channel)
export class ChannelResolver {
  @Query(() => Channel, { description: 'The channel that this operation is answered in.' })
  async channel(@Ctx() context: Context): Promise<Channel> {
    return (await context.inChannel()).channel;
  }
}
