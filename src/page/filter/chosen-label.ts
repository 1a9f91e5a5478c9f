import type { Counts } from '../list/listing.js';
import { place } from '../route.js';
import { t, word } from '../texts/texts.js';
import { priceLabel } from './price-label.js';
import { storeName } from './stores.js';

/** What the facet calls the value, as far as it is known. */
export function chosenLabel(name: string, value: string, counts: Counts | null): string {
  if (name === 'store') return storeName(value) ?? t.value.store;
  if (name === 'price') return priceLabel(place.value.filters);
  const facet = counts?.facets.find((one) => one.name === name);
  return facet?.buckets.find((bucket) => bucket.value === value)?.label ?? word(value);
}
