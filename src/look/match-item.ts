import { checkProductFilter } from '../catalog/product-filter.js';
import type { Context } from '../graph/request-context.js';
import type { SearchServices } from '../search/search-services.js';
import { isCursorOf } from '../search/cursor.js';
import type { QueryVector } from '../search/query/query-vector.js';
import { fingerprintOf, visualSearch, type PageOfSearch } from '../search/visual-search.js';
import type { VisualMatchConnection } from '../search/visual-search.types.js';
import type { FoundItem } from './find-items.js';

/** One page of products similar to an item; empty when the cursor belongs to another item. */
export async function matchItem(
  services: SearchServices,
  context: Context,
  item: FoundItem,
  others: readonly FoundItem[],
  page: PageOfSearch,
): Promise<VisualMatchConnection> {
  const { where, after } = page;
  const { channel } = await context.inChannel();
  const condition = checkProductFilter(where, channel.currencyCode);
  const isOfAnother =
    after !== null && others.some(({ query }) => isCursorOf(fingerprintOf(channel, condition, query), after));
  return isOfAnother
    ? visualSearch(services, context, () => Promise.resolve(NOTHING), { ...page, after: null })
    : visualSearch(services, context, () => Promise.resolve(item.query), page, item.search);
}

const NOTHING: QueryVector = {
  asked: null,
  plain: null,
  scale: 1,
  region: null,
  trust: null,
  byConsensus: false,
  products: [],
  identity: null,
};
