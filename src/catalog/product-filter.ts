import { RequestError } from '../errors.js';
import { parseBound } from '../graph/money.js';
import { readKey } from '../graph/node.js';
import {
  AvailabilityFilter,
  type DecimalRangeInput,
  type OptionFilter,
  type ProductFilter,
  type SkuFilter,
} from './product-filter.types.js';
import type { Sku } from './sku.types.js';
import { checkText } from '../graph/text.js';
import { hasValue } from './option-parts.js';

/** No shopper chooses more; a filter with more comes from a program. */
const MAX_ENTRIES = 10;
const MAX_VALUES = 50;
/** Of all entries of options, or of attributes. Each SKU that is looked at is compared with all of them. */
const MAX_NAMED_VALUES = 100;
const MAX_NAMED_CHARS = 10_000;
/** No handle is longer. */
const MAX_HANDLE_LENGTH = 255;
const MAX_QUANTITY = 1_000_000;
/** More than a basket or a history that a page shows beside its list. */
const MAX_EXCLUDED = 100;
const GTIN = /^\d{8,14}$/;

interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** A checked SkuFilter: conditions on one SKU in one channel. Amounts are in minor units; null means no limit. */
export interface SkuCondition {
  readonly minAmount: number | null;
  readonly maxAmount: number | null;
  /** Null: whether on sale or not. */
  readonly onSale: boolean | null;
  readonly options: readonly NamedValues[];
  readonly availability: AvailabilityFilter;
  readonly quantity: number;
}

/** A checked ProductFilter: conditions on the product, and on one of its SKUs. Null means no condition. */
export interface ProductCondition extends SkuCondition {
  readonly categories: readonly string[] | null;
  readonly brands: readonly string[] | null;
  readonly attributes: readonly NamedValues[];
  /** Of one SKU, without leading zeros. */
  readonly gtins: readonly string[] | null;
  /** ISO 8601. */
  readonly createdAfter: string | null;
  /** Row ids of products that do not pass. */
  readonly excludedKeys: readonly number[];
  /** The one location whose stock counts; null: all locations that serve the channel. */
  readonly locationKey: number | null;
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

function atMost<T>(field: string, values: readonly T[], most: number): readonly T[] {
  if (values.length > most) throw bad(`${field} has ${values.length} values: at most ${most} are allowed.`);
  return values;
}

const checkValues = (field: string, values: readonly string[], mostChars?: number): readonly string[] =>
  atMost(field, values, MAX_VALUES).map((value) => checkText(`A value of ${field}`, value, mostChars));

/** Null when nothing is chosen: what a client sends whose shopper has taken back each choice. */
const checkChoice = (
  field: string,
  values: readonly string[] | null | undefined,
): readonly string[] | null =>
  values == null || values.length === 0 ? null : checkValues(field, values, MAX_HANDLE_LENGTH);

function checkNamed(field: string, entries: readonly OptionFilter[] | null | undefined): NamedValues[] {
  if (entries === null || entries === undefined) return [];
  if (entries.length > MAX_ENTRIES)
    throw bad(`${field} has ${entries.length} entries: at most ${MAX_ENTRIES} are allowed.`);
  const named = entries
    .map(({ name, values }) => ({
      name: checkText(`${field}.name`, name).toLowerCase(),
      values: checkValues(`${field}.values`, values),
    }))
    .filter(({ values }) => values.length > 0);
  const all = atMost(
    field,
    named.flatMap(({ values }) => values),
    MAX_NAMED_VALUES,
  );
  const chars = all.reduce((sum, value) => sum + value.length, 0);
  if (chars > MAX_NAMED_CHARS)
    throw bad(
      `The values of ${field} have ${chars} characters: at most ${MAX_NAMED_CHARS} are allowed. Choose fewer.`,
    );
  return named;
}

function checkPrice(
  range: DecimalRangeInput | null | undefined,
  currency: string,
): Pick<SkuCondition, 'minAmount' | 'maxAmount'> {
  const minAmount = range?.min == null ? null : parseBound(range.min, currency, 'down');
  const maxAmount = range?.max == null ? null : parseBound(range.max, currency, 'up');
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
    onSale: filter.onSale ?? null,
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
    categories: checkChoice('categories', given.categories),
    brands: checkChoice('brands', given.brands),
    attributes: checkNamed('attributes', given.attributes),
    gtins: checkChoice('gtins', given.gtins)?.map(checkGtin) ?? null,
    createdAfter: given.createdAfter?.toISOString() ?? null,
    excludedKeys: atMost('excludeProducts', given.excludeProducts ?? [], MAX_EXCLUDED).flatMap(
      (id) => readKey('Product', id) ?? [],
    ),
    locationKey: given.location == null ? null : readLocation(given.location),
  };
}

/** As filters and the index compare it: UPC-A (12 digits), EAN-13, and GTIN-14 are the same number with zeros before it. */
function checkGtin(gtin: string): string {
  if (!GTIN.test(gtin))
    throw bad(`${JSON.stringify(gtin)} is not a GTIN: it has 8 to 14 digits and nothing else.`);
  return gtin.replace(/^0+/, '');
}

function readLocation(id: string): number {
  const key = readKey('StockLocation', id);
  if (key === null)
    throw bad('location is not the id of a StockLocation: take one from SkuAvailability.locations.');
  return key;
}

/** Whether a loaded SKU passes; `sellable` is how many units of it count, such as those at one location. */
export function passes(sku: Sku, condition: SkuCondition, sellable = sku.sellable): boolean {
  const { availability, quantity, minAmount, maxAmount, onSale, options } = condition;
  if (availability === AvailabilityFilter.SELLABLE && sellable < quantity) return false;
  if (availability === AvailabilityFilter.SELLABLE_OR_BACKORDER && sellable + sku.promised < quantity)
    return false;
  if (minAmount !== null && sku.amount < minAmount) return false;
  if (maxAmount !== null && sku.amount > maxAmount) return false;
  if (onSale !== null && (sku.compareAt !== null) !== onSale) return false;
  return options.every(({ name, values }) => {
    const value = Object.hasOwn(sku.optionValues, name) ? sku.optionValues[name] : undefined;
    return value !== undefined && hasValue(value, values);
  });
}

/** Sorts SKUs that can be bought first; both groups keep the merchant's order. */
export function sellableFirst(skus: readonly Sku[]): Sku[] {
  return [...skus.filter((sku) => sku.sellable > 0), ...skus.filter((sku) => sku.sellable <= 0)];
}
