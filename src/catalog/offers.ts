import type { Context } from '../graph/request-context.js';
import type { Product } from './product.types.js';
import type { Sku } from './sku.types.js';

/** What the channel offers of a product: as it was proven with it, or as it is now. */
export async function offersOf(context: Context, product: Product): Promise<readonly Sku[]> {
  return product.provenSkus ?? (await context.inChannel()).skus.byProduct.load(product.key);
}

/** A product without an SKU that is priced in the channel is not there. */
export async function offered(context: Context, product: Product | null): Promise<Product | null> {
  if (product === null) return null;
  const { skus } = await context.inChannel();
  return (await skus.byProduct.load(product.key)).length > 0 ? product : null;
}
