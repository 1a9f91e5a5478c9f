import { instantiate } from '../graph/node.js';
import { fold } from '../graph/text.js';
import type { Product } from '../catalog/product.types.js';
import type { Sku } from '../catalog/sku.types.js';
import type { ChannelStores } from '../catalog/loaders.js';
import type { Context } from '../graph/request-context.js';
import { exponent, formatAmount } from '../graph/money.js';
import type { SearchPage } from './prove-page.js';
import { Facet, FacetBucket } from './visual-search.types.js';

const MAX_BUCKETS = 20;
const PRICE_BANDS = 5;

/** A product of the ranking with the data for its facets. */
interface Counted {
  readonly product: Product;
  readonly passing: readonly Sku[];
}

type Value = { readonly value: string; readonly label: string };

/** Counts facets over the best matches of a search. Each product counts once in each bucket. */
export async function countFacets(
  { loaders: { brands: brandStore, categories: categoryStore } }: Context,
  stores: ChannelStores,
  best: SearchPage,
): Promise<Facet[]> {
  const products = await stores.products.byKey.loadMany(best.matches.map((match) => match.productId));
  const counted = best.matches.flatMap(({ passing }, i): Counted[] => {
    const product = products[i];
    return product === null || product === undefined || product instanceof Error
      ? []
      : [{ product, passing }];
  });
  const [categories, brands] = await Promise.all([
    Promise.all(counted.map(({ product }) => categoryStore.byKey.load(product.categoryKey))),
    Promise.all(
      counted.map(async ({ product: { brandKey } }) =>
        brandKey === null ? null : brandStore.byKey.load(brandKey),
      ),
    ),
  ]);
  const named = ({ handle, name }: { handle: string; name: string }): Value => ({
    value: handle,
    label: name,
  });
  return [
    facet(
      'category',
      categories.map((category) => (category === null ? [] : [named(category)])),
    ),
    facet(
      'brand',
      brands.map((brand) => (brand === null ? [] : [named(brand)])),
    ),
    facet(
      'color',
      counted.map(({ passing }) => optionValues(passing, 'color')),
    ),
    facet(
      'size',
      counted.map(({ passing }) => optionValues(passing, 'size')),
    ),
    priceFacet(counted, stores.channel.currencyCode),
  ].filter(({ buckets }) => buckets.length > 0);
}

function optionValues(skus: readonly Sku[], name: string): Value[] {
  return skus.flatMap(({ optionValues: { [name]: value } }) =>
    value === undefined ? [] : [{ value, label: value }],
  );
}

function facet(name: string, valuesByProduct: readonly (readonly Value[])[]): Facet {
  const buckets = new Map<string, FacetBucket>();
  for (const values of valuesByProduct) {
    // Filters treat "m" and "M" as equal, so a product counts once.
    for (const [key, { value, label }] of new Map(values.map((entry) => [fold(entry.value), entry]))) {
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, newBucket(value, label));
      else bucket.count += 1;
    }
  }
  const sorted = [...buckets.values()].sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
  return instantiate(Facet, { name, buckets: sorted.slice(0, MAX_BUCKETS) });
}

const newBucket = (value: string, label: string): FacetBucket =>
  instantiate(FacetBucket, { value, label, count: 1, min: null, max: null });

/** Price ranges of a round width, by the lowest passing price of each product; the last range is open. */
function priceFacet(counted: readonly Counted[], currency: string): Facet {
  const amounts = counted
    .map(({ passing }) => Math.min(...passing.map((sku) => sku.amount)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const typicalTop = amounts[Math.floor(amounts.length * 0.9)] ?? 0;
  const step = roundStep(Math.max(1, typicalTop / PRICE_BANDS), 10 ** exponent(currency));
  const buckets = Array.from({ length: PRICE_BANDS }, (_, band) => {
    const last = band === PRICE_BANDS - 1;
    const min = formatAmount(band * step, currency);
    const max = last ? null : formatAmount((band + 1) * step - 1, currency);
    const label = max === null ? `${min} and more` : `${min} – ${max}`;
    const count = amounts.filter(
      (amount) => amount >= band * step && (last || amount < (band + 1) * step),
    ).length;
    return instantiate(FacetBucket, { value: `${min}..${max ?? ''}`, label, count, min, max });
  });
  return instantiate(Facet, { name: 'price', buckets: buckets.filter(({ count }) => count > 0) });
}

/** The smallest of 1, 2, 5, 10, 20, 50 … units that is at least the amount. */
function roundStep(amount: number, unit: number): number {
  for (let scale = unit; ; scale *= 10) {
    const step = [1, 2, 5].map((digit) => digit * scale).find((candidate) => candidate >= amount);
    if (step !== undefined) return step;
  }
}
