import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Product } from '../catalog/product.types.js';
import { Sku } from '../catalog/sku.types.js';
import type { Context } from '../graph/request-context.js';
import { priceRange, skuPrice } from './price.js';
import { Price, PriceRange } from './price.types.js';

@Resolver(() => Product)
export class PriceRangeResolver {
  @FieldResolver(() => PriceRange, {
    nullable: true,
    description:
      'The lowest and the highest price of the SKUs that the channel offers. Null when the channel offers none, which only happens in the result of productsUpsert.',
  })
  priceRange(
    @Root() { key, provenSkus, provenPrices }: Product,
    @Ctx() context: Context,
  ): PriceRange | null | Promise<PriceRange | null> {
    const prices = provenSkus ?? provenPrices;
    // Most are known, and a promise for each product of a page takes longer than its prices.
    if (prices !== null) return priceRange(prices);
    return context.inChannel().then(async ({ skus }) => priceRange(await skus.pricesByProduct.load(key)));
  }
}

@Resolver(() => Sku)
export class SkuPriceResolver {
  @FieldResolver(() => Price, { description: 'The price of one unit in the channel.' })
  price(@Root() sku: Sku): Price {
    return skuPrice(sku);
  }
}
