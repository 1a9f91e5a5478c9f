import type { Market } from './market.store.js';
import type { ProductDraft } from './product-draft.js';
import type { Offers } from './write-batch.js';

/** What the feed itself says: prices in its channel's list, stock at the channel's first location. */
export function feedOffers(
  drafts: readonly ProductDraft[],
  { priceListId, locationId }: Market & { locationId: number },
): Offers {
  const skus = drafts.flatMap((draft) => draft.skus);
  return {
    priceListIds: [priceListId],
    prices: skus.flatMap(({ code, prices }) => prices.map((price) => ({ code, priceListId, ...price }))),
    stock: skus.map(({ code, onHand }) => ({ code, locationId, onHand })),
  };
}
