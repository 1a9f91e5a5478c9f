import { z } from 'zod';
import { attributeName } from '../catalog/write/handle.js';
import {
  MAX_ATTRIBUTE_LENGTH,
  MAX_CODE_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_FIELD_LENGTH,
  MAX_TITLE_LENGTH,
  parseCategoryPath,
  parseGtin,
  parseProductUrl,
} from '../catalog/write/product-fields.js';
import { RequestError } from '../errors.js';
import { parseAmount } from '../graph/money.js';
import { parseInstant, parseInterval } from './dates.js';

/** In characters. */
const MAX_LENGTH: Readonly<Record<string, number>> = {
  id: MAX_CODE_LENGTH,
  item_group_id: MAX_CODE_LENGTH,
  pattern: MAX_ATTRIBUTE_LENGTH,
  gender: MAX_ATTRIBUTE_LENGTH,
  age_group: MAX_ATTRIBUTE_LENGTH,
  condition: MAX_ATTRIBUTE_LENGTH,
  color: MAX_ATTRIBUTE_LENGTH,
  material: MAX_ATTRIBUTE_LENGTH,
  title: MAX_TITLE_LENGTH,
  description: MAX_DESCRIPTION_LENGTH,
  additional_image_link: 50_000,
  product_detail: 50_000,
};
/** Messages truncate long values to this many characters. */
const MAX_SHOWN = 60;
/** Google Merchant Center takes 10 additional images. */
const MAX_IMAGES_PER_ROW = 25;
const MAX_QUANTITY = 2 ** 31 - 1;

const price = z.object({
  /** In minor units. */
  amount: z.number(),
  compareAt: z.number().nullable(),
  /** Start in ISO 8601, inclusive; null: no start. */
  from: z.string().nullable(),
  /** End, exclusive; null: no end. */
  until: z.string().nullable(),
});
type FeedPrice = z.infer<typeof price>;

/** One checked row of a product feed: an SKU, and what the row says about its product. */
export const feedRow = z.object({
  line: z.number(),
  /** The merchant's id of the SKU. */
  code: z.string(),
  /** The merchant's id of the product: `item_group_id`, or the SKU's id if there is none. */
  group: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  /** Links of images; the first is the SKU's own. */
  images: z.array(z.string()),
  brand: z.string().nullable(),
  gtin: z.string().nullable(),
  /** Names in the category's path, topmost first. */
  category: z.array(z.string()),
  options: z.record(z.string(), z.string()),
  attributes: z.array(z.tuple([z.string(), z.string()])),
  whenOut: z.enum(['deny', 'backorder', 'preorder']),
  /** ISO 8601. */
  restockAt: z.string().nullable(),
  /** Null: in stock, uncounted. */
  onHand: z.number().nullable(),
  currency: z.string(),
  prices: z.array(price),
});
export type FeedRow = z.infer<typeof feedRow>;

/** Columns that every product feed has. */
export const REQUIRED_COLUMNS = ['id', 'title', 'image_link', 'availability', 'price'] as const;

/** Why a row is rejected, worded for the merchant. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

type Cells = ReadonlyMap<string, string>;

/** Checks a row. @throws RowError that names the column and its value */
export function parseFeedRow(line: number, cells: Cells): FeedRow {
  for (const [column, value] of cells) checkText(column, value);
  const code = required(cells, 'id');
  const { currency, prices } = parsePrices(cells);
  const stock = parseAvailability(cells);
  const color = cells.get('color');
  const size = cells.get('size');
  return {
    line,
    code,
    group: cells.get('item_group_id') ?? code,
    title: required(cells, 'title'),
    description: cells.get('description') ?? null,
    url: column(cells, 'link', parseProductUrl),
    images: parseImages(cells),
    brand: cells.get('brand') ?? null,
    gtin: column(cells, 'gtin', parseGtin),
    category: parseCategory(cells),
    options: { ...(size === undefined ? {} : { size }), ...(color === undefined ? {} : { color }) },
    attributes: parseAttributes(cells),
    ...stock,
    currency,
    prices,
  };
}

function checkText(name: string, value: string): void {
  const limit = MAX_LENGTH[name] ?? MAX_FIELD_LENGTH;
  if (value.length > limit) {
    throw new RowError(`${name} has ${value.length} characters; at most ${limit} are allowed.`);
  }
}

const shown = (value: string): string =>
  JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);

const reject = (name: string, value: string, why: string): RowError =>
  new RowError(`${name} ${shown(value)}: ${why}`);

function required(cells: Cells, name: string): string {
  const value = cells.get(name);
  if (value === undefined) throw new RowError(`${name} is empty.`);
  return value;
}

