import { instantiate } from '../graph/node.js';
import type { OfferedPrice } from '../catalog/sku.store.js';
import { formatAmount } from '../graph/money.js';
import { Price, PriceRange } from './price.types.js';

/** A price from minor units of its currency. */
export function priceOf(
  amount: number | bigint,
  currencyCode: string,
  compareAt: number | null = null,
  validUntil: Date | null = null,
): Price {
  return instantiate(Price, {
    amount: formatAmount(amount, currencyCode),
    compareAtAmount: compareAt === null ? null : formatAmount(compareAt, currencyCode),
    currencyCode,
    validUntil,
  });
}

export const skuPrice = (sku: OfferedPrice): Price =>
  priceOf(sku.amount, sku.currencyCode, sku.compareAt, sku.priceValidUntil);

/** Null without SKUs. */
export function priceRange(skus: readonly OfferedPrice[]): PriceRange | null {
  const byAmount = [...skus].sort((a, b) => a.amount - b.amount);
  const [cheapest] = byAmount;
  const dearest = byAmount.at(-1);
  if (cheapest === undefined || dearest === undefined) return null;
  return instantiate(PriceRange, { min: skuPrice(cheapest), max: skuPrice(dearest) });
}
