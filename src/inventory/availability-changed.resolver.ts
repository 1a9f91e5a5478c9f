import type { GraphQLSchema } from 'graphql';
import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { z } from 'zod';
import { Sku } from '../catalog/sku.types.js';
import { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { RequestError } from '../errors.js';
import type { AvailabilityWatcher } from './watch-availability.js';
import { Cost } from '../graph/cost.js';

/** Enough for a long list on a screen, and the same limit as other calls have. */
const MAX_SKUS = 250;

/** Points of watching an SKU: its state is read when the subscription begins. */
const WATCH_COST = 2;
/** Points of an event. */
const EVENT_COST = 5;

const watchArguments = z.object({ skus: z.array(z.string()) });

@Resolver(() => Sku)
export class AvailabilityChangedResolver {
  @Requires('catalog:read')
  @Cost(EVENT_COST)
  @Subscription(() => Sku, {
    subscribe: () => {
      throw new Error('bindAvailabilityChanged gives it what it watches');
    },
    description:
      'Returns each SKU immediately, and again whenever its availability (`sellable`, `level`, the visible `quantity` and `promised`, `restockAt`) or its price changes. A slow client gets the latest state of each SKU, not every change. An SKU that the channel stops offering is returned one last time, as OUT_OF_STOCK. Served over WebSocket at /graphql (graphql-ws protocol).',
  })
  availabilityChanged(
    @Root() sku: Sku,
    // `subscribe` reads this argument.
    @Cost(WATCH_COST)
    @Arg('skus', () => [ID], { description: `The ids of the SKUs to watch, from 1 to ${MAX_SKUS}.` })
    _skus: string[],
  ): Sku {
    return sku;
  }
}

/** Makes the subscription use this watcher: type-graphql calls `subscribe` without an instance of its resolver. */
export function bindAvailabilityChanged(schema: GraphQLSchema, availability: AvailabilityWatcher): void {
  const field = schema.getSubscriptionType()?.getFields()['availabilityChanged'];
  if (field === undefined) throw new Error('the schema has the subscription availabilityChanged');
  field.subscribe = async (_source, args: unknown, context: unknown) => {
    const { skus } = watchArguments.parse(args);
    if (!(context instanceof Context)) throw new TypeError('a subscription has a context');
    if (skus.length === 0 || skus.length > MAX_SKUS) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `skus has ${skus.length} ids: pass from 1 to ${MAX_SKUS} in one subscription.`,
      );
    }
    const { channel } = await context.inChannel();
    return availability.watch(channel, skus, context.senderAddress);
  };
}