/** Parses the value of a column and names both in any error; null when the cell is empty. */
function column<T>(cells: Cells, name: string, parse: (value: string) => T): T | null {
  const value = cells.get(name);
  if (value === undefined) return null;
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof RequestError) throw reject(name, value, error.message);
    throw error;
  }
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Parses "24.95 EUR" into minor units and the currency. @throws RequestError BAD_USER_INPUT */
function parsePrice(text: string): { amount: number; currency: string } {
  const [, decimal, currency] = /^(\S+)\s+([A-Za-z]{3})$/.exec(text) ?? [];
  if (decimal === undefined || currency === undefined) {
    throw bad('A price must be an amount and a currency, for example 24.95 EUR.');
  }
  const code = currency.toUpperCase();
  return { amount: parseAmount(decimal, code), currency: code };
}

function parsePrices(cells: Cells): Pick<FeedRow, 'currency' | 'prices'> {
  required(cells, 'price');
  const regular = column(cells, 'price', parsePrice);
  if (regular === null) throw new RowError('price is empty.');
  const { amount, currency } = regular;
  const whole = { amount, compareAt: null, from: null, until: null };
  const saleText = cells.get('sale_price');
  const sale = column(cells, 'sale_price', parsePrice);
  if (saleText === undefined || sale === null) return { currency, prices: [whole] };
  if (sale.currency !== currency) {
    throw reject('sale_price', saleText, `The price is in ${currency}; both must be in the same currency.`);
  }
  if (sale.amount > amount) throw reject('sale_price', saleText, 'It is above the price.');
  if (sale.amount === amount) return { currency, prices: [whole] };
  const interval = column(cells, 'sale_price_effective_date', parseInterval) ?? { from: null, until: null };
  const prices: FeedPrice[] = [{ amount: sale.amount, compareAt: amount, ...interval }];
  if (interval.from !== null) prices.unshift({ ...whole, until: interval.from });
  if (interval.until !== null) prices.push({ ...whole, from: interval.until });
  return { currency, prices };
}

/**
 * The quantity on hand. The merchant's `availability` takes precedence: out of stock means 0 whatever the quantity;
 * in stock without a quantity means uncounted.
 */
function parseAvailability(cells: Cells): Pick<FeedRow, 'onHand' | 'whenOut' | 'restockAt'> {
  const text = required(cells, 'availability');
  const quantity = column(cells, 'quantity', parseQuantity);
  const restockAt = column(cells, 'availability_date', parseInstant);
  switch (text.toLowerCase().replace(/[\s_-]/g, '')) {
    case 'instock':
      return { onHand: quantity, whenOut: 'deny', restockAt: null };
    case 'outofstock':
      return { onHand: 0, whenOut: 'deny', restockAt };
    case 'preorder':
      return { onHand: quantity ?? 0, whenOut: 'preorder', restockAt };
    case 'backorder':
      return { onHand: quantity ?? 0, whenOut: 'backorder', restockAt };
    default:
      throw reject('availability', text, 'It must be in_stock, out_of_stock, preorder, or backorder.');
  }
}

/** Parses a number of units. @throws RequestError BAD_USER_INPUT */
export function parseQuantity(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value <= MAX_QUANTITY)) throw bad(`A quantity is a whole number from 0 to ${MAX_QUANTITY}.`);
  return value;
}

function parseImages(cells: Cells): string[] {
  const additional = (cells.get('additional_image_link') ?? '').split(',').map((link) => link.trim());
  const links = [...new Set([cells.get('image_link') ?? '', ...additional])].filter((link) => link !== '');
  if (links.length > MAX_IMAGES_PER_ROW) {
    throw new RowError(
      `additional_image_link: the row has ${links.length} images; at most ${MAX_IMAGES_PER_ROW} are allowed.`,
    );
  }
  return links;
}

/** The merchant's own category; else Google's, if it is written in words and not as a number of its taxonomy. */
function parseCategory(cells: Cells): string[] {
  const google = cells.get('google_product_category');
  const named = cells.has('product_type') || google === undefined || !/\p{L}/u.test(google);
  return (
    column(cells, named ? 'product_type' : 'google_product_category', parseCategoryPath) ??
    parseCategoryPath('')
  );
}

function parseAttributes(cells: Cells): [string, string][] {
  const attributes: [string, string][] = [];
  const add = (name: string, value: string): void => {
    const trimmed = value.trim();
    if (trimmed !== '') attributes.push([name, trimmed]);
  };
  for (const name of ['color', 'material']) {
    for (const value of (cells.get(name) ?? '').split('/')) add(name, value);
  }
  for (const name of ['pattern', 'gender', 'age_group', 'condition']) add(name, cells.get(name) ?? '');
  const details = cells.get('product_detail') ?? '';
  for (const detail of details.split(/(?<!\\),/)) {
    if (detail.trim() === '') continue;
    const [, name, ...value] = detail.replaceAll('\\,', ',').split(':');
    if (name === undefined || name.trim() === '' || value.length === 0) {
      throw reject(
        'product_detail',
        detail,
        'It must be section:name:value, for example Fit:Sleeve length:long.',
      );
    }
    const text = value.join(':');
    if (text.length > MAX_ATTRIBUTE_LENGTH) {
      throw reject('product_detail', detail, `Its value is longer than ${MAX_ATTRIBUTE_LENGTH} characters.`);
    }
    add(attributeName(name), text);
  }
  return attributes;
}
