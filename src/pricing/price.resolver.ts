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
  async priceRange(@Root() product: Product, @Ctx() context: Context): Promise<PriceRange | null> {
    const { skus } = await context.inChannel();
    return priceRange(product.provenSkus ?? (await skus.pricesByProduct.load(product.key)));
  }
}

@Resolver(() => Sku)
export class SkuPriceResolver {
  @FieldResolver(() => Price, { description: 'The price of one unit in the channel.' })
  price(@Root() sku: Sku): Price {
    return skuPrice(sku);
  }
}
