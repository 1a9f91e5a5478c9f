import type { Catalog, Product, Sku } from './catalog.js';
import type { Where } from './runbook.js';

/** Whether one of the product's SKUs has what never changes of the conditions. */
export const mayMatch = (product: Product, where: Where): boolean =>
  product.skus.some((sku) => skuMayMatch(product, sku, where));

/** The products with an SKU among `sellable` that has what never changes of the conditions. */
export function matching({ products }: Catalog, where: Where, sellable: ReadonlySet<number>): Set<number> {
  const found = new Set<number>();
  for (const product of products)
    if (product.skus.some((sku) => sellable.has(sku.id) && skuMayMatch(product, sku, where)))
      found.add(product.id);
  return found;
}

function skuMayMatch(product: Product, sku: Sku, { category, color, brand, size }: Where): boolean {
  return (
    (category === undefined || product.category === category) &&
    (color === undefined || product.color === color) &&
    (brand === undefined || product.brand === brand) &&
    (size === undefined || sku.size === size)
  );
}
