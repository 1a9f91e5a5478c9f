import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Database } from '../platform/postgres.js';
import { instantiate } from '../graph/node.js';
import { Sku } from '../catalog/sku.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import type { Outcome } from '../mutation/mutate.js';
import { StockLocation } from '../catalog/location.types.js';
import { stockAdjust } from './stock-adjust.js';
import { stockSet } from './stock-set.js';
import { InventoryLevel, StockAdjustInput, StockPayload, StockSetInput } from './stock.types.js';
import type { StockAnswer } from './write-stock.js';
import { Cost, SizedBy } from '../graph/cost.js';

/** Points of a call, in addition to those of each entry. */
const WRITE_COST = 100;

@Resolver(() => InventoryLevel)
export class StockResolver {
  constructor(private readonly db: Database) {}

  @Requires('stock:write')
  @Cost(WRITE_COST)
  @SizedBy('input.entries', ['levels'])
  @Mutation(() => StockPayload, {
    nullable: true,
    description:
      'Sets the stock on hand and the safety stock: all entries or none. It does not change `SkuInput.promised`: when goods arrive that were promised, lower that as well. Requires an API key with the scope stock:write.',
  })
  async stockSet(
    @Ctx() context: Context,
    @Arg('input', () => StockSetInput, { description: 'The quantities to set.' }) input: StockSetInput,
  ): Promise<StockPayload> {
    return toPayload(await stockSet(this.db, context, input));
  }

  @Requires('stock:write')
  @Cost(WRITE_COST)
  @SizedBy('input.entries', ['levels'])
  @Mutation(() => StockPayload, {
    nullable: true,
    description:
      'Adds to the stock on hand or removes from it: all entries or none. Requires an API key with the scope stock:write.',
  })
  async stockAdjust(
    @Ctx() context: Context,
    @Arg('input', () => StockAdjustInput, { description: 'The quantities to change.' })
    input: StockAdjustInput,
  ): Promise<StockPayload> {
    return toPayload(await stockAdjust(this.db, context, input));
  }

  @Requires('catalog:read')
  @FieldResolver(() => Sku, {
    nullable: true,
    description: 'The SKU. Null when the channel does not offer it.',
  })
  async sku(@Root() { skuKey }: InventoryLevel, @Ctx() context: Context): Promise<Sku | null> {
    return (await context.inChannel()).skus.byKey.load(skuKey);
  }
}

function toPayload({ answer, userErrors }: Outcome<StockAnswer>): StockPayload {
  const locations = new Map(
    answer?.locations.map((location) => [location.key, instantiate(StockLocation, location)]),
  );
  const levels = (answer?.levels ?? []).flatMap(({ locationKey, sellable, ...level }) => {
    const location = locations.get(locationKey);
    if (location === undefined) return [];
    // For uncounted stock, Postgres returns a quantity that serves any request.
    const shown = level.onHand === null ? null : sellable;
    return [instantiate(InventoryLevel, { ...level, location, sellable: shown })];
  });
  return instantiate(StockPayload, { levels, userErrors });
}
