import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Channel } from '../catalog/channel.types.js';
import type { GuestLimits } from '../config.js';
import type { Context } from '../graph/request-context.js';
import type { Guests } from './guests.js';
import { longestHold, usualHold } from './hold-seconds.js';

/** How long the caller can hold stock of a channel, to be said before it is held. */
@Resolver(() => Channel)
export class HoldTimesResolver {
  constructor(private readonly guests: Pick<Guests, 'limitsOf'>) {}

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'How long your holds last, in seconds, when you name no time. `holdExtend` lets them last that long from then on. Null if you cannot hold.',
  })
  holdSeconds(@Root() channel: Channel, @Ctx() { caller }: Context): number | null {
    return this.#told(caller, (limits) => usualHold(channel, limits));
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'How long your holds can last in all, in seconds, however often they are extended. Null if you cannot hold.',
  })
  maxHoldSeconds(@Root() channel: Channel, @Ctx() { caller }: Context): number | null {
    return this.#told(caller, (limits) => longestHold(channel, limits));
  }

  #told(caller: Context['caller'], seconds: (limits: GuestLimits | null) => number): number | null {
    const limits = this.guests.limitsOf(caller);
    return limits?.holds === 0 ? null : seconds(limits);
  }
}
