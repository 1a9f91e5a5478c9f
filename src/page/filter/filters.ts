import type { FacetInput, ProductFilter } from '../generated/graphql.js';
import { type Filters, NO_FILTERS } from '../place.js';
import type { Refinement } from '../list/listing.js';

/** What every list is counted by. */
export const FACETS: FacetInput[] = [
  { kind: 'CATEGORY' },
  { kind: 'OPTION', name: 'size' },
  { kind: 'OPTION', name: 'color' },
  { kind: 'ATTRIBUTE', name: 'material' },
  { kind: 'ATTRIBUTE', name: 'pattern' },
  { kind: 'BRAND' },
  { kind: 'PRICE' },
];

/** The shopper's choices as the API takes them. */
export function toWhere({
  categories,
  brands,
  options,
  attributes,
  min,
  max,
  store,
}: Filters): ProductFilter {
  const lists = (named: Filters['options']): { name: string; values: string[] }[] =>
    Object.entries(named).map(([name, values]) => ({ name, values: [...values] }));
  return {
    categories: [...categories],
    brands: [...brands],
    options: lists(options),
    attributes: lists(attributes),
    ...(min === null && max === null ? {} : { price: { min, max } }),
    ...(store === null ? {} : { location: store }),
  };
}

export const toggled = (values: readonly string[], value: string): string[] =>
  values.includes(value) ? values.filter((other) => other !== value) : [...values, value];

/**
 * With one kind added or removed. One that is within another is instead of it, and the other way around: both together would
 * be the wider one, as if nothing had been chosen.
 */
export function toggledKind(kinds: readonly string[], kind: string): string[] {
  const isWithin = (one: string, other: string): boolean => one.startsWith(`${other}/`);
  return toggled(
    kinds.filter((one) => !isWithin(one, kind) && !isWithin(kind, one)),
    kind,
  );
}

/** With one value of a named list added or removed. A name without values is left out. */
export function toggledIn(named: Filters['options'], name: string, value: string): Filters['options'] {
  const { [name]: known = [], ...others } = named;
  const values = toggled(known, value);
  return values.length === 0 ? others : { ...others, [name]: values };
}

/** What choosing a word for what is seen changes. */
export function withRefinement(filters: Filters, { filter }: Refinement): Partial<Filters> {
  const attributes = { ...filters.attributes };
  for (const { name, values } of filter.attributes ?? []) attributes[name] = values;
  return {
    categories: filter.categories ?? filters.categories,
    brands: filter.brands ?? filters.brands,
    attributes,
  };
}

/**
 * Without the words for what was seen, which say nothing of another garment. Sizes, colors, brands, prices, and stores
 * are what the shopper wants of all of them.
 */
export const withoutWords = (filters: Filters): Filters => ({ ...filters, categories: [], attributes: {} });

/** One choice of the shopper, to be shown and taken back. */
export interface Chosen {
  readonly name: string;
  readonly value: string;
  readonly without: Partial<Filters>;
}

export function chosenIn(filters: Filters): Chosen[] {
  const named = (key: 'options' | 'attributes'): Chosen[] =>
    Object.entries(filters[key]).flatMap(([name, values]) =>
      values.map((value) => ({ name, value, without: { [key]: toggledIn(filters[key], name, value) } })),
    );
  return [
    ...(filters.words === null ? [] : [{ name: 'words', value: filters.words, without: { words: null } }]),
    ...filters.categories.map((value) => ({
      name: 'category',
      value,
      without: { categories: toggled(filters.categories, value) },
    })),
    ...named('options'),
    ...named('attributes'),
    ...filters.brands.map((value) => ({
      name: 'brand',
      value,
      without: { brands: toggled(filters.brands, value) },
    })),
    ...(filters.min === null && filters.max === null
      ? []
      : [
          {
            name: 'price',
            value: `${filters.min ?? ''}–${filters.max ?? ''}`,
            without: { min: null, max: null },
          },
        ]),
    ...(filters.store === null ? [] : [{ name: 'store', value: filters.store, without: { store: null } }]),
  ];
}

/** The options of which one value only is chosen: a list that is narrowed by them shows products in exactly these. */
export const decidedIn = ({ options }: Filters): Filters => ({
  ...NO_FILTERS,
  options: Object.fromEntries(Object.entries(options).filter(([, values]) => values.length === 1)),
});

export const hasChoice = (filters: Filters): boolean => chosenIn(filters).length > 0;
