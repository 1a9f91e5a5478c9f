import { describeDraft, describeText } from '../import/describe-draft.js';
import type { Explanation } from '../import/explain-feed.js';
import type { Fault, FaultCount, ImportReport } from '../import/report.js';
import { counted } from '../platform/counted.js';

/** More lines than this scroll the summary off the screen. */
const SHOWN_FAULTS = 20;
/** Products of an explanation. */
const SHOWN_PRODUCTS = 3;
/** Kinds of things that are listed, such as columns. */
const SHOWN_KINDS = 12;

/** What an import did, in lines of text. */
export function describeImport(
  report: ImportReport,
  { rejectsFile, dryRun }: { readonly rejectsFile: string | null; readonly dryRun: boolean },
): string {
  const everyReject =
    rejectsFile === null ? '--rejects FILE writes all of them' : `all of them: ${rejectsFile}`;
  return [
    `Read as ${report.format}.\n`,
    describeResult(report, dryRun),
    describePruning(report, dryRun),
    list(
      `Rejected ${counted(report.rejectedRows, 'row')}`,
      report.rejected,
      report.rejectedRows,
      everyReject,
    ),
    describeLeftOut(report),
    list(`Skipped ${counted(report.failedImages, 'image')}`, report.imagesFailed, report.failedImages, null),
    list(
      `In quarantine, because they look as if made to deceive the search: ${counted(report.quarantinedImages, 'image')}`,
      report.quarantined,
      report.quarantinedImages,
      'vitrine quarantine list',
    ),
    kinds('Images skipped by host', report.imageHosts, (host) => (host === '' ? 'files' : host)),
    report.complete
      ? ''
      : 'The import stopped before the end of the feed; run the same command again to continue.\n',
  ].join('');
}

function describeResult(report: ImportReport, dryRun: boolean): string {
  const { products, productsChanged, skus, imagesEncoded, imagesReused, stockLevels, channel, language } =
    report;
  const into = channel === null ? '' : ` into the channel ${channel}`;
  const would = dryRun ? 'Dry run, nothing is written: would import' : 'Imported';
  if (language !== null) {
    const changed = dryRun ? '' : `; ${productsChanged} changed`;
    return `${would} the texts of ${counted(products, 'product')} in the language ${language}${changed}.\n`;
  }
  if (stockLevels > 0)
    return `${would} ${counted(stockLevels, 'stock level')} of ${counted(skus, 'SKU')}${into}.\n`;
  const images = dryRun
    ? ''
    : `; ${counted(imagesEncoded, 'image')} encoded, ${imagesReused} already encoded`;
  return `${would} ${counted(products, 'product')} with ${counted(skus, 'SKU')}${into}${images}.\n`;
}

function describePruning({ pruned, pruneRefused }: ImportReport, dryRun: boolean): string {
  if (pruneRefused !== null) return `Removed nothing: ${pruneRefused}.\n`;
  if (pruned.products + pruned.skus === 0) return '';
  return dryRun
    ? `Would remove ${counted(pruned.skus, 'SKU')} that the feed no longer lists.\n`
    : `Removed ${counted(pruned.products, 'product')} and ${counted(pruned.skus, 'SKU')} that the feed no longer lists.\n`;
}

