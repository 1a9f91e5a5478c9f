import { parseAmount } from '../../../graph/money.js';
import type { Product, Variant } from './documents.js';
import type { Market } from './market.js';
import type { Filters } from './requests.js';

/** Whether a variant that was asked for by its id meets the filters. */
export function passes(
  { category }: Product,
  { price, options }: Variant,
  filters: Filters | undefined,
  { currency }: Market,
): boolean {
  const amount = parseAmount(price.amount, price.currencyCode);
  const { min, max } = currency === null ? {} : (filters?.price ?? {});
  if ((min !== undefined && amount < min) || (max !== undefined && amount > max)) return false;
  const { categories } = filters ?? {};
  if (categories !== undefined && !categories.some((one) => isWithin(category?.handle ?? '', one)))
    return false;
  return (filters?.options ?? []).every(({ name, values }) =>
    options.some((option) => same(option.name, name) && values.some((value) => same(option.value, value))),
  );
}

const isWithin = (handle: string, category: string): boolean =>
  handle === category || handle.startsWith(`${category}/`);

/** Whether two names are the same to a shopper. */
export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
