import type { Cells, FeedRecord } from '../source/cells.js';
import { closestCodes } from '../values/language.js';
import { isTrue, type Listed, type Listing, type Pair, type ProductFormat } from './format.js';
import { splitLinks } from './merchant-center.js';
import { attributeCells, COLUMNS, OPTIONS } from './woocommerce-columns.js';

/**
 * The product export of WooCommerce. A row is a product, or a variation that names its parent by SKU or as `id:42`;
 * parents and variations may be in any order.
 */
export const wooCommerce: ProductFormat = {
  name: 'WooCommerce export',
  lists: 'products',
  recognizes: ({ columns }) =>
    [COLUMNS.type, COLUMNS.name, COLUMNS.regularPrice].every((names) =>
      names.some((name) => columns.has(name)),
    ),
  async *read(records, language) {
    const { parents, codes } = await readAhead(records());
    const wanted = language === null ? null : closestCodes(codes, language);
    for await (const record of records()) {
      if ('fault' in record) yield record;
      else if (isTranslated(record.cells, wanted))
        yield { line: record.line, skipped: 'the row is in another language' };
      else yield* listRow(record.line, record.cells, parents);
    }
  },
};

const LANGUAGE = 'meta:__wpml_import_language_code';
/** More than any shop has. */
const MAX_LANGUAGES = 1_000;

/**
 * Whether a row is in another language than what is read: the shop's own for null. WPML says so in columns of its own. A
 * row without them is in any language.
 */
function isTranslated(cells: Cells, wanted: ReadonlySet<string> | null): boolean {
  const own = cells.get(LANGUAGE);
  if (wanted === null) return cells.get('meta:__wpml_import_source_language_code') !== undefined;
  return own !== undefined && !wanted.has(own);
}

/** What variations need to know of their parents, which may come after them. */
interface Parents {
  /** The group of each variable product, by all names that variations have for it. */
  readonly groups: ReadonlyMap<string, string>;
  readonly unpublished: ReadonlySet<string>;
}

async function readAhead(
  records: AsyncIterable<FeedRecord>,
): Promise<{ parents: Parents; codes: ReadonlySet<string> }> {
  const codes = new Set<string>();
  const groups = new Map<string, string>();
  const unpublished = new Set<string>();
  for await (const record of records) {
    if ('fault' in record) continue;
    const code = record.cells.get(LANGUAGE);
    if (code !== undefined && codes.size < MAX_LANGUAGES) codes.add(code);
    if (!typesOf(record.cells).includes('variable')) continue;
    const group = idOf(record.cells);
    if (group === undefined) continue;
    groups.set(group, group);
    groups.set(`id:${record.cells.get(...COLUMNS.id) ?? ''}`, group);
    if (!isPublished(record.cells)) unpublished.add(group);
  }
  return { parents: { groups, unpublished }, codes };
}

/** A column holds the type, and whether the product is virtual or a download. */
const typesOf = (cells: Cells): string[] =>
  (cells.get(...COLUMNS.type) ?? 'simple').split(',').map((type) => type.trim().toLowerCase());

function idOf(cells: Cells): string | undefined {
  const id = cells.get(...COLUMNS.id);
  return cells.get(...COLUMNS.sku) ?? (id === undefined ? undefined : `id:${id}`);
}

/** Drafts have -1, private products 0. */
const isPublished = (cells: Cells): boolean => isTrue(cells.get(...COLUMNS.published) ?? '1');