/** What was read and not used, and what was not read. */
function describeLeftOut(report: ImportReport): string {
  const { skipped, leftOut, unreadColumns, uncountedSkus, unknownCategories, productsWithoutSkus, alikeIds } =
    report;
  const { openQuotes, repeatedProducts, freeSkus } = report;
  return [
    kinds('Left out on purpose', skipped, (reason) => reason, 'record', false),
    kinds('Values left out of their rows', leftOut, (column) => column),
    openQuotes === null
      ? ''
      : `Quotes that are not closed were read as characters, in ${counted(openQuotes.rows, 'row')}, first on line ${openQuotes.line}.\n`,
    unreadColumns.length === 0
      ? ''
      : `Columns that were not read: ${named(unreadColumns.map(({ column, rows }) => `${column} (${rows})`))}\n`,
    unknownCategories.size === 0
      ? ''
      : `Categories of Google without a name here: ${named([...unknownCategories].map(([number, { count: rows }]) => `${number} (${rows})`))}. Products with no other category are uncategorized.\n`,
    productsWithoutSkus === 0
      ? ''
      : `Products without variants, which can't be sold: ${productsWithoutSkus}\n`,
    alikeIds === null
      ? ''
      : `Ids that differ only in case, spaces, or leading zeros are those of different SKUs: ${alikeIds.count}, ` +
        `for example ${JSON.stringify(alikeIds.code)} on line ${alikeIds.line} beside ${JSON.stringify(alikeIds.firstCode)} on line ${alikeIds.firstLine}\n`,
    repeatedProducts === null
      ? ''
      : `Products with the id of another product are one with it: ${repeatedProducts.count}, for example ` +
        `${JSON.stringify(repeatedProducts.group)} on line ${repeatedProducts.line} and on line ${repeatedProducts.firstLine}\n`,
    freeSkus === null
      ? ''
      : `Sold for nothing: ${counted(freeSkus.count, 'SKU')}, the first on line ${freeSkus.line}. Leave out of the feed what is not for sale.\n`,
    uncountedSkus === 0
      ? ''
      : `In stock without a number: ${counted(uncountedSkus, 'SKU')}. They never sell out, unless --default-quantity says how many there are.\n`,
  ].join('');
}

/** What would happen with the first rows of a feed, in lines of text. */
export function describeExplanation(explanation: Explanation): string {
  const { report, listings, columns, products, texts, stock } = explanation;
  const shown = [
    `Read as ${report.format}.\n`,
    `Columns: ${columns.join(', ')}\n`,
    `Of the first ${counted(listings, 'record')}: ${
      report.language === null
        ? `${counted(report.products, 'product')} with ${counted(report.skus, 'SKU')}`
        : `texts of ${counted(report.products, 'product')} in the language ${report.language}`
    }.\n`,
    ...products.slice(0, SHOWN_PRODUCTS).map((product) => `\n${describeDraft(product)}`),
    ...texts.slice(0, SHOWN_PRODUCTS).map(({ group, text }) => `\n${describeText(group, text)}`),
    ...stock.slice(0, SHOWN_PRODUCTS).map((line) => `\n${line}\n`),
    '\n',
    list(`Rejected ${counted(report.rejectedRows, 'row')}`, report.rejected, report.rejectedRows, null),
    describeLeftOut(report),
  ];
  return shown.join('');
}

function kinds(
  title: string,
  counts: ReadonlyMap<string, FaultCount>,
  nameOf: (kind: string) => string,
  noun = 'time',
  withReason = true,
): string {
  if (counts.size === 0) return '';
  const sorted = [...counts].sort(([, one], [, other]) => other.count - one.count);
  const lines = sorted.slice(0, SHOWN_KINDS).map(([kind, { count: times, first }]) => {
    const example = withReason
      ? `, first on line ${first.line}: ${first.reason}`
      : `, first on line ${first.line}`;
    return `  ${nameOf(kind)}: ${counted(times, noun)}${example}\n`;
  });
  const more = sorted.length > SHOWN_KINDS ? `  and ${sorted.length - SHOWN_KINDS} more\n` : '';
  return `${title}:\n${lines.join('')}${more}`;
}

const named = (names: readonly string[]): string =>
  names.length > SHOWN_KINDS
    ? `${names.slice(0, SHOWN_KINDS).join(', ')}, and ${names.length - SHOWN_KINDS} more`
    : names.join(', ');

function list(title: string, faults: readonly Fault[], total: number, everyOne: string | null): string {
  if (total === 0) return '';
  const shown = faults.slice(0, SHOWN_FAULTS).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = total - shown.length;
  const rest = more === 0 ? '' : `  and ${more} more${everyOne === null ? '' : ` (${everyOne})`}\n`;
  return `${title}:\n${shown.join('')}${rest}`;
}
