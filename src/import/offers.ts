import { groupBy } from '../platform/group-by.js';
import type { StagedPrice, StagedStock } from './companions.store.js';
import type { Market } from './market.store.js';
import type { Offers, PriceInput, StockInput } from './offer.store.js';
import type { StagedOffer } from './staging.store.js';

/** Those of no SKUs. */
export const NO_OFFERS: Offers = {
  codes: [],
  priceListIds: [],
  prices: [],
  stock: [],
  wholeStock: [],
  promises: [],
};

/**
 * The offers in a feed and its companion tables. The feed sets prices in its channel's list and stock at the
 * channel's first location; for the SKUs that they name, the tables set which lists have a price, and where the stock
 * is.
 */
export function offersOf(
  skus: readonly StagedOffer[],
  { priceListId, locationId }: Market & { readonly locationId: number },
  companions: { readonly stock: readonly StagedStock[]; readonly prices: readonly StagedPrice[] },
  pricedLists: readonly number[],
): Offers {
  const levels = groupBy(companions.stock, ({ code }) => code);
  const listed = groupBy(companions.prices, ({ code }) => code);
  return {
    codes: skus.map(({ code }) => code),
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
    promises: skus.map(({ code, promised }) => ({ code, promised })),
  };
}

/** The part of them that is about these SKUs. */
export function offersFor(codes: readonly string[], offers: Offers): Offers {
  const wanted = new Set(codes);
  const isWanted = ({ code }: { readonly code: string }): boolean => wanted.has(code);
  return {
    codes,
    priceListIds: offers.priceListIds,
    prices: offers.prices.filter(isWanted),
    stock: offers.stock.filter(isWanted),
    wholeStock: offers.wholeStock.filter((code) => wanted.has(code)),
    promises: offers.promises.filter(isWanted),
  };
}
