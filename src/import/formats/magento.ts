import type { Cells, FeedRecord } from '../source/cells.js';
import { closestNames } from '../values/language.js';
import { isTrue, type Listed, type Listing, type Pair, type ProductFormat } from './format.js';

/**
 * The product export of Magento 2 and Adobe Commerce. A row is a product; a configurable one names the SKUs that it
 * consists of, and their options, in `configurable_variations`.
 */
export const magento: ProductFormat = {
  name: 'Magento 2 export',
  lists: 'products',
  recognizes: ({ columns }) =>
    columns.has('sku') &&
    columns.has('product_type') &&
    (columns.has('attribute_set_code') || columns.has('_attribute_set')),
  async *read(records, language) {
    const { variants, views } = await readAhead(records());
    const wanted = language === null ? null : closestNames(views, language);
    for await (const record of records())
      yield 'fault' in record ? record : listRow(record.line, record.cells, variants, wanted);
  },
};

/** More than any shop has. */
const MAX_VIEWS = 1_000;

/** The configurable product of an SKU, and the SKU's options. Configurable products come after their SKUs. */
type Variants = ReadonlyMap<string, { readonly parent: string; readonly options: readonly Pair[] }>;

async function readAhead(
  records: AsyncIterable<FeedRecord>,
): Promise<{ variants: Variants; views: ReadonlySet<string> }> {
  const views = new Set<string>();
  const variants = new Map<string, { parent: string; options: readonly Pair[] }>();
  for await (const record of records) {
    if ('fault' in record) continue;
    const view = record.cells.get('store_view_code');
    if (view !== undefined && views.size < MAX_VIEWS) views.add(view);
    const parent = record.cells.get('sku');
    const text = record.cells.get('configurable_variations');
    if (parent === undefined || text === undefined) continue;
    for (const variation of text.split('|')) {
      const pairs = pairsOf(variation);
      const sku = pairs.find(([name]) => name === 'sku')?.[1];
      if (sku !== undefined) variants.set(sku, { parent, options: pairs.filter(([name]) => name !== 'sku') });
    }
  }
  return { variants, views };
}

/**
 * `color=Black,size=XS`, or with another separator of an import; one within a value is not followed by a name. Semicolons
 * are none, because in HTML a name may follow: `<td style="color: red;" width="5">`.
 */
function pairsOf(text: string): Pair[] {
  return text.split(/(?:[,|]|##)(?="?[a-z0-9_ ]+"?=)/i).flatMap((part): Pair[] => {
    const [name = '', ...value] = part.split('=');
    const clean = (quoted: string): string => quoted.trim().replace(/^"|"$/g, '');
    return value.length === 0 ? [] : [[clean(name), clean(value.join('='))]];
  });
}

/** `wanted` are the store views in a language; null: the rows that are in none. */
function listRow(
  line: number,
  cells: Cells,
  variants: Variants,
  wanted: ReadonlySet<string> | null,
): Listed<Listing> {
  const sku = cells.get('sku');
  const type = cells.get('product_type') ?? 'simple';
  const variant = sku === undefined ? undefined : variants.get(sku);
  const view = cells.get('store_view_code');
  if (wanted === null && view !== undefined)
    return { line, skipped: 'the row translates another row: import it with --language' };
  if (wanted !== null) {
    if (view === undefined || !wanted.has(view))
      return { line, skipped: 'the row is not of a store view in the language' };
    if (wanted.size > 1) {
      const views = [...wanted].join(', ');
      return {
        line,
        fault: `Several store views are in the language: ${views}. Keep the rows of one of them.`,
      };
    }
    return translation(line, cells, sku, variant?.parent);
  }
  if (cells.get('product_online', 'status') === '2') return { line, skipped: 'the product is disabled' };
  if (/^(?:bundle|grouped|giftcard)$/.test(type))
    return { line, skipped: 'the product is sold as other products' };
  const isVisible = !/^not visible/i.test(cells.get('visibility') ?? '');
  if (type !== 'configurable' && variant === undefined && !isVisible)
    return { line, skipped: 'the product is not visible in the shop, and no variant of one that is' };
  const additional = pairsOf(cells.get('additional_attributes') ?? '');
  const extra = (...names: readonly string[]): string | undefined =>
    cells.get(...names) ?? additional.find(([name]) => names.includes(name))?.[1];
  const product = {
    line,
    title: cells.get('name'),
    description: cells.get('description', 'short_description'),
    images: imagesOf(cells),
    brand: extra('brand', 'manufacturer'),
    gtin: extra('gtin', 'ean', 'upc', 'barcode'),
    categories: categoriesOf(cells.get('categories') ?? ''),
  };
  const attributes = [...additional, ...ownAttributes(cells)]
    .filter(([name]) => !NO_ATTRIBUTES.has(name))
    .flatMap(([name, value]) => value.split('|').map((each): Pair => [name, each]));
  if (type === 'configurable') return { ...product, id: null, group: sku, options: [], attributes };
  const options = variant?.options ?? attributes.filter(([name]) => /^(?:size|colou?r)$/.test(name));
  return { ...product, ...offerOf(cells), id: sku, group: variant?.parent, options, attributes };
}

