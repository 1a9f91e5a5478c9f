import type { Cells, FeedRecord, ReadRecord } from '../source/cells.js';
import type { FeedSource } from '../source/open-source.js';
import { optionName } from '../values/option-name.js';

/** A product with more rows is several products by mistake; all rows of one must fit in memory. */
const MAX_ROWS = 5_000;

/**
 * What a format says of an SKU, or of a product as a whole, in the feed's own words. Values are checked later, by
 * `parse-listing.ts`; a format only finds them. Everything optional may be absent.
 */
export interface Listing {
  /** Line of the file; the header of a table is on line 1. */
  readonly line: number;
  /** The merchant's id of the SKU; null: the listing describes the product of other listings, and sells nothing. */
  readonly id: string | undefined | null;
  /** The merchant's id of the product; by default, the SKU's own. */
  readonly group?: string | undefined;
  readonly title?: string | undefined;
  /** The title of the product, if `title` is that of the SKU. */
  readonly groupTitle?: string | undefined;
  /** May be HTML. */
  readonly description?: string | undefined;
  readonly link?: string | undefined;
  /** Links of images; the first is the SKU's own. */
  readonly images: readonly string[];
  readonly brand?: string | undefined;
  readonly gtin?: string | undefined;
  /** Paths of categories, or numbers of Google's taxonomy: the first that has a name counts. */
  readonly categories: readonly string[];
  readonly options: readonly Pair[];
  /** Values of the product that are no option. */
  readonly attributes: readonly Pair[];
  /** Google's `product_detail`: `section:name:value`. */
  readonly details?: readonly string[];
  readonly availability?: string | undefined;
  readonly quantity?: string | undefined;
  readonly availabilityDate?: string | undefined;
  /** Of prices that name none; by default, the feed's. */
  readonly currency?: string | undefined;
  readonly price?: string | undefined;
  /** Below the price; counts within `saleDates`. */
  readonly salePrice?: string | undefined;
  /** An interval, "from/until"; either may be empty. */
  readonly saleDates?: string | undefined;
  /** The price before a reduction; it says nothing unless it is above `price`. */
  readonly compareAt?: string | undefined;
}

/** A name and a value. */
export type Pair = readonly [name: string, value: string];

/** Units of an SKU at a location: a row of a feed that is about stock alone. */
export interface StockListing {
  readonly line: number;
  readonly code: string | undefined;
  readonly store: string | undefined;
  readonly quantity: string | undefined;
  readonly availability: string | undefined;
}

/** A record that can't be read, or that is left out on purpose, such as a draft. */
export type NotListed =
  { readonly line: number; readonly fault: string } | { readonly line: number; readonly skipped: string };

/** A listing of a feed, or why a record has none. */
export type Listed<T> = T | NotListed;

interface FormatBase {
  /** In reports: "Shopify product export". */
  readonly name: string;
  /** Whether a file with these columns is of this format. The first format that recognizes a file reads it. */
  recognizes(source: Pick<FeedSource, 'columns' | 'syntax'>): boolean;
}

/** A format of product feeds. */
export interface ProductFormat extends FormatBase {
  readonly lists: 'products';
  /**
   * With a language, the feed is read for its texts in it: where it has several languages, listings have those of this one,
   * and records in another are skipped.
   */
  read(records: () => AsyncIterable<FeedRecord>, language: string | null): AsyncIterable<Listed<Listing>>;
}

/** A format of stock at stores, for products that are in the catalog. */
export interface StockFormat extends FormatBase {
  readonly lists: 'stock';
  read(records: () => AsyncIterable<FeedRecord>): AsyncIterable<Listed<StockListing>>;
}

export type FeedFormat = ProductFormat | StockFormat;

/** The listings of a format whose records are independent of each other. */
export async function* listEach<T>(
  records: AsyncIterable<FeedRecord>,
  list: (line: number, cells: Cells) => Listed<T>,
): AsyncGenerator<Listed<T>> {
  for await (const record of records) yield 'fault' in record ? record : list(record.line, record.cells);
}

type ListOne = (line: number, cells: Cells) => Listed<Listing>;

