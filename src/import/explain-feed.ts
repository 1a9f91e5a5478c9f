import { isDeepStrictEqual } from 'node:util';
import { groupBy } from '../platform/group-by.js';
import type { Listing } from './formats/format.js';
import { recognize, recognizeTexts } from './formats/recognize.js';
import { RowError } from './listing-values.js';
import {
  parseListing,
  parseProductListing,
  parseText,
  type FeedRow,
  type ProductRow,
  type TextRow,
} from './parse-listing.js';
import { draftProduct, type ProductDraft } from './product-draft.js';
import {
  countFault,
  countLeftOut,
  countSku,
  emptyReport,
  tellUse,
  type Fault,
  type ImportReport,
} from './report.js';
import type { Renames } from './source/cells.js';
import { openSource } from './source/open-source.js';
import { repeatedId } from './stage-feed.js';
import { draftText, type TextDraft } from './text-draft.js';
import { countryOf, zoneOf } from './values/zone.js';

/** Listings that are read: enough for products whose rows are not adjacent, and at once on any feed. */
const EXPLAINED_LISTINGS = 500;

interface ExplainOptions {
  readonly currency?: string;
  readonly country?: string;
  readonly defaultQuantity?: number;
  readonly columns?: Renames;
  readonly language?: string;
}

/** What an import would make of the beginning of a feed. */
export interface Explanation {
  readonly report: ImportReport;
  /** Listings that were read. */
  readonly listings: number;
  readonly columns: readonly string[];
  /** The products of these listings; the last may have more. */
  readonly products: readonly ProductDraft[];
  /** Of a feed that is read for its texts alone: those of each product. */
  readonly texts: readonly { readonly group: string; readonly text: TextDraft }[];
  /** Of a feed that is about stock alone: its rows in words. */
  readonly stock: readonly string[];
}

/**
 * Reads the first listings of a feed as an import would, without a database.
 *
 * @throws RequestError BAD_USER_INPUT it is not a product feed
 */
export async function explainFeed(
  feed: string,
  options: ExplainOptions,
  signal?: AbortSignal,
): Promise<Explanation> {
  const report = emptyReport();
  const source = await openSource(feed, options.columns ?? new Map<string, null>(), signal);
  const { language = null } = options;
  const format = language === null ? recognize(feed, source) : recognizeTexts(feed, source);
  report.format = `${format.name} (${source.syntax}, ${source.encoding})`;
  const rows = new Map<string, FeedRow>();
  const wholes: ProductRow[] = [];
  const texts: TextRow[] = [];
  const stock: string[] = [];
  let listings = 0;
  const reject = (fault: Fault): void => {
    report.rejectedRows += 1;
    report.rejected.push(fault);
  };
  const settings = {
    currency: options.currency ?? null,
    zone: (currency: string) => zoneOf(options.country ?? countryOf(currency)),
    defaultQuantity: options.defaultQuantity ?? null,
  };
  const add = (listing: Listing): void => {
    if (language !== null) {
      const parsed = parseText(listing);
      countLeftOut(report, parsed);
      texts.push(parsed.row);
    } else if (listing.id === null) {
      const parsed = parseProductListing(listing);
      countLeftOut(report, parsed);
      wholes.push(parsed.row);
    } else {
      const parsed = parseListing(listing, settings);
      countLeftOut(report, parsed);
      const { code } = parsed.row;
      const first = rows.get(code);
      if (first !== undefined) throw new RowError(repeatedId(code, first.line, isSameRow(parsed.row, first)));
      rows.set(code, parsed.row);
      countSku(report, parsed);
    }
  };
  for await (const listed of format.read(() => source.read(), language)) {
    listings += 1;
    const { line } = listed;
    try {
      if ('fault' in listed) throw new RowError(listed.fault);
      if ('skipped' in listed) countFault(report.skipped, listed.skipped, { line, reason: listed.skipped });
      else if ('store' in listed)
        stock.push(
          `${listed.code ?? '?'} at ${listed.store ?? '?'}: ${listed.quantity ?? listed.availability ?? '?'}`,
        );
      else add(listed);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      reject({ line, reason: error.message });
    }
    if (listings >= EXPLAINED_LISTINGS) break;
  }
  tellUse(report, source.use);
  const wholeOf = groupBy(wholes, ({ group }) => group);
  report.repeatedProducts = findRepeated(wholeOf);
  const products = [...groupBy([...rows.values()], ({ group }) => group)].flatMap(
    ([group, [first, ...others]]) =>
      first === undefined
        ? []
        : [draftProduct({ handle: group, whole: wholeOf.get(group) ?? [], rows: [first, ...others] })],
  );
  const textsOf = groupBy(texts, ({ group }) => group);
  report.language = language;
  report.products = products.length + textsOf.size;
  report.skus = rows.size;
  return {
    report,
    listings,
    columns: [...source.columns],
    products,
    texts: [...textsOf].map(([group, said]) => ({ group, text: draftText(group, said) })),
    stock,
  };
}

const isSameRow = (row: ProductRow, other: ProductRow): boolean =>
  isDeepStrictEqual({ ...row, line: 0 }, { ...other, line: 0 });

function findRepeated(wholeOf: ReadonlyMap<string, readonly ProductRow[]>): ImportReport['repeatedProducts'] {
  const repeated = [...wholeOf.values()].flatMap(([first, ...others]) =>
    first === undefined || others.every((other) => isSameRow(first, other))
      ? []
      : [{ first, last: others.at(-1) }],
  );
  const [example] = repeated;
  if (example?.last === undefined) return null;
  const { first, last } = example;
  return { count: repeated.length, group: first.group, line: last.line, firstLine: first.line };
}
