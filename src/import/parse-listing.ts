import { z } from 'zod';
import { attributeName } from '../catalog/write/handle.js';
import {
  MAX_ATTRIBUTE_LENGTH,
  MAX_CODE_LENGTH,
  MAX_FIELD_LENGTH,
  MAX_TITLE_LENGTH,
  parseGtin,
  parseProductUrl,
} from '../catalog/write/product-fields.js';
import { RequestError } from '../errors.js';
import type { Listing, Pair } from './formats/format.js';
import {
  ListingValues,
  parsed,
  required,
  RowError,
  withoutEntities,
  type LeftOut,
} from './listing-values.js';
import { parseAvailability } from './values/availability.js';
import { parseInstant, parseInterval } from './values/dates.js';
import { optionName } from './values/option-name.js';
import { plainName, plainText } from './values/plain-text.js';
import { parsePrice } from './values/price.js';
import { parseQuantity } from './values/quantity.js';

/** Google Merchant Center takes 10 additional images; the products of shops have more. */
const MAX_IMAGES_PER_ROW = 25;
const MAX_IMAGES_PER_PRODUCT_ROW = 250;
/** More are tags without a meaning of their own. */
const MAX_ATTRIBUTES = 100;

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

/** What a listing says in words, all of which may be in another language than the product's. */
export const textRow = z.object({
  line: z.number(),
  /** The merchant's id of the product. */
  group: z.string(),
  /** The merchant's id of the SKU; null: the listing is about the product as a whole. */
  code: z.string().nullable(),
  title: z.string().nullable(),
  /** The product's own title, where `title` is that of an SKU. */
  groupTitle: z.string().nullable(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  brand: z.string().nullable(),
  /** Names in the category's path, topmost first; null: none. */
  category: z.array(z.string()).nullable(),
  attributes: z.array(z.tuple([z.string(), z.string()])),
  options: z.record(z.string(), z.string()),
});
export type TextRow = z.infer<typeof textRow>;

/** What a listing says of a product as a whole. */
export const productRow = textRow.omit({ code: true, options: true }).extend({
  title: z.string(),
  /** Links of images; the first is the SKU's own. */
  images: z.array(z.string()),
});
export type ProductRow = z.infer<typeof productRow>;

/** One checked listing of a product feed: an SKU, and what it says about its product. */
export const feedRow = productRow.extend({
  /** The merchant's id of the SKU. */
  code: z.string(),
  gtin: z.string().nullable(),
  options: z.record(z.string(), z.string()),
  whenOut: z.enum(['deny', 'backorder', 'preorder']),
  /** ISO 8601. */
  restockAt: z.string().nullable(),
  /** Units that can be ordered before they are there; null: any number. */
  promised: z.number().nullable(),
  /** Null: in stock, uncounted. */
  onHand: z.number().nullable(),
  currency: z.string(),
  prices: z.array(price),
});
export type FeedRow = z.infer<typeof feedRow>;

/** How the values of a feed are read. */
export interface ListingSettings {
  /** Of prices without one. */
  readonly currency: string | null;
  /** Of times without an offset, by the currency of the listing. */
  readonly zone: (currency: string) => string;
  /** Units of SKUs that are in stock without a number; null: uncounted. */
  readonly defaultQuantity: number | null;
}

/** A checked listing, and what is left out of it. */
export interface Parsed<Row> {
  readonly row: Row;
  readonly leftOut: readonly LeftOut[];
  /** Numbers of Google's taxonomy that have no name here. */
  readonly unknownCategories: readonly string[];
}

export interface ParsedListing extends Parsed<FeedRow> {
  /** In stock, and the listing says not how many. */
  readonly isUncounted: boolean;
}

/**
 * Checks a listing of an SKU. What it needs to be sold (id, title, price, availability) must be right; any other value
 * that is wrong is left out.
 *
 * @throws RowError that names the column and its value
 */
export function parseListing(listing: Listing, settings: ListingSettings): ParsedListing {
  const values = new ListingValues();
  const code = codeOf(listing.id ?? undefined);
  const { currency, amount } = priceOf(listing, settings);
  const zone = settings.zone(currency);
  const prices = pricesOf(listing, { currency, amount, zone }, values);
  const { isUncounted, ...stock } = stockOf(listing, zone, settings.defaultQuantity, values);
  const row = {
    ...productPart(listing, code, values, MAX_IMAGES_PER_ROW),
    code,
    gtin: gtinOf(listing.gtin, values),
    options: optionsOf(listing, values),
    ...stock,
    currency,
    prices,
  };
  return { row, leftOut: values.leftOut, unknownCategories: values.unknownCategories, isUncounted };
}

/** Checks a listing of a product as a whole. @throws RowError */
export function parseProductListing(listing: Listing): Parsed<ProductRow> {
  const values = new ListingValues();
  const row = productPart(listing, required(listing.group, 'id'), values, MAX_IMAGES_PER_PRODUCT_ROW);
  return { row, leftOut: values.leftOut, unknownCategories: values.unknownCategories };
}

/**
 * Checks what a listing says in words. It must have a title or a description, and the id of an SKU or a product.
 * @throws RowError
 */
export function parseText(listing: Listing): Parsed<TextRow> {
  const values = new ListingValues();
  const { id, title, description } = listing;
  if (title === undefined && listing.groupTitle === undefined && description === undefined)
    throw new RowError('title and description are empty.');
  const code = id === null ? null : codeOf(id);
  const row = {
    ...spokenPart(listing, code ?? required(listing.group, 'id'), values),
    code,
    title: title === undefined ? null : titleOf(title),
    options: optionsOf(listing, values),
  };
  return { row, leftOut: values.leftOut, unknownCategories: values.unknownCategories };
}

function codeOf(id: string | undefined): string {
  const code = required(id && plainName(id), 'id');
  if (code.length <= MAX_CODE_LENGTH) return code;
  throw new RowError(`id has ${code.length} characters; at most ${MAX_CODE_LENGTH} are allowed.`);
}

function titleOf(text: string | undefined): string {
  const title = required(text && plainName(text), 'title');
  if (title.length <= MAX_TITLE_LENGTH) return title;
  throw new RowError(`title has ${title.length} characters; at most ${MAX_TITLE_LENGTH} are allowed.`);
}

const optionsOf = (listing: Listing, values: ListingValues): Record<string, string> =>
  Object.fromEntries(
    listing.options.flatMap(([name, value]): Pair[] => {
      const text = values.text(name, plainName(value), MAX_ATTRIBUTE_LENGTH);
      return text === null || text === '' ? [] : [[optionName(name), text]];
    }),
  );

function productPart(listing: Listing, code: string, values: ListingValues, maxImages: number): ProductRow {
  const title = titleOf(listing.title);
  return {
    ...spokenPart(listing, code, values),
    title,
    images: values.images(listing.images, maxImages),
  };
}

function spokenPart(
  listing: Listing,
  code: string,
  values: ListingValues,
): Omit<TextRow, 'code' | 'title' | 'options'> {
  const group = plainName(listing.group ?? code);
  if (group.length > MAX_CODE_LENGTH)
    throw new RowError(
      `item_group_id has ${group.length} characters; at most ${MAX_CODE_LENGTH} are allowed.`,
    );
  const { description, groupTitle, brand } = listing;
  return {
    line: listing.line,
    group,
    groupTitle: values.name('item_group_title', groupTitle, MAX_TITLE_LENGTH),
    description: description === undefined ? null : values.cut('description', plainText(description)),
    url: values.value('link', listing.link, parseLink),
    brand: values.name('brand', brand, MAX_FIELD_LENGTH),
    category: values.category(listing.categories),
    attributes: attributesOf(listing, values),
  };
}

/** @throws RequestError BAD_USER_INPUT */
function parseLink(text: string): string {
  if (text.length > MAX_FIELD_LENGTH)
    throw new RequestError('BAD_USER_INPUT', `At most ${MAX_FIELD_LENGTH} characters are allowed.`);
  return parseProductUrl(withoutEntities(text));
}

function priceOf(listing: Listing, { currency }: ListingSettings): { amount: number; currency: string } {
  const text = required(listing.price ?? listing.salePrice, 'price');
  return parsed('price', text, (price) => parsePrice(price, listing.currency ?? currency));
}

interface RegularPrice {
  readonly currency: string;
  readonly amount: number;
  readonly zone: string;
}

function pricesOf(listing: Listing, regular: RegularPrice, values: ListingValues): FeedPrice[] {
  const { amount, currency, zone } = regular;
  const other = (column: string, text: string | undefined): number | null => {
    const price = values.value(column, text, (given) => parsePrice(given, currency));
    if (price === null || text === undefined) return null;
    if (price.currency === currency) return price.amount;
    values.leave(column, text, `The price is in ${currency}; both must be in the same currency.`);
    return null;
  };
  const before = other('compare_at', listing.compareAt);
  const whole = {
    amount,
    compareAt: before !== null && before > amount ? before : null,
    from: null,
    until: null,
  };
  const sale = other('sale_price', listing.salePrice);
  if (sale === null || sale === amount || listing.salePrice === undefined) return [whole];
  if (sale > amount) {
    values.leave('sale_price', listing.salePrice, 'It is above the price.');
    return [whole];
  }
  const dates = listing.saleDates;
  const interval = values.value('sale_price_effective_date', dates, (text) => parseInterval(text, zone));
  // A sale whose time is unknown is not held.
  if (dates !== undefined && interval === null) return [whole];
  const { from, until } = interval ?? { from: null, until: null };
  const prices: FeedPrice[] = [{ amount: sale, compareAt: amount, from, until }];
  if (from !== null) prices.unshift({ ...whole, until: from });
  if (until !== null) prices.push({ ...whole, from: until });
  return prices;
}

/**
 * The quantity on hand. The merchant's `availability` takes precedence: out of stock means 0 whatever the quantity.
 * Without a quantity, what is in stock has none that ends. Units of a preorder are not there yet: they are promised, and
 * so is what a backorder sells beyond its units. A preorder without a quantity has no limit.
 */
function stockOf(
  { availability, quantity, availabilityDate }: Listing,
  zone: string,
  defaultQuantity: number | null,
  values: ListingValues,
): Pick<FeedRow, 'onHand' | 'whenOut' | 'restockAt' | 'promised'> & { isUncounted: boolean } {
  const units = unitsOf(quantity, values);
  const state =
    availability === undefined && units !== null
      ? 'in'
      : parsed('availability', required(availability, 'availability'), parseAvailability);
  const date = values.value('availability_date', availabilityDate, (text) => parseInstant(text, zone));
  switch (state) {
    case 'in': {
      const isUncounted = units === null;
      return {
        onHand: units ?? defaultQuantity,
        whenOut: 'deny',
        restockAt: null,
        promised: null,
        isUncounted,
      };
    }
    case 'out':
      return { onHand: 0, whenOut: 'deny', restockAt: date, promised: null, isUncounted: false };
    case 'preorder':
      return { onHand: 0, whenOut: state, restockAt: date, promised: units, isUncounted: false };
    case 'backorder':
      return { onHand: units ?? 0, whenOut: state, restockAt: date, promised: null, isUncounted: false };
  }
}

function unitsOf(text: string | undefined, values: ListingValues): number | null {
  // Shops that sold more than they had.
  if (text !== undefined && /^-\d+(?:[.,]0+)?$/.test(text)) {
    values.leave('quantity', text, 'It is below 0, and counts as 0.');
    return 0;
  }
  return values.value('quantity', text, parseQuantity);
}

/** What spreadsheets and shops write for "none". */
const NO_GTIN = /^(?:n\/?a|none|null|-+|0+|does not apply)$/i;

function gtinOf(text: string | undefined, values: ListingValues): string | null {
  const digits = text?.replace(/^'/, '').replace(/\.0$/, '').trim();
  if (digits === '') return null;
  if (digits !== undefined && NO_GTIN.test(digits)) {
    values.leave('gtin', digits, 'It is no number.');
    return null;
  }
  return values.value('gtin', digits, (value) => {
    if (/^\d[.,]\d+e\+?\d+$/i.test(value))
      throw new RequestError(
        'BAD_USER_INPUT',
        'A spreadsheet has rounded it: format the column as text before you save the file.',
      );
    return parseGtin(value);
  });
}

function attributesOf(listing: Listing, values: ListingValues): [string, string][] {
  const attributes: [string, string][] = [];
  const add = (name: string, value: string): void => {
    const trimmed = plainName(value.trim());
    const text = values.text(name, trimmed, MAX_ATTRIBUTE_LENGTH);
    if (text !== null && text !== '' && attributes.length < MAX_ATTRIBUTES) attributes.push([name, text]);
  };
  for (const [name, value] of listing.options) {
    const option = optionName(name);
    if (option === 'color' || option === 'material') for (const part of value.split('/')) add(option, part);
    else if (option !== 'size') add(attributeName(option), value);
  }
  for (const [name, value] of listing.attributes) {
    const known = attributeName(optionName(name));
    if (known === 'size') continue;
    if (known === 'material' || known === 'color') for (const part of value.split('/')) add(known, part);
    else add(known, value);
  }
  for (const detail of (listing.details ?? []).flatMap((text) => text.split(/(?<!\\),/))) {
    if (detail.trim() === '') continue;
    const parts = detail.replaceAll('\\,', ',').split(':');
    const [name = '', ...value] = parts.length > 2 ? parts.slice(1) : parts;
    if (name.trim() === '' || value.length === 0)
      values.leave(
        'product_detail',
        detail,
        'It must be section:name:value, for example Fit:Sleeve length:long.',
      );
    else add(attributeName(name), value.join(':'));
  }
  return attributes;
}
