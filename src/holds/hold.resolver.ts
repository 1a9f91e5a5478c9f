import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Sku } from '../catalog/sku.types.js';
import type { Context } from '../graph/request-context.js';
import { priceOf } from '../pricing/price.js';
import { Price } from '../pricing/price.types.js';
import { createHold } from './create-hold.js';
import { confirmHold, findHold, releaseHold } from './finish-hold.js';
import {
  Hold,
  HoldConfirmInput,
  HoldCreateInput,
  HoldLine,
  HoldPayload,
  HoldReleaseInput,
} from './hold.types.js';

/** A call that locks and writes rows weighs as much as so many fields that are read. */
const WRITE_COST = 50;

@Resolver(() => Hold)
export class HoldResolver {
  @Query(() => Hold, {
    nullable: true,
    description:
      'A hold by its id, for a checkout that goes on elsewhere; null where there is none in this channel.',
  })
  hold(@Ctx() context: Context, @Arg('id', () => ID) id: string): Promise<Hold | null> {
    return findHold(context, id);
  }

  @Mutation(() => HoldPayload, {
    complexity: WRITE_COST,

    description:
      'Keeps stock from everybody else for a while: all lines or none. Without an API key with the scope holds:create there are limits, among them a share of each SKU for all such callers together: HOLD_LIMIT.',
  })
  holdCreate(
    @Ctx() context: Context,
    @Arg('input', () => HoldCreateInput) input: HoldCreateInput,
  ): Promise<HoldPayload> {
    return createHold(context, input);
  }

  @Mutation(() => HoldPayload, {
    complexity: WRITE_COST,

    description:
      'The sale is done: what was held leaves the stock. Takes an API key with the scope holds:confirm, which also confirms holds that were made without a key.',
  })
  holdConfirm(
    @Ctx() context: Context,
    @Arg('input', () => HoldConfirmInput) input: HoldConfirmInput,
  ): Promise<HoldPayload> {
    return confirmHold(context, input);
  }

  @Mutation(() => HoldPayload, {
    complexity: WRITE_COST,
    description: 'The sale is off: what was held is for sale again.',
  })
  holdRelease(
    @Ctx() context: Context,
    @Arg('input', () => HoldReleaseInput) input: HoldReleaseInput,
  ): Promise<HoldPayload> {
    return releaseHold(context, input);
  }

  @FieldResolver(() => Price, { description: 'What all of it costs, at the prices when it was held.' })
  total(@Root() { lines, currencyCode }: Hold): Price {
    return priceOf(
      lines.reduce((sum, { amount, quantity }) => sum + BigInt(amount) * BigInt(quantity), 0n),
      currencyCode,
    );
  }
}

@Resolver(() => HoldLine)
export class HoldLineResolver {
  @FieldResolver(() => Sku, { nullable: true, description: 'Null once the channel no longer offers it.' })
  async sku(@Root() { skuKey }: HoldLine, @Ctx() context: Context): Promise<Sku | null> {
    return (await context.inChannel()).skus.byKey.load(skuKey);
  }

  @FieldResolver(() => Price, { description: 'Of one unit, as it was when it was held.' })
  unitPrice(@Root() { amount, compareAt, currencyCode }: HoldLine): Price {
    return priceOf(amount, currencyCode, compareAt);
  }
}
