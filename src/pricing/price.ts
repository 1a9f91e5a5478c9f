import { instantiate } from '../catalog/node.js';
import type { Sku } from '../catalog/sku.types.js';
import { formatAmount } from './money.js';
import { Price, PriceRange } from './price.types.js';

export function skuPrice(sku: Sku): Price {
  const { currencyCode } = sku;
  return instantiate(Price, {
    amount: formatAmount(sku.amount, currencyCode),
    compareAtAmount: sku.compareAt === null ? null : formatAmount(sku.compareAt, currencyCode),
    currencyCode,
    validUntil: sku.priceValidUntil,
  });
}

/** Null for no SKUs. */
export function priceRange(skus: readonly Sku[]): PriceRange | null {
  const byAmount = [...skus].sort((a, b) => a.amount - b.amount);
  const [cheapest] = byAmount;
  const dearest = byAmount.at(-1);
  if (cheapest === undefined || dearest === undefined) return null;
  return instantiate(PriceRange, { min: skuPrice(cheapest), max: skuPrice(dearest) });
}
