import type { Context } from '../graph/request-context.js';
import type { Product } from './product.types.js';
import type { Sku } from './sku.types.js';

/** The channel's offers of a product: as proven with the product, or as they are now. */
export async function offersOf(context: Context, product: Product): Promise<readonly Sku[]> {
  return product.provenSkus ?? (await context.inChannel()).skus.byProduct.load(product.key);
}

/** Hides a product that has no SKU with a price in the channel. */
export async function offered(context: Context, product: Product | null): Promise<Product | null> {
  if (product === null) return null;
  const { skus } = await context.inChannel();
  return (await skus.byProduct.load(product.key)).length > 0 ? product : null;
}
