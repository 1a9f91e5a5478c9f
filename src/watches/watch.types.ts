import { toGlobalId } from 'graphql-relay';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ProductFilter } from '../catalog/product-filter.types.js';
import { Node } from '../graph/node.js';
import { PageInfo, PAGING } from '../graph/page-info.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { Price } from '../pricing/price.types.js';
import { VisualQueryInput } from '../search/visual-search.types.js';
import { DEFAULT_DAYS, LIKE_THE_FIRST, MAX_DAYS, MAX_MATCHED, MAX_TITLE_LENGTH } from './limits.js';

export enum WatchState {
  ACTIVE = 'ACTIVE',
  FULL = 'FULL',
  OUTDATED = 'OUTDATED',
  EXPIRED = 'EXPIRED',
}
registerEnumType(WatchState, {
  name: 'WatchState',
  description: 'Whether a watch still tells of products.',
  valuesConfig: {
    ACTIVE: { description: 'It tells of each product that begins to match.' },
    FULL: {
      description: `It has matched ${MAX_MATCHED} products, and tells only of these. Create one with a higher \`minScore\` or a narrower filter.`,
    },
    OUTDATED: {
      description: 'The gateway has another image model by now and cannot compare it: create it again.',
    },
    EXPIRED: { description: 'Its time is over. Its events can be read for 30 more days.' },
  },
});

@ObjectType({
  implements: Node,
  description:
    'Tells when a product that can be bought begins to match: with watchEvents, to webhooks, and in `events`. Anyone who has the id of a watch that was created without an API key and a shopper token can see and delete it, so keep the id secret.',
})
export class Watch extends Node {
  uuid!: string;
  number!: number;
  channelKey!: number;
  /** See `storedCondition`. */
  condition!: unknown;
  productKey!: number | null;
  /** The encoder that its examples are of; null when it watches one product. */
  encoder!: string | null;
  isExpired!: boolean;
  isFull!: boolean;

  override get id(): string {
    return toGlobalId('Watch', this.uuid);
  }

  @Field(() => String, { description: 'The name that its owner gave it; empty without one.' })
  title!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The handle of the channel that it was created in. Null when the channel was deleted.',
  })
  channel!: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'How much products must look like the query, from -1 to 1, in the weights of the query. Null when it watches one product.',
  })
  minScore!: number | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends.' })
  expiresAt!: Date;
}

@ObjectType({
  implements: Node,
  description:
    'That a product began to match a watch: it can be bought with all that the filter says, and before, it could not. The next event about the same product comes only after it has stopped matching.',
})
export class WatchEvent extends Node {
  uuid!: string;
  number!: number;
  watchUuid!: string;
  productKey!: number;
  amount!: number;
  currency!: string;

  override get id(): string {
    return toGlobalId('WatchEvent', this.uuid);
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'How much the product looked like the query when it matched, from -1 to 1. Null when the watch is of one product.',
  })
  score!: number | null;

  @Field(() => Price, {
    description: 'The lowest price among the SKUs that matched, when they did. `skus` says what holds now.',
  })
  price!: Price;

  @Field(() => DateTimeScalar, { description: 'When it was found to match.' })
  matchedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the last of the webhooks that are told of it took the message. Null while one of them has not, and when no webhook is told.',
  })
  deliveredAt!: Date | null;

  @Field(() => Int, {
    description:
      'How many times its messages were sent to webhooks so far, also in vain. 0 when no webhook is told, and while messages before it wait.',
  })
  attempts!: number;
}

@ObjectType({ description: 'A watch and its position in the list.' })
export class WatchEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Watch, { description: PAGING.node })
  node!: Watch;
}

@ObjectType({ description: 'A page of watches, newest first.' })
export class WatchConnection {
  @Field(() => [WatchEdge], { description: PAGING.edges })
  edges!: WatchEdge[];

  @Field(() => [Watch], { description: PAGING.nodes })
  nodes!: Watch[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'An event of a watch and its position in the list.' })
export class WatchEventEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => WatchEvent, { description: PAGING.node })
  node!: WatchEvent;
}

@ObjectType({ description: 'A page of the events of a watch, newest first.' })
export class WatchEventConnection {
  @Field(() => [WatchEventEdge], { description: PAGING.edges })
  edges!: WatchEventEdge[];

  @Field(() => [WatchEvent], { description: PAGING.nodes })
  nodes!: WatchEvent[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

@InputType({ description: 'What to watch: exactly one of `query` and `product`.' })
export class WatchCreateInput extends IdempotentInput {
  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: `A name for lists, at most ${MAX_TITLE_LENGTH} characters. Null: empty.`,
  })
  title?: string | null;

  @Field(() => VisualQueryInput, {
    nullable: true,
    description:
      'What products must look like. Products that it names are not told of. It cannot have `text`. Null when you pass a product.',
  })
  query?: VisualQueryInput | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the one product to watch: it is told of when it is back in stock, or has become cheap enough. To watch for others that look like it, name it in `query.like`. Null when you pass a query.',
  })
  product?: string | null;

  @Field(() => ProductFilter, {
    nullable: true,
    description:
      'What products must meet, for example a size and a highest price. Null: that they can be bought.',
  })
  where?: ProductFilter | null;

  @Field(() => Float, {
    nullable: true,
    description: `How much products must look like the query, from -1 to 1, as in visualSearch. Null: as much as the ${LIKE_THE_FIRST}th most similar product of the catalog does now, whatever its stock. Only with \`query\`.`,
  })
  minScore?: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `When it ends, at most ${MAX_DAYS} days from now. Null: in ${DEFAULT_DAYS} days.`,
  })
  expiresAt?: Date | null;
}

@InputType({ description: 'A watch to delete.' })
export class WatchDeleteInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the watch.' })
  watch!: string;
}

@ObjectType({ description: 'The result of watchCreate.' })
export class WatchPayload {
  @Field(() => Watch, {
    nullable: true,
    description: 'The watch. Null when there are user errors, or when the watch is gone.',
  })
  watch!: Watch | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: 'The result of watchDelete.' })
export class WatchDeletePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the deleted watch. Null when there are user errors.',
  })
  deletedWatchId!: string | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
