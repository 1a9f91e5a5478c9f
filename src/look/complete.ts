import { checkProductFilter } from '../catalog/product-filter.js';
import type { Context } from '../graph/request-context.js';
import { type ProofServices, searchPage } from '../search/prove-page.js';
import type { FoundItem } from './find-items.js';

/** Whether there are items, and each has a match that can be bought; proven together with their matches. */
export async function isComplete(
  services: ProofServices,
  context: Context,
  items: readonly FoundItem[],
): Promise<boolean> {
  const { channel } = await context.inChannel();
  const condition = checkProductFilter(null, channel.currencyCode);
  const scope = { condition, channel, excludeProducts: [], signal: context.signal };
  const pages = await Promise.all(
    items.map(({ search: { ranking, prove } }) =>
      searchPage(services, { ...scope, ranking, prove }, 1, null),
    ),
  );
  return pages.length > 0 && pages.every(({ matches }) => matches.length > 0);
}
