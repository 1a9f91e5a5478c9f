import type { ChannelStores } from './loaders.js';
import { requireLocation } from './require-location.js';
import { instantiate } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
import { checkProductFilter } from './product-filter.js';
import type { ProductFilter } from './product-filter.types.js';
import { ProductCursor } from './product-page.js';
import type { ProductSort } from './product-sort.types.js';
import { productOrder } from './product-page.store.js';
import { checkSearchText, termsOf } from './search-text.js';
import { ProductConnection, ProductEdge } from './product.types.js';

export interface ProductList {
  readonly first: number;
  readonly after: string | null;
  readonly text: string | null;
  readonly where: ProductFilter | null;
  readonly sort: ProductSort;
}

/** One page of products, keyset-paginated. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listProducts(stores: ChannelStores, list: ProductList): Promise<ProductConnection> {
  checkFirst(list.first);
  const { channel, products, skus } = stores;
  const words = checkSearchText(list.text);
  const text = words === null ? null : termsOf(await products.mendText(words));
  const condition = checkProductFilter(list.where, channel.currencyCode);
  if (condition.locationKey !== null) await requireLocation(stores, condition.locationKey);
  const order = productOrder(list.sort, text);
  const cursor = new ProductCursor(order, [channel.handle, text, condition]);
  const after = list.after === null ? null : cursor.read(list.after);

  // One extra product shows whether there is another page.
  const { ranked, reached } = await products.page(condition, text, order, after, list.first + 1);
  const offered = await Promise.all(
    ranked.slice(0, list.first).map(async ({ product, position }) => {
      const node = product.provenWith(await skus.byProduct.load(product.key));
      return instantiate(ProductEdge, { cursor: cursor.write(position), node, condition });
    }),
  );
  // A product may have left the channel between the two statements.
  const edges = offered.filter(({ node }) => node.provenSkus?.length !== 0);
  const isFull = ranked.length > list.first;
  const continues = !isFull && reached !== null;
  return instantiate(ProductConnection, {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: isFull || continues,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: continues ? cursor.write(reached) : (edges.at(-1)?.cursor ?? null),
    }),
  });
}
