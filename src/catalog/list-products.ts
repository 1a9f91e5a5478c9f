import type { ChannelStores } from './loaders.js';
import { Counter } from './facets/counter.js';
import type { OfferReads } from './offer-reads.js';
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
import { cursorLanguage } from './text-languages.js';

export interface ProductList {
  readonly first: number;
  readonly after: string | null;
  readonly text: string | null;
  readonly where: ProductFilter | null;
  readonly sort: ProductSort;
  readonly reads: OfferReads;
}

/** One page of products, keyset-paginated. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listProducts(stores: ChannelStores, list: ProductList): Promise<ProductConnection> {
  checkFirst(list.first);
  const { channel, languages, products, skus, counts } = stores;
  const words = checkSearchText(list.text);
  const { own, translated } = languages;
  const text = words === null ? null : { terms: termsOf(await products.mendText(words)), own, translated };
  const condition = checkProductFilter(list.where, channel.currencyCode);
  if (condition.locationKey !== null) await requireLocation(stores, condition.locationKey);
  const order = productOrder(list.sort, text);
  const asked = text === null ? [] : cursorLanguage(channel, languages);
  const cursor = new ProductCursor(order, [channel.handle, text && text.terms, condition, ...asked]);
  const after = list.after === null ? null : cursor.read(list.after);

  // One extra product shows whether there is another page.
  const { ranked, reached } = await products.page(condition, text, order, after, list.first + 1);
  const listed = ranked.slice(0, list.first);
  const read = await Promise.all(
    listed.map(async ({ product, position }) => {
      const { key } = product;
      const offers = list.reads === 'SKUS' ? await skus.byProduct.load(key) : null;
      const prices = list.reads === 'PRICES' ? await skus.pricesByProduct.load(key) : offers;
      // A product may have left the channel between the two statements.
      if (prices?.length === 0) return [];
      const node = offers ? product.provenWith(offers) : prices ? product.pricedWith(prices) : product;
      return [instantiate(ProductEdge, { cursor: cursor.write(position), node, condition })];
    }),
  );
  const edges = read.flat();
  const last = listed.at(-1)?.position;
  const isFull = ranked.length > list.first;
  const continues = !isFull && reached !== null;
  return instantiate(ProductConnection, {
    counter: new Counter((facets) => counts.count({ channel, condition, text, productIds: null }, facets)),
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: isFull || continues,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      // Even if that product left: an empty page would lead back to the first one.
      endCursor: continues ? cursor.write(reached) : last === undefined ? null : cursor.write(last),
    }),
  });
}
