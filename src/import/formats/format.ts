import type { Cells, FeedRecord } from '../source/cells.js';
import type { FeedSource } from '../source/open-source.js';

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
  /** What counts as the availability if neither the listing nor the product around it says anything of stock. */
  readonly offeredAs?: string | undefined;
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
  | {
      readonly line: number;
      readonly fault: string;
      /** The merchant's id of the SKU, if it is known: it is not missing in the feed. */
      readonly id?: string | undefined;
    }
  | { readonly line: number; readonly skipped: string };

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
