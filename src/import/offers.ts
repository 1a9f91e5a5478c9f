import { groupBy } from '../platform/group-by.js';
import type { StagedPrice, StagedStock } from './companions.store.js';
import type { Market } from './market.store.js';
import type { ProductDraft } from './product-draft.js';
import type { PriceInput, StockInput } from './offer.store.js';

/** Prices and stock of SKUs: rows for the price lists and locations that the import is for. */
export interface Offers {
  readonly priceListIds: readonly number[];
  readonly prices: readonly PriceInput[];
  readonly stock: readonly StockInput[];
  /** SKUs whose entire stock is in `stock`. */
  readonly wholeStock: readonly string[];
}

/**
 * The offers in a feed and its companion tables. The feed sets prices in its channel's list and stock at the
 * channel's first location; for the SKUs that they name, the tables set which lists have a price, and where the stock
 * is.
 */
export function offersOf(
  drafts: readonly ProductDraft[],
  { priceListId, locationId }: Market & { readonly locationId: number },
  companions: { readonly stock: readonly StagedStock[]; readonly prices: readonly StagedPrice[] },
  pricedLists: readonly number[],
): Offers {
  const levels = groupBy(companions.stock, ({ code }) => code);
  const listed = groupBy(companions.prices, ({ code }) => code);
  const skus = drafts.flatMap((draft) => draft.skus);
  return {
    priceListIds: [...new Set([priceListId, ...pricedLists])],
    prices: skus.flatMap(({ code, prices }): PriceInput[] => {
      const own = prices.map((price) => ({ code, priceListId, ...price }));
      const others = listed.get(code);
      if (others === undefined) return own;
      return others.flatMap((price) =>
        price.priceListId === priceListId ? own : [{ ...price, from: null, until: null }],
      );
    }),
    stock: skus.flatMap(
      ({ code, onHand }): StockInput[] =>
        levels.get(code) ?? [{ code, locationId, onHand, safetyStock: null }],
    ),
    wholeStock: [...levels.keys()],
  };
}
