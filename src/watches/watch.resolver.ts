import type { GraphQLSchema } from 'graphql';
import {
  Arg,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { z } from 'zod';
import { ownerOf } from '../access/caller.js';
import { offered } from '../catalog/offers.js';
import { Product } from '../catalog/product.types.js';
import { Sku } from '../catalog/sku.types.js';
import { RequestError } from '../errors.js';
import { AssumedSize, Cost, Paged, READ_COST } from '../graph/cost.js';
import { mapEvents } from '../graph/map-events.js';
import { readUuid } from '../graph/node.js';
import { ON_ERROR } from '../graph/on-error.js';
import { PAGING } from '../graph/page-info.js';
import { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { createWatch } from './create-watch.js';
import { removeWatch } from './delete-watch.js';
import { listEvents, listWatches, lookUpWatch, NO_WATCH, toEvent, watchByUuid } from './find-watches.js';
import { MAX_OF_SHOPPER } from './limits.js';
import { passingSkus } from './passing-skus.js';
import { readFollowed } from './watch-event.store.js';
import type { WatchServices } from './watch-services.js';
import {
  Watch,
  WatchConnection,
  WatchCreateInput,
  WatchDeleteInput,
  WatchDeletePayload,
  WatchEvent,
  WatchEventConnection,
  WatchPayload,
  WatchState,
} from './watch.types.js';

const DEFAULT_WATCHES = 20;
const DEFAULT_EVENTS = 20;
/** Points of a call that locks and writes rows. */
const WRITE_COST = 50;
/**
 * Points of creating one: it asks the index twice and proves up to a thousand products, and for months, each change is
 * compared with it.
 */
const CREATE_COST = 2_000;
/** Points of a page of events, which is a statement of its own. */
const EVENTS_COST = 20;
/** Points of proving a product with the filter of its watch. */
const PROOF_COST = 10;
/** Sizes and colors of a garment that pass a filter. */
const PASSING_SKUS = 5;
/** Points of an event. */
const EVENT_COST = 10;
/** Points of each watch that is followed. */
const FOLLOW_COST = 2;

@Resolver(() => Watch)
export class WatchResolver {
  constructor(private readonly services: WatchServices) {}

  @Requires('boards')
  @Cost(READ_COST)
  @Query(() => Watch, {
    nullable: true,
    description: 'The watch with this id. Null if there is none or it is not yours.',
  })
  watch(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the watch.' }) id: string,
  ): Promise<Watch | null> {
    return lookUpWatch(this.services.db, context, id);
  }

  @Requires('boards')
  @Cost(READ_COST)
  @Paged()
  @Query(() => WatchConnection, {
    nullable: true,
    description:
      'The watches of your API key and shopper, newest first. Watches that were created without either are in no list.',
  })
  watches(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_WATCHES, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<WatchConnection> {
    return listWatches(this.services.db, context, {
      first: first ?? DEFAULT_WATCHES,
      after: after ?? null,
    });
  }

  @Requires('boards')
  @Cost(CREATE_COST)
  @Mutation(() => WatchPayload, {
    nullable: true,
    description:
      'Watches for products that look like a query, or for one product, in the channel of the request. Each that begins to meet the filter is told with watchEvents, to webhooks with the event `watch.matched`, and in `Watch.events`. What matches already is not told: a search shows it.',
  })
  watchCreate(
    @Ctx() context: Context,
    @Arg('input', () => WatchCreateInput, { description: 'What to watch.' }) input: WatchCreateInput,
  ): Promise<WatchPayload> {
    return createWatch(this.services, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => WatchDeletePayload, {
    nullable: true,
    description: 'Deletes a watch with its events.',
  })
  watchDelete(
    @Ctx() context: Context,
    @Arg('input', () => WatchDeleteInput, { description: 'The watch to delete.' }) input: WatchDeleteInput,
  ): Promise<WatchDeletePayload> {
    return removeWatch(this.services.db, context, input);
  }

  @FieldResolver(() => WatchState, { description: 'Whether it still tells of products.' })
  state(@Root() { encoder, isExpired, isFull }: Watch): WatchState {
    if (isExpired) return WatchState.EXPIRED;
    if (encoder !== null && encoder !== this.services.encoderId) return WatchState.OUTDATED;
    return isFull ? WatchState.FULL : WatchState.ACTIVE;
  }

  @Requires('catalog:read')
  @FieldResolver(() => Product, {
    nullable: true,
    description:
      'The one product that it watches. Null when it watches for what looks like a query, and when the channel of the request does not offer the product.',
  })
  async product(@Root() { productKey }: Watch, @Ctx() context: Context): Promise<Product | null> {
    if (productKey === null) return null;
    const { products } = await context.inChannel();
    return offered(context, await products.byKey.load(productKey));
  }

  @Cost(EVENTS_COST)
  @Paged()
  @FieldResolver(() => WatchEventConnection, {
    nullable: true,
    description: `What it has told, newest first, for 90 days. ${ON_ERROR}`,
  })
  events(
    @Root() watch: Watch,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_EVENTS, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<WatchEventConnection> {
    return listEvents(this.services.db, watch, { first: first ?? DEFAULT_EVENTS, after: after ?? null });
  }

  @Requires('boards')
  @Cost(EVENT_COST)
  @Subscription(() => WatchEvent, {
    subscribe: () => {
      throw new Error('bindWatchEvents gives it what it follows');
    },
    description:
      'Returns each event of these watches from now on, once and in order; none is left out for a slow client. Read those from before, and from while there was no connection, in `Watch.events`. Served over WebSocket at /graphql (graphql-ws protocol).',
  })
  watchEvents(
    @Root() event: WatchEvent,
    // `subscribe` reads this argument.
    @Cost(FOLLOW_COST)
    @Arg('watches', () => [ID], { description: `The ids of the watches, from 1 to ${MAX_OF_SHOPPER}.` })
    _watches: string[],
  ): WatchEvent {
    return event;
  }
}

const followArguments = z.object({ watches: z.array(z.string()) });

/** Makes the subscription use these services: type-graphql calls `subscribe` without an instance of its resolver. */
export function bindWatchEvents(
  schema: GraphQLSchema,
  { db, watchEvents }: Pick<WatchServices, 'db' | 'watchEvents'>,
): void {
  const field = schema.getSubscriptionType()?.getFields()['watchEvents'];
  if (field === undefined) throw new Error('the schema has the subscription watchEvents');
  field.subscribe = async (_source, args: unknown, context: unknown) => {
    const ids = [...new Set(followArguments.parse(args).watches)];
    if (!(context instanceof Context)) throw new TypeError('a subscription has a context');
    if (ids.length < 1 || ids.length > MAX_OF_SHOPPER) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `watches has ${ids.length} ids: follow from 1 to ${MAX_OF_SHOPPER}.`,
      );
    }
    const uuids = ids.flatMap((id) => readUuid('Watch', id) ?? []);
    const { watches, last } = await readFollowed(db, uuids, ownerOf(context.caller));
    if (watches.length < ids.length) throw new RequestError('NOT_FOUND', NO_WATCH);
    return mapEvents(watchEvents.follow(watches, last, context.senderAddress), toEvent);
  };
}

@Resolver(() => WatchEvent)
export class WatchEventResolver {
  constructor(private readonly services: Pick<WatchServices, 'db'>) {}

  @FieldResolver(() => Watch, {
    nullable: true,
    description: 'The watch that it is of. Null when it was deleted meanwhile.',
  })
  watch(@Root() { watchUuid }: WatchEvent, @Ctx() context: Context): Promise<Watch | null> {
    return watchByUuid(this.services.db, context, watchUuid);
  }

  @Requires('catalog:read')
  @FieldResolver(() => Product, {
    nullable: true,
    description: 'The product as it is now. Null when the channel of the request does not offer it any more.',
  })
  async product(@Root() { productKey }: WatchEvent, @Ctx() context: Context): Promise<Product | null> {
    const { products } = await context.inChannel();
    return offered(context, await products.byKey.load(productKey));
  }

  @Requires('catalog:read')
  @Cost(PROOF_COST)
  @AssumedSize(PASSING_SKUS)
  @FieldResolver(() => [Sku], {
    nullable: true,
    description: `The SKUs of the product that meet the filter of the watch now, not when it matched. Empty: it was sold out since, or has become too dear. Ask for it in the channel of the watch. ${ON_ERROR}`,
  })
  skus(@Root() event: WatchEvent, @Ctx() context: Context): Promise<readonly Sku[]> {
    return passingSkus(this.services.db, context, event);
  }
}
