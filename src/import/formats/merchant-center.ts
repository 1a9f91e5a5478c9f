import type { Cells } from '../source/cells.js';
import type { FeedSource } from '../source/open-source.js';
import { oneLine } from '../values/plain-text.js';
import { listElements } from './elements.js';
import type { Listing, Pair, ProductFormat } from './format.js';

/**
 * Google Merchant Center, in tables, RSS 2.0, and Atom. Most shopping feeds, among them those of Microsoft,
 * Pinterest, and TikTok, have its columns.
 */
export const merchantCenter: ProductFormat = {
  name: 'Google Merchant Center',
  lists: 'products',
  recognizes: ({ columns }) =>
    [ID, TITLE, PRICE, ['availability', ...QUANTITY]].every((names) => has(columns, names)),
  read: (records) => listElements(records(), merchantListing),
};

/** Whether a file has texts of listings, and may have neither prices nor stock: a supplemental feed. */
export const hasTexts = ({ columns }: Pick<FeedSource, 'columns'>): boolean =>
  has(columns, ID) && (has(columns, TITLE) || columns.has('description'));

const ID = ['id', 'sku'] as const;
const TITLE = ['title', 'name'] as const;
const PRICE = ['price', 'sale_price'] as const;
const has = (columns: ReadonlySet<string>, names: readonly string[]): boolean =>
  names.some((name) => columns.has(name));

/** Where feeds say how many units there are to sell. */
export const QUANTITY = [
  'quantity',
  'sell_on_google_quantity',
  'quantity_to_sell_on_facebook',
  'inventory',
  'inventory_quantity',
  'stock_quantity',
  'stock_level',
  'stock',
  'qty',
] as const;

/** Attributes of garments that are values of the product, not options, unless its variants differ in them. */
const ATTRIBUTES = [
  'material',
  'pattern',
  'gender',
  'age_group',
  'condition',
  'size_type',
  'size_system',
] as const;

/** The listing in a record with Merchant Center's columns. */
export function merchantListing(line: number, cells: Cells): Listing {
  const options: Pair[] = [];
  for (const name of ['size', 'color']) {
    const value = cells.get(name, ...(name === 'color' ? ['colour'] : []));
    if (value !== undefined) options.push([name, value]);
  }
  return {
    line,
    id: cells.get(...ID),
    group: cells.get('item_group_id'),
    title: cells.get(...TITLE),
    groupTitle: cells.get('item_group_title'),
    description: cells.get('description', 'summary', 'content'),
    link: cells.get('link', 'url', 'product_url'),
    images: [
      ...cells.all('image_link', 'image[0].url', 'image_url', 'image'),
      ...cells.all('additional_image_link', 'additional_image_urls').flatMap(splitLinks),
      ...cells.matching(/^image\[[1-9]\d*\]\.url$/).map(({ value }) => value),
    ],
    brand: cells.get('brand'),
    gtin: cells.get('gtin', 'ean', 'upc', 'barcode'),
    categories: cells.all(
      'product_type',
      'google_product_category',
      'fb_product_category',
      'product_category',
      'category',
    ),
    options,
    attributes: ATTRIBUTES.flatMap((name): Pair[] => {
      const value = cells.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
    details: cells.all('product_detail'),
    availability: cells.get('availability'),
    quantity: cells.get(...QUANTITY),
    availabilityDate: cells.get('availability_date'),
    price: cells.get('price'),
    salePrice: cells.get('sale_price'),
    saleDates: cells.get('sale_price_effective_date'),
  };
}

/** Links separated by commas; a comma within a link is not followed by another link. */
export const splitLinks = (text: string): string[] =>
  (/^(?:https?:)?\/\//i.test(text) ? oneLine(text).split(/[,;| ] ?(?=(?:https?:)?\/\/|$)/i) : text.split(','))
    .map((link) => link.trim())
    .filter((link) => link !== '');
