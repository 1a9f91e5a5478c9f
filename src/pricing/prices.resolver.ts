import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Database } from '../platform/postgres.js';
import { instantiate } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { pricesSet } from './prices-set.js';
import { PricesSetPayload, PricesSetInput } from './prices.types.js';
import { Cost, SizedBy } from '../graph/cost.js';

/** Points of a call, in addition to those of each entry. */
const WRITE_COST = 100;

@Resolver()
export class PricesResolver {
  constructor(private readonly db: Database) {}

  @Requires('prices:write')
  @Cost(WRITE_COST)
  @SizedBy('input.entries', ['skus'])
  @Mutation(() => PricesSetPayload, {
    nullable: true,
    description:
      'Sets the prices of SKUs in a channel: all entries or none. Requires an API key with the scope prices:write.',
  })
  async pricesSet(
    @Ctx() context: Context,
    @Arg('input', () => PricesSetInput, { description: 'The prices to set.' }) input: PricesSetInput,
  ): Promise<PricesSetPayload> {
    const { answer, userErrors } = await pricesSet(this.db, context, input);
    const { skus } = await context.inChannel();
    const found = await Promise.all((answer?.skuKeys ?? []).map((key) => skus.byKey.load(key)));
    return instantiate(PricesSetPayload, { skus: found.filter((sku) => sku !== null), userErrors });
  }
}
