import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Image } from '../images/image.types.js';
import { isShown } from '../images/shown-options.js';
import { offersOf } from './offers.js';
import { passes } from './product-filter.js';
import { ProductEdge } from './product.types.js';
import type { Sku } from './sku.types.js';

@Resolver(() => ProductEdge)
export class ProductEdgeResolver {
  @FieldResolver(() => Image, {
    nullable: true,
    description:
      'The image to show in this list: the first that shows an SKU that passes the filter, and can be bought if any can. In a list of red products, a red one. Null when no image shows one. Product.featuredImage is the first image whatever the filter.',
  })
  async image(@Root() edge: ProductEdge, @Ctx() context: Context): Promise<Image | null> {
    const [images, skus] = await Promise.all([
      context.loaders.images.byProduct.load(edge.node.key),
      passingSkus(context, edge),
    ]);
    return images.find(({ shows }) => skus.some((sku) => isShown(shows, sku.optionValues))) ?? null;
  }
}

/** The SKUs of an edge that pass the filter of its list; those that can be bought, if any can. */
async function passingSkus(context: Context, { node, condition }: ProductEdge): Promise<readonly Sku[]> {
  const { skus } = await context.inChannel();
  const stock = condition.locationKey === null ? null : skus.sellableAt(condition.locationKey);
  const offers = await Promise.all(
    (await offersOf(context, node)).map(async (sku) => ({
      sku,
      sellable: stock === null ? sku.sellable : await stock.load(sku.key),
    })),
  );
  const { gtins } = condition;
  const hasGtin = ({ gtin }: Sku): boolean =>
    gtins === null || (gtin !== null && gtins.includes(gtin.replace(/^0+/, '')));
  const passing = offers.filter(({ sku, sellable }) => hasGtin(sku) && passes(sku, condition, sellable));
  const buyable = passing.filter(({ sellable }) => sellable > 0);
  return (buyable.length > 0 ? buyable : passing).map(({ sku }) => sku);
}
