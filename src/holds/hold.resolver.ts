import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { HoldServices } from './hold-services.js';
import { Sku } from '../catalog/sku.types.js';
import type { Context } from '../graph/request-context.js';
import { EVERYONE, Requires } from '../graph/requires.js';
import { priceOf } from '../pricing/price.js';
import { Price } from '../pricing/price.types.js';
import { createHold } from './create-hold.js';
import { extendHold } from './extend-hold.js';
import { confirmHold, releaseHold } from './finish-hold.js';
import { replaceHold } from './replace-hold.js';
import {
  Hold,
  HoldConfirmInput,
  HoldCreateInput,
  HoldExtendInput,
  HoldLine,
  HoldPayload,
  HoldReleaseInput,
  HoldReplaceInput,
  HoldStatus,
} from './hold.types.js';
import { UrlScalar } from '../graph/scalars.js';
import { findHold } from './reach-hold.js';
import { Cost, READ_COST } from '../graph/cost.js';

/** Points of a call that locks and writes rows. */
const WRITE_COST = 50;

@Resolver(() => Hold)
export class HoldResolver {
  constructor(private readonly services: HoldServices) {}

  @Requires(EVERYONE)
  @Cost(READ_COST)
  @Query(() => Hold, {
    nullable: true,
    description:
      'The hold with this id, so that checkout can continue elsewhere. Null if the channel has none that you may see.',
  })
  hold(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the hold.' }) id: string,
  ): Promise<Hold | null> {
    return findHold(this.services.db, context, id);
  }

  @Requires(EVERYONE)
  @Cost(WRITE_COST)
  @Mutation(() => HoldPayload, {
    nullable: true,
    description:
      'Reserves stock for a limited time: all lines or none. Callers without the scope holds:create have limits; for example, all of them together can hold only a share of each SKU’s stock. Beyond a limit, the user error is HOLD_LIMIT.',
  })
  holdCreate(
    @Ctx() context: Context,
    @Arg('input', () => HoldCreateInput, { description: 'What to reserve.' }) input: HoldCreateInput,
  ): Promise<HoldPayload> {
    return createHold(this.services, context, input);
  }

  @Requires(EVERYONE)
  @Cost(WRITE_COST)
  @Mutation(() => HoldPayload, {
    nullable: true,
    description:
      'Keeps the stock of an active hold for longer, for example while a shopper pays. Beyond the longest time, the user error is HOLD_LIMIT, and the hold is unchanged.',
  })
  holdExtend(
    @Ctx() context: Context,
    @Arg('input', () => HoldExtendInput, { description: 'The hold to extend.' }) input: HoldExtendInput,
  ): Promise<HoldPayload> {
    return extendHold(this.services, context, input);
  }

  @Requires(EVERYONE)
  @Cost(WRITE_COST)
  @Mutation(() => HoldPayload, {
    nullable: true,
    description:
      'Gives an active hold other lines, all of them or none, without letting go of its stock in between. The hold keeps its id and ends when it would have ended; the prices are those of now. If the lines cannot be held, the hold is unchanged.',
  })
  holdReplace(
    @Ctx() context: Context,
    @Arg('input', () => HoldReplaceInput, { description: 'The hold, and its new lines.' })
    input: HoldReplaceInput,
  ): Promise<HoldPayload> {
    return replaceHold(this.services, context, input);
  }

  @Requires('holds:confirm')
  @Cost(WRITE_COST)
  @Mutation(() => HoldPayload, {
    nullable: true,
    description:
      'Completes the sale: deducts the reserved units from stock, and promised units from what the SKU promises. If it no longer promises that many, they are taken from stock that has arrived, at one location or else at several, and their lines show that they are not promised. If that is not enough, the answer is INSUFFICIENT_STOCK. Requires an API key with the scope holds:confirm, which also confirms the holds of guests. Without a shopper token, it confirms holds of all shoppers of the key.',
  })
  holdConfirm(
    @Ctx() context: Context,
    @Arg('input', () => HoldConfirmInput, { description: 'The hold to confirm.' }) input: HoldConfirmInput,
  ): Promise<HoldPayload> {
    return confirmHold(this.services.db, context, input);
  }

  @Requires(EVERYONE)
  @Cost(WRITE_COST)
  @Mutation(() => HoldPayload, {
    nullable: true,
    description: 'Cancels the hold: the reserved units become available again.',
  })
  holdRelease(
    @Ctx() context: Context,
    @Arg('input', () => HoldReleaseInput, { description: 'The hold to release.' }) input: HoldReleaseInput,
  ): Promise<HoldPayload> {
    return releaseHold(this.services.db, context, input);
  }

  @FieldResolver(() => UrlScalar, {
    nullable: true,
    description:
      'Where to buy everything that the hold reserves. Null when the hold is not active, the channel has no URL for holds, or the channel no longer offers an SKU.',
  })
  async checkoutUrl(@Root() hold: Hold, @Ctx() context: Context): Promise<string | null> {
    if (hold.status !== HoldStatus.ACTIVE) return null;
    const { channel, skus } = await context.inChannel();
    if (channel.holdUrlTemplate === null) return null;
    const quantities = new Map<string, number>();
    for (const { skuKey, quantity } of hold.lines) {
      const sku = await skus.byKey.load(skuKey);
      if (sku === null) return null;
      quantities.set(sku.code, (quantities.get(sku.code) ?? 0) + quantity);
    }
    const lines = [...quantities].map(([code, quantity]) => `${encodeURIComponent(code)}:${quantity}`);
    return channel.holdUrlTemplate
      .replaceAll('{hold}', () => encodeURIComponent(hold.id))
      .replaceAll('{lines}', () => lines.join(','));
  }

  @FieldResolver(() => Price, {
    description: 'The total of all lines, at the prices when the hold was created.',
  })
  total(@Root() { lines, currencyCode }: Hold): Price {
    return priceOf(
      lines.reduce((sum, { amount, quantity }) => sum + BigInt(amount) * BigInt(quantity), 0n),
      currencyCode,
    );
  }
}

@Resolver(() => HoldLine)
export class HoldLineResolver {
  @Requires('catalog:read')
  @FieldResolver(() => Sku, {
    nullable: true,
    description: 'The SKU. Null when the channel no longer offers it.',
  })
  async sku(@Root() { skuKey }: HoldLine, @Ctx() context: Context): Promise<Sku | null> {
    return (await context.inChannel()).skus.byKey.load(skuKey);
  }

  @FieldResolver(() => Price, { description: 'The price of one unit when the hold was created.' })
  unitPrice(@Root() { amount, compareAt, currencyCode }: HoldLine): Price {
    return priceOf(amount, currencyCode, compareAt);
  }
}