function* listRow(line: number, cells: Cells, parents: Parents): Generator<Listed<Listing>> {
  const types = typesOf(cells);
  const parent = cells.get(...COLUMNS.parent);
  const isVariation = types.includes('variation') && parent !== undefined;
  const group = isVariation ? (parents.groups.get(parent) ?? parent) : idOf(cells);
  if (!isPublished(cells) || (group !== undefined && parents.unpublished.has(group))) {
    yield { line, skipped: 'the product is not published' };
  } else if (types.includes('grouped') || types.includes('external')) {
    yield { line, skipped: 'the product is sold as other products, or on another site' };
  } else if (
    !types.includes('variable') &&
    cells.get(...COLUMNS.regularPrice, ...COLUMNS.salePrice) === undefined
  ) {
    yield { line, skipped: 'the product has no price, and the shop does not sell it' };
  } else if (types.includes('variable')) {
    yield { ...productOf(line, cells), id: null, group, options: [], attributes: attributesOf(cells) };
  } else if (isVariation) {
    const sku = cells.get(...COLUMNS.sku);
    // Variations without an SKU have that of their parent.
    const id = sku === group ? `id:${cells.get(...COLUMNS.id) ?? line}` : idOf(cells);
    yield {
      ...productOf(line, cells),
      ...offerOf(cells),
      id,
      group,
      options: attributeCells(cells).flatMap(([name, text]): Pair[] =>
        text === '' ? [] : [[name, valueOf(text)]],
      ),
      attributes: [],
    };
  } else {
    const attributes = attributesOf(cells);
    yield {
      ...productOf(line, cells),
      ...offerOf(cells),
      id: group,
      group,
      options: attributes.filter(
        ([name], _, all) => OPTIONS.test(name) && all.filter(([other]) => other === name).length === 1,
      ),
      attributes,
    };
  }
}

function productOf(line: number, cells: Cells) {
  return {
    line,
    title: cells.get(...COLUMNS.name),
    description: withLineEnds(cells.get(...COLUMNS.description, ...COLUMNS.shortDescription)),
    images: cells.all(...COLUMNS.images).flatMap(splitLinks),
    brand: cells.get(...COLUMNS.brands),
    gtin: cells.get(...COLUMNS.gtin),
    categories: categoriesOf(cells.get(...COLUMNS.categories) ?? ''),
  };
}

/** "Clothing > Hoodies, Sale": the deepest path says most. */
function categoriesOf(text: string): string[] {
  return valuesOf(text).sort((one, other) => other.split('>').length - one.split('>').length);
}

/** A value of a list: in quotes, or up to the next comma that is not escaped. */
const LISTED = /\s*(?:"((?:[^"]|"")*)"\s*|((?:\\,|[^,])*))(?:,|$)/g;

/** `Red, "Blue, navy", Green\, dark` */
const valuesOf = (text: string): string[] =>
  [...text.matchAll(LISTED)]
    .map(([, quoted, plain = '']) => (quoted?.replaceAll('""', '"') ?? plain.replaceAll('\\,', ',')).trim())
    .filter((value) => value !== '');

/** The value of a variation, which has one: a comma in it may not be escaped. */
function valueOf(text: string): string {
  const [value = '', ...others] = valuesOf(text);
  return others.length === 0 ? value : text.replaceAll('\\,', ',');
}

/** Line ends are written as `\n`, and `\n` as `\\n`. */
const withLineEnds = (text: string | undefined): string | undefined =>
  text?.replace(/\\(\\n|n)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\n'));

function attributesOf(cells: Cells): Pair[] {
  const tags = (cells.get(...COLUMNS.tags) ?? '').split(',').map((tag): Pair => ['tag', tag.trim()]);
  const attributes = attributeCells(cells).flatMap(([name, text]) =>
    valuesOf(text).map((value): Pair => [name, value]),
  );
  return [...attributes, ...tags].filter(([, value]) => value !== '');
}

function offerOf(
  cells: Cells,
): Pick<Listing, 'availability' | 'quantity' | 'price' | 'salePrice' | 'saleDates'> {
  const inStock = cells.get(...COLUMNS.inStock) ?? '1';
  const stock = cells.get(...COLUMNS.stock);
  // The stock of variations may be that of their parent, and then has no number of its own.
  const quantity = stock === undefined || !/\d/.test(stock) ? undefined : stock;
  const backorders = /^(?:1|yes|notify)$/i.test(cells.get(...COLUMNS.backorders) ?? '');
  const available =
    /^backorder$/i.test(inStock) || (backorders && quantity !== undefined) ? 'backorder' : 'in_stock';
  const from = cells.get(...COLUMNS.saleStarts) ?? '';
  const until = cells.get(...COLUMNS.saleEnds) ?? '';
  return {
    availability: isTrue(inStock) || available === 'backorder' ? available : 'out_of_stock',
    quantity,
    price: cells.get(...COLUMNS.regularPrice),
    salePrice: cells.get(...COLUMNS.salePrice),
    saleDates: from === '' && until === '' ? undefined : `${from}/${until}`,
  };
}