/** As `listEach`, of a format in XML: an element with variants in it is a product, and they are its SKUs. */
export async function* listElements(
  records: AsyncIterable<FeedRecord>,
  list: ListOne,
): AsyncGenerator<Listed<Listing>> {
  for await (const record of records) {
    if ('fault' in record) yield record;
    else if (record.variants === undefined || record.variants.length === 0)
      yield list(record.line, record.cells);
    else yield* listProduct(list(record.line, record.cells), record.variants, list);
  }
}

const isListing = (listed: Listed<Listing>): listed is Listing => 'images' in listed;

function* listProduct(
  product: Listed<Listing>,
  variants: readonly ReadRecord[],
  list: ListOne,
): Generator<Listed<Listing>> {
  if (!isListing(product)) {
    yield product;
    return;
  }
  const group = product.group ?? product.id ?? undefined;
  const listed = listVariants({ ...product, group }, variants, list);
  const skus = listed.filter(isListing);
  const title = product.title ?? skus.at(0)?.title;
  yield { ...product, id: null, group, title, options: [] };
  yield* listed.filter((each) => !isListing(each));
  yield* tellApart(skus);
}

/** A name that only tells a variant from the others, such as "S", is an option. */
const nameOption = ({ title, options, attributes }: Listing, product: Listing): Pair[] =>
  title === undefined ||
  options.length + attributes.length > 0 ||
  (product.title !== undefined && title.startsWith(product.title))
    ? []
    : [['variant', title]];

/** The SKUs of a product. What a variant does not say of itself is as with its product. */
function listVariants(product: Listing, variants: readonly ReadRecord[], list: ListOne): Listed<Listing>[] {
  return variants.flatMap(({ line, cells, variants: inner = [] }) => {
    const own = list(line, cells);
    if (!isListing(own)) return [own];
    const names = new Set(own.options.map(([name]) => optionName(name)));
    const options = [
      ...product.options.filter(([name]) => !names.has(optionName(name))),
      ...own.options,
      ...nameOption(own, product),
    ];
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
      price: priced.price,
      salePrice: priced.salePrice,
      saleDates: priced.saleDates,
      compareAt: priced.compareAt,
      availability: stocked.availability,
      quantity: stocked.quantity,
      availabilityDate: stocked.availabilityDate,
    };
    return inner.length === 0 ? [listing] : listVariants(listing, inner, list);
  });
}

/** A record of the rows that describe one product. */
export interface Row {
  readonly line: number;
  readonly cells: Cells;
}

/** The listings of a format whose products are groups of adjacent rows. */
export async function* listGroups<T>(
  records: AsyncIterable<FeedRecord>,
  /** Whether a row continues the product of the rows before it. */
  continues: (row: Row, first: Row) => boolean,
  list: (rows: readonly [Row, ...Row[]]) => Iterable<Listed<T>>,
): AsyncGenerator<Listed<T>> {
  let rows: [Row, ...Row[]] | null = null;
  for await (const record of records) {
    if ('fault' in record) {
      yield record;
    } else if (rows !== null && rows.length < MAX_ROWS && continues(record, rows[0])) {
      rows.push(record);
    } else {
      if (rows !== null) yield* list(rows);
      rows = [record];
    }
  }
  if (rows !== null) yield* list(rows);
}

/**
 * The SKUs of a product, with their options in the ids of those that share one: shops may give all sizes of a garment
 * the same SKU.
 */
export function tellApart(skus: readonly Listing[]): Listing[] {
  const times = new Map<string, number>();
  for (const { id } of skus) if (typeof id === 'string') times.set(id, (times.get(id) ?? 0) + 1);
  return skus.map((listing) => {
    const { id, options } = listing;
    if (typeof id !== 'string' || times.get(id) === 1) return listing;
    return { ...listing, id: [id, ...options.map(([, value]) => value)].join('/') };
  });
}

/** "true", "1", or "yes". */
export const isTrue = (value: string | undefined): boolean => /^(?:true|1|yes|y)$/i.test(value ?? '');

/** A value that a spreadsheet was to take for text: `'0123`. */
export const withoutApostrophe = (value: string | undefined): string | undefined =>
  value?.replace(/^'/, '').trim() ?? undefined;
