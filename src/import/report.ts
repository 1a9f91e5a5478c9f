import type { Parsed, ParsedListing } from './parse-listing.js';
import type { ColumnUse, OpenQuotes } from './source/cells.js';

/** Enough to see what is wrong with a feed; `onRejected` gets all of them. */
const MAX_KEPT = 10_000;

/** A part of the feed that was not imported. */
export interface Fault {
  /** Line of the file; the header is on line 1. */
  readonly line: number;
  readonly reason: string;
}

/** Equal faults, counted. */
export interface FaultCount {
  count: number;
  readonly first: Fault;
}

/** The result of an import. */
export interface ImportReport {
  /** How the feed was read, for example "Shopify product export (CSV, utf-8)". */
  format: string;
  /** Handle of the channel that these prices and this stock belong to; null when no row could be used. */
  channel: string | null;
  /** The language of a feed that is read for its texts alone; null: it is not. */
  language: string | null;
  /** False when it was stopped before the end. */
  complete: boolean;
  /** Products and SKUs of the feed that are in the catalog now. */
  products: number;
  skus: number;
  /** How many of these products are new or have changed, not counting stock. */
  productsChanged: number;
  imagesEncoded: number;
  /** Images that were already stored and encoded. */
  imagesReused: number;
  /** The number of rejected rows, and the first of them by line. */
  rejectedRows: number;
  rejected: Fault[];
  /** Rejected rows whose SKU is unknown, because nobody can read its id. */
  unreadableRows: number;
  /** Rejected rows with the id of an earlier row that says something else. */
  conflictingRows: number;
  /**
   * How many SKUs have an id that differs from that of an earlier one only in case (A to Z), spaces, or leading zeros,
   * and the first two of the form that comes first in the feed; null: none.
   */
  alikeIds: {
    readonly count: number;
    readonly line: number;
    readonly code: string;
    readonly firstLine: number;
    readonly firstCode: string;
  } | null;
  /**
   * Products that the feed describes as a whole several times, and not in the same words: they are one product each; and
   * the first of them, by the merchant's id, with two of its lines. Null: none.
   */
  repeatedProducts: {
    readonly count: number;
    readonly group: string;
    readonly line: number;
    readonly firstLine: number;
  } | null;
  /** SKUs and stock levels of a feed that is about stock alone. */
  stockLevels: number;
  /** Values that were left out of their rows, by column. */
  leftOut: Map<string, FaultCount>;
  /** Records that were left out on purpose, by reason. */
  skipped: Map<string, FaultCount>;
  /** Columns with values that nothing has read, the fullest first. */
  unreadColumns: { readonly column: string; readonly rows: number }[];
  /** Rows with a quote that is never closed, which was read as a character; null: none. */
  openQuotes: OpenQuotes | null;
  /** SKUs that are in stock without a number. */
  uncountedSkus: number;
  /** SKUs with a price of 0, and the line of the first; null: none. */
  freeSkus: { readonly count: number; readonly line: number } | null;
  /** Numbers of Google's taxonomy without a name, by number. */
  unknownCategories: Map<string, FaultCount>;
  /** Products whose variants are missing in the feed. */
  productsWithoutSkus: number;
  /** Images that were left out, by host; files have an empty one. */
  imageHosts: Map<string, FaultCount>;
  /** The number of images left out, and the first of them; their products were imported without them. */
  failedImages: number;
  imagesFailed: Fault[];
  /** Images that are in quarantine, and the first of them; their products were imported, and do not show them. */
  quarantinedImages: number;
  quarantined: Fault[];
  /** What the feed no longer listed and `prune` removed, or would remove in a dry run. */
  pruned: { products: number; skus: number };
  /** Why nothing was pruned; null: there was no reason not to. */
  pruneRefused: string | null;
  /** Demo products that were removed. */
  demoRemoved: number;
}

export function emptyReport(): ImportReport {
  return {
    format: '',
    channel: null,
    language: null,
    complete: false,
    products: 0,
    skus: 0,
    productsChanged: 0,
    imagesEncoded: 0,
    imagesReused: 0,
    rejectedRows: 0,
    rejected: [],
    unreadableRows: 0,
    conflictingRows: 0,
    alikeIds: null,
    repeatedProducts: null,
    stockLevels: 0,
    leftOut: new Map(),
    skipped: new Map(),
    unreadColumns: [],
    openQuotes: null,
    uncountedSkus: 0,
    freeSkus: null,
    unknownCategories: new Map(),
    productsWithoutSkus: 0,
    imageHosts: new Map(),
    failedImages: 0,
    imagesFailed: [],
    quarantinedImages: 0,
    quarantined: [],
    pruned: { products: 0, skus: 0 },
    pruneRefused: null,
    demoRemoved: 0,
  };
}

/** Keeps a fault if there is room. */
export function keepFault(kept: Fault[], fault: Fault): void {
  if (kept.length < MAX_KEPT) kept.push(fault);
}

/** Kinds of faults that a report counts; a feed has fewer columns, hosts, and categories. */
const MAX_KINDS = 1_000;

/** Counts a fault of a kind. */
export function countFault(counts: Map<string, FaultCount>, kind: string, fault: Fault): void {
  const known = counts.get(kind);
  if (known !== undefined) known.count += 1;
  else if (counts.size < MAX_KINDS) counts.set(kind, { count: 1, first: fault });
}

/** Tells what was noted while the feed was read. */
export function tellUse(report: ImportReport, use: ColumnUse): void {
  report.unreadColumns = use.unread();
  report.openQuotes = use.openQuotes;
}

/** Counts what may be wrong with an SKU that goes in. */
export function countSku(
  report: ImportReport,
  { row, isUncounted }: Pick<ParsedListing, 'row' | 'isUncounted'>,
): void {
  if (isUncounted) report.uncountedSkus += 1;
  if (row.prices.some(({ amount }) => amount === 0))
    report.freeSkus = { line: row.line, ...report.freeSkus, count: (report.freeSkus?.count ?? 0) + 1 };
}

/** Counts what was left out of a listing. */
export function countLeftOut(
  report: ImportReport,
  { row: { line }, leftOut, unknownCategories }: Parsed<{ readonly line: number }>,
): void {
  for (const { column, reason } of leftOut) countFault(report.leftOut, column, { line, reason });
  for (const number of unknownCategories)
    countFault(report.unknownCategories, number, { line, reason: `google_product_category ${number}` });
}
