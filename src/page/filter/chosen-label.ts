import type { ChoiceFragment } from '../generated/graphql.js';
import type { Counts } from '../list/listing.js';
import { place } from '../route.js';
import { t, translated, word } from '../texts/texts.js';
import { priceLabel } from './price-label.js';
import { storeName } from './stores.js';

/** What the facet calls the value, as far as it is known. */
export function chosenLabel(name: string, value: string, counts: Counts | null): string {
  if (name === 'store') return storeName(value) ?? t.value.store;
  if (name === 'words') return t.value.quoted(value);
  if (name === 'price') return priceLabel(place.value.filters);
  const facet = counts?.facets.find((one) => one.name === name);
  return bucketLabel(
    name,
    facet?.buckets.find((bucket) => bucket.value === value) ?? { value, label: value },
  );
}

/** What a value of a facet is called. What no product has, the gateway labels with the handle itself. */
export function bucketLabel(
  name: string,
  { value, label }: Pick<ChoiceFragment['buckets'][number], 'value' | 'label'>,
): string {
  const isNamed = label !== value;
  switch (name) {
    case 'brand':
      return isNamed ? label : label.replaceAll('-', ' ');
    case 'category':
      return isNamed ? translated(label) : word(value);
    default:
      return translated(label);
  }
}
