import { fold } from '../graph/text.js';
import { instantiate } from '../graph/node.js';
import { inSizeOrder } from './facets/size-order.js';
import { ProductOption, ProductOptionValue } from './product.types.js';
import type { Sku } from './sku.types.js';

/**
 * The options of SKUs with their values, in the order of the SKUs, and sizes from small to large. Values in upper and lower
 * case are one value.
 */
export function productOptions(skus: readonly Sku[]): ProductOption[] {
  const options = new Map<string, Map<string, ProductOptionValue>>();
  for (const sku of skus) {
    for (const { name, value } of sku.options) {
      const values = options.get(name) ?? new Map<string, ProductOptionValue>();
      options.set(name, values);
      const known = values.get(fold(value));
      const sellable = sku.sellable > 0;
      if (known === undefined)
        values.set(fold(value), instantiate(ProductOptionValue, { value, sellable, sku }));
      else if (sellable && !known.sellable) Object.assign(known, { sellable, sku });
    }
  }
  return [...options].map(([name, values]) =>
    instantiate(ProductOption, {
      name,
      values: inSizeOrder(name, [...values.values()], ({ value }) => value),
    }),
  );
}
