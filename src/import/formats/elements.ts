import { MAX_SKUS_PER_PRODUCT } from '../../catalog/write/product-fields.js';
import type { Cells, FeedRecord, ReadRecord } from '../source/cells.js';
import { availabilityOf } from '../values/availability.js';
import { optionName } from '../values/option-name.js';
import { oneLine } from '../values/plain-text.js';
import { tellApart, type Listed, type Listing, type Pair } from './format.js';

/** More are not what variants differ in; each variant has a copy of those of its product. */
const MAX_OPTIONS = 100;

type ListOne = (
  line: number,
  cells: Cells,
  /** Of a variant: the values of the element that it is in. */
  around: Cells | null,
) => Listed<Listing>;

/**
 * The listings of a format whose records are independent of each other, in a table or in XML: an element with variants
 * in it is a product, and they are its SKUs.
 */
export async function* listElements(
  records: AsyncIterable<FeedRecord>,
  list: ListOne,
): AsyncGenerator<Listed<Listing>> {
  for await (const record of records) {
    if ('fault' in record) yield record;
    else if (record.variants === undefined || record.variants.length === 0)
      yield settled(list(record.line, record.cells, null));
    else yield* listProduct(record, record.variants, list);
  }
}

const isListing = (listed: Listed<Listing>): listed is Listing => 'images' in listed;

function settled(listed: Listed<Listing>): Listed<Listing> {
  if (!isListing(listed) || listed.availability !== undefined || listed.quantity !== undefined) return listed;
  return { ...listed, availability: listed.offeredAs };
}

const countVariants = (variants: readonly ReadRecord[]): number =>
  variants.reduce((sum, { variants: inner = [] }) => sum + 1 + countVariants(inner), 0);

function* listProduct(
  { line, cells }: ReadRecord,
  variants: readonly ReadRecord[],
  list: ListOne,
): Generator<Listed<Listing>> {
  const product = list(line, cells, null);
  if (!isListing(product)) {
    yield product;
    return;
  }
  if (countVariants(variants) > MAX_SKUS_PER_PRODUCT) {
    yield { line, fault: `The product has more than ${MAX_SKUS_PER_PRODUCT} variants.` };
    return;
  }
  const options = distinct(product.options);
  if (options.length > MAX_OPTIONS) {
    yield { line, fault: `The product has more than ${MAX_OPTIONS} options.` };
    return;
  }
  const own = product.group ?? product.id ?? undefined;
  const listed = listVariants({ ...product, group: own, options }, cells, variants, list).map(settled);
  const skus = listed.filter(isListing);
  const group = own ?? skus.find(({ id }) => typeof id === 'string')?.id ?? undefined;
  const title = product.title ?? skus.at(0)?.title;
  yield { ...product, id: null, group, title, options: [] };
  yield* listed.filter((each) => !isListing(each));
  yield* tellApart(skus.map((sku) => ({ ...sku, group })));
}

/** The last of the options with the same name. */
const distinct = (options: readonly Pair[]): Pair[] => [
  ...new Map(options.map((option) => [optionName(option[0]), option])).values(),
];

/** A name that only tells a variant from the others, such as "S", is an option; so is what follows the product's. */
function nameOption({ title, options, attributes }: Listing, product: Listing): Pair[] {
  if (title === undefined || options.length + attributes.length > 0) return [];
  const follows = product.title !== undefined && title.startsWith(product.title);
  const name = follows
    ? oneLine(title.slice(product.title.length))
        .replace(/^[ \p{P}]+/u, '')
        .replace(/[)\]]$/, '')
    : title;
  return name === '' ? [] : [['variant', name]];
}

/** The SKUs of a product. What a variant does not say of itself is as with its product. */
function listVariants(
  product: Listing,
  around: Cells,
  variants: readonly ReadRecord[],
  list: ListOne,
): Listed<Listing>[] {
  const listed = variants.flatMap(({ line, cells, variants: inner = [] }) => {
    const own = list(line, cells, around);
    if (!isListing(own)) return [own];
    const options = distinct([...product.options, ...own.options, ...nameOption(own, product)]);
    // A price or a stock of its own says all of it: a product may be reduced or sold out, and a variant of it not.
    const priced = own.price === undefined && own.salePrice === undefined ? product : own;
    const stocked = own.availability === undefined && own.quantity === undefined ? product : own;
    const listing: Listing = {
      ...own,
      id: own.id ?? (product.group && [product.group, ...options.map(([, value]) => value)].join('/')),
      group: product.group,
      title: own.title ?? product.title,
      groupTitle: product.title,
      link: own.link ?? product.link,
      options,
      currency: own.currency ?? product.currency,
      price: own.price ?? product.price,
      salePrice: priced.salePrice,
      saleDates: priced.saleDates,
      compareAt: priced.compareAt,
      availability: stocked.availability,
      availabilityDate: stocked.availabilityDate,
      offeredAs: product.offeredAs ?? own.offeredAs,
    };
    return inner.length === 0 ? [listing] : listVariants(listing, cells, inner, list);
  });
  return shareQuantity(product, listed);
}

const hasNone = (listing: Listing): boolean =>
  (listing.availability !== undefined && availabilityOf(listing.availability) === 'out') ||
  (listing.quantity !== undefined && Number.parseInt(listing.quantity, 10) <= 0);

/**
 * Gives the quantity of a product to those of its variants that have none of their own. It is that of all of them, so
 * of several that are not sold out, the feed does not say how many each one has.
 */
function shareQuantity({ quantity }: Listing, variants: readonly Listed<Listing>[]): Listed<Listing>[] {
  const skus = variants.filter(isListing);
  if (quantity === undefined) return [...variants];
  const isTotal = Number.parseInt(quantity, 10) > 0;
  const isShared = skus.filter((sku) => !hasNone(sku)).length > 1;
  return variants.map((variant) => {
    if (!isListing(variant) || variant.quantity !== undefined) return variant;
    if (!isTotal) return { ...variant, quantity };
    if (hasNone(variant)) return variant;
    if (!isShared) return { ...variant, quantity };
    return {
      line: variant.line,
      id: variant.id ?? undefined,
      fault: `quantity ${JSON.stringify(quantity)}: This is the quantity of the product, which has several variants. Give each variant its own.`,
    };
  });
}
