import { RequestError } from '../errors.js';
import { parseAmount } from '../graph/money.js';
import { readKey } from '../graph/node.js';
import {
  AvailabilityFilter,
  type DecimalRangeInput,
  type OptionFilter,
  type ProductFilter,
  type SkuFilter,
} from './product-filter.types.js';
import type { Sku } from './sku.types.js';
import { checkText, fold } from '../graph/text.js';

/** No shopper chooses more; a filter with more comes from a program. */
const MAX_ENTRIES = 10;
const MAX_VALUES = 50;
const MAX_QUANTITY = 1_000_000;

interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** A checked SkuFilter: conditions on one SKU in one channel. Amounts are in minor units; null means no limit. */
export interface SkuCondition {
  readonly minAmount: number | null;
  readonly maxAmount: number | null;
  readonly options: readonly NamedValues[];
  readonly availability: AvailabilityFilter;
  readonly quantity: number;
}

/** A checked ProductFilter: conditions on the product, and on one of its SKUs. Null means no condition. */
export interface ProductCondition extends SkuCondition {
  readonly categories: readonly string[] | null;
  readonly brands: readonly string[] | null;
  readonly attributes: readonly NamedValues[];
  /** The one location whose stock counts; null: all locations that serve the channel. */
  readonly locationKey: number | null;
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

function checkValues(field: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) throw bad(`${field} is empty: give at least one value, or omit it.`);
  if (values.length > MAX_VALUES)
    throw bad(`${field} has ${values.length} values: at most ${MAX_VALUES} are allowed.`);
  return values.map((value) => checkText(`A value of ${field}`, value));
}

function checkNamed(field: string, entries: readonly OptionFilter[] | null | undefined): NamedValues[] {
  if (entries === null || entries === undefined) return [];
  if (entries.length > MAX_ENTRIES)
    throw bad(`${field} has ${entries.length} entries: at most ${MAX_ENTRIES} are allowed.`);
  return entries.map(({ name, values }) => ({
    name: checkText(`${field}.name`, name).toLowerCase(),
    values: checkValues(`${field}.values`, values),
  }));
}

function checkPrice(
  range: DecimalRangeInput | null | undefined,
  currency: string,
): Pick<SkuCondition, 'minAmount' | 'maxAmount'> {
  const minAmount = range?.min == null ? null : parseAmount(range.min, currency);
  const maxAmount = range?.max == null ? null : parseAmount(range.max, currency);
  if (minAmount !== null && maxAmount !== null && minAmount > maxAmount) {
    throw bad(`The price range is invalid: min ${range?.min} is above max ${range?.max}. Swap them.`);
  }
  return { minAmount, maxAmount };
}

function checkSkuPart(filter: SkuFilter, currency: string, availability: AvailabilityFilter): SkuCondition {
  const quantity = filter.quantity ?? 1;
  if (quantity < 1 || quantity > MAX_QUANTITY) {
    throw bad(`quantity is ${quantity}: it must be from 1 to ${MAX_QUANTITY}.`);
  }
  return {
    ...checkPrice(filter.price, currency),
    options: checkNamed('options', filter.options),
    availability: filter.availability ?? availability,
    quantity,
  };
}

/** @throws RequestError BAD_USER_INPUT that names the field and the remedy. */
export function checkSkuFilter(filter: SkuFilter, currency: string): SkuCondition {
  return checkSkuPart(filter, currency, AvailabilityFilter.ANY);
}

/** @throws RequestError BAD_USER_INPUT that names the field and the remedy. */
export function checkProductFilter(
  filter: ProductFilter | null | undefined,
  currency: string,
): ProductCondition {
  const given = filter ?? {};
  return {
    ...checkSkuPart(given, currency, AvailabilityFilter.SELLABLE),
    categories: given.categories == null ? null : checkValues('categories', given.categories),
    brands: given.brands == null ? null : checkValues('brands', given.brands),
    attributes: checkNamed('attributes', given.attributes),
    locationKey: given.location == null ? null : readLocation(given.location),
  };
}

function readLocation(id: string): number {
  const key = readKey('StockLocation', id);
  if (key === null)
    throw bad('location is not the id of a StockLocation: take one from SkuAvailability.locations.');
  return key;
}

/** Whether a loaded SKU passes; `sellable` is how many units of it count, such as those at one location. */
export function passes(sku: Sku, condition: SkuCondition, sellable = sku.sellable): boolean {
  const { availability, quantity, minAmount, maxAmount, options } = condition;
  if (availability === AvailabilityFilter.SELLABLE && sellable < quantity) return false;
  if (
    availability === AvailabilityFilter.SELLABLE_OR_BACKORDER &&
    sellable < quantity &&
    sku.whenOut === 'deny'
  )
    return false;
  if (minAmount !== null && sku.amount < minAmount) return false;
  if (maxAmount !== null && sku.amount > maxAmount) return false;
  return options.every(({ name, values }) => {
    const value = Object.hasOwn(sku.optionValues, name) ? sku.optionValues[name] : undefined;
    return value !== undefined && values.some((wanted) => fold(wanted) === fold(value));
  });
}

/** Sorts SKUs that can be bought first; both groups keep the merchant's order. */
export function sellableFirst(skus: readonly Sku[]): Sku[] {
  return [...skus.filter((sku) => sku.sellable > 0), ...skus.filter((sku) => sku.sellable <= 0)];
}
