import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import type { IndexFilter, NumberRange, PointPayload } from '../vector-index/port.js';
import { CREATED_FIELD, optionTag, priceField, tag } from './tags.js';

/**
 * The index filter for a checked ProductFilter: a necessary condition. The proof checks the conditions that the
 * filter cannot express (quantity, and that options and price hold for one and the same SKU).
 */
export function toIndexFilter(
  condition: ProductCondition,
  channel: string,
  excludeProducts: readonly number[],
): IndexFilter {
  const clauses: string[][] = [];
  const options = condition.options.map(({ name, values }) => values.map((value) => optionTag(name, value)));

  if (condition.availability === AvailabilityFilter.SELLABLE) {
    const [firstOption, ...otherOptions] = options;
    clauses.push(sellableClause(channel, condition.categories, firstOption));
    for (const values of otherOptions) clauses.push(sellableClause(channel, null, values));
    if (condition.locationKey !== null) clauses.push([tag.stocked(condition.locationKey)]);
  } else {
    clauses.push([
      condition.availability === AvailabilityFilter.ANY ? tag.offered(channel) : tag.orderable(channel),
    ]);
    if (condition.categories !== null) clauses.push(condition.categories.map(tag.category));
    for (const values of options) clauses.push(values.map(tag.option));
  }
  if (condition.brands !== null) clauses.push(condition.brands.map(tag.brand));
  for (const { name, values } of condition.attributes)
    clauses.push(values.map((value) => tag.attribute(name, value)));
  if (condition.onSale === true) clauses.push([tag.onSale(channel)]);
  if (condition.gtins !== null) clauses.push(condition.gtins.map(tag.gtin));

  return {
    clauses,
    ranges: [...priceRanges(condition, channel), ...createdRange(condition)],
    excludeProducts: [...excludeProducts, ...condition.excludedKeys],
  };
}

/** Whether an image passes, as the index decides it; except for excluded products, whose ids are not in the payload. */
export function passesFilter(
  { clauses, ranges }: IndexFilter,
  { tags, numbers }: { readonly tags: ReadonlySet<string>; readonly numbers: PointPayload['numbers'] },
): boolean {
  return (
    clauses.every((clause) => clause.some((each) => tags.has(each))) &&
    ranges.every(({ field, min = -Infinity, max = Infinity }) => {
      const value = numbers[field];
      return value !== undefined && value >= min && value <= max;
    })
  );
}

/** The condition without the parts that change as products sell. */
export const withoutStock = (condition: ProductCondition): ProductCondition => ({
  ...condition,
  availability: AvailabilityFilter.ANY,
  locationKey: null,
});

function sellableClause(
  channel: string,
  categories: readonly string[] | null,
  options: readonly string[] | undefined,
): string[] {
  return (categories ?? [undefined]).flatMap((category) =>
    (options ?? [undefined]).map((option) => tag.sellable(channel, category, option)),
  );
}

/** A product may pass if its range of prices overlaps the filter's. */
function priceRanges({ minAmount, maxAmount }: ProductCondition, channel: string): NumberRange[] {
  const field = priceField(channel);
  return [
    ...(minAmount === null ? [] : [{ field: field.max, min: minAmount }]),
    ...(maxAmount === null ? [] : [{ field: field.min, max: maxAmount }]),
  ];
}

/** Whole seconds, rounded down on both sides. */
const createdRange = ({ createdAfter }: ProductCondition): NumberRange[] =>
  createdAfter === null ? [] : [{ field: CREATED_FIELD, min: Math.floor(Date.parse(createdAfter) / 1_000) }];