/** A row of a store view has only what differs there. */
function translation(
  line: number,
  cells: Cells,
  sku: string | undefined,
  parent: string | undefined,
): Listed<Listing> {
  const [title, description] = [cells.get('name'), cells.get('description', 'short_description')];
  if (title === undefined && description === undefined)
    return { line, skipped: 'the row translates neither title nor description' };
  return {
    ...{ line, id: sku, group: parent, title, description },
    ...{ images: [], categories: [], options: [], attributes: [] },
  };
}

/** Additional attributes that are read elsewhere, or that say nothing of the garment. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...[
    'brand',
    'manufacturer',
    'gtin',
    'ean',
    'upc',
    'barcode',
    'has_options',
    'required_options',
    'ts_dimensions_height',
  ],
  ...['ts_dimensions_length', 'ts_dimensions_width', 'gift_message_available', 'price_type', 'shipment_type'],
]);

const ownAttributes = (cells: Cells): Pair[] =>
  ['color', 'size', 'material', 'gender'].flatMap((name): Pair[] => {
    const value = cells.get(name);
    return value === undefined ? [] : [[name, value]];
  });

/** Paths start at the media folder of the shop, here at the folder of the feed. */
const imagesOf = (cells: Cells): string[] =>
  [
    ...cells.all('base_image', 'small_image', 'thumbnail_image'),
    ...cells.all('additional_images').flatMap((all) => all.split(',')),
  ]
    .map((path) => path.trim().replace(/^\/+/, ''))
    .filter((path) => path !== '' && path !== 'no_selection');

/** "Default Category/Men/Tops,Default Category/Men": the deepest path says most, and its root nothing. */
function categoriesOf(text: string): string[] {
  return text
    .split(/[,|](?=[^/,|]+\/)/)
    .map((path) => path.split('/').slice(1).join('>'))
    .filter((path) => path !== '')
    .sort((one, other) => other.split('>').length - one.split('>').length);
}

function offerOf(
  cells: Cells,
): Pick<Listing, 'availability' | 'quantity' | 'price' | 'salePrice' | 'saleDates'> {
  const isCounted = cells.get('manage_stock') !== '0';
  const quantity = cells.get('qty');
  const backorders = /^[12]$/.test(cells.get('allow_backorders') ?? '');
  const inStock = isTrue(cells.get('is_in_stock') ?? '1');
  const from = isoDay(cells.get('special_price_from_date') ?? '');
  const until = isoDay(cells.get('special_price_to_date') ?? '');
  return {
    availability: !inStock ? 'out_of_stock' : backorders && isCounted ? 'backorder' : 'in_stock',
    quantity: isCounted ? quantity : undefined,
    price: cells.get('price'),
    salePrice: cells.get('special_price'),
    saleDates: from === '' && until === '' ? undefined : `${from}/${until}`,
  };
}

/** "8/23/17, 2:05 PM" and "2017-08-23 00:00:00" as days. */
function isoDay(text: string): string {
  const [, month, day, year] = /^(\d\d?)\/(\d\d?)\/(\d{4}|\d\d)\b/.exec(text) ?? [];
  if (month === undefined || day === undefined || year === undefined) return text.replace(/ 00:00:00$/, '');
  return `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
