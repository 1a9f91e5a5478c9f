import { readPriceWords } from './price-words.js';
import { readSizeWords } from './size-words.js';

/** A part of a picture, in fractions of its width and height. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const SORTS = ['BEST', 'NEWEST', 'PRICE_ASC', 'PRICE_DESC'] as const;
export type Sort = (typeof SORTS)[number];

/** What the shopper chose to narrow a list. */
export interface Filters {
  readonly categories: readonly string[];
  readonly brands: readonly string[];
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** In major units. */
  readonly min: string | null;
  readonly max: string | null;
  /** The id of a store. */
  readonly store: string | null;
  /** What else it should be, of what looks like a picture: "blue". Such products come first. */
  readonly words: string | null;
}

export type View =
  | { readonly at: 'home' }
  | { readonly at: 'words'; readonly text: string }
  | { readonly at: 'picture'; readonly id: string; readonly box: Box | null }
  | { readonly at: 'alike'; readonly handle: string }
  | { readonly at: 'product'; readonly handle: string }
  | { readonly at: 'board'; readonly id: string };

/** Everything that a link to this page says. */
export interface Place {
  readonly view: View;
  readonly filters: Filters;
  readonly sort: Sort;
}

export const NO_FILTERS: Filters = {
  categories: [],
  brands: [],
  options: {},
  attributes: {},
  min: null,
  max: null,
  store: null,
  words: null,
};

const WORDS = 'with';
const OPTION = 'o.';
const ATTRIBUTE = 'a.';
const MARKET = 'market';
/** More would not show on a screen. */
const BOX_DIGITS = 4;
/** Words that somebody types, or that a link has; reading prices in them takes time in proportion to their square. */
export const MOST_WORDS_CHARS = 200;

/** No text has a NUL, and the gateway refuses one. */
const parametersOf = (search: string): URLSearchParams => new URLSearchParams(search.replaceAll('%00', ''));

/**
 * The place that the query string of a URL says; what it does not understand is left out. Prices in words are of the
 * currency with this code; null: it is not known yet.
 */
export function readPlace(search: string, currency: string | null): Place {
  const query = parametersOf(search);
  const view = readView(query);
  const filters = {
    ...readFilters(query),
    words: view.at === 'picture' ? readWords(query.get(WORDS)) : null,
  };
  const sort = readSort(query.get('sort'));
  const hasPrice = filters.min !== null || filters.max !== null;
  return {
    ...(view.at === 'words' && !hasPrice ? asked(view.text, filters, currency) : { view, filters }),
    sort,
  };
}

/** What the words of a link ask for: prices in them are a price range. */
function asked(text: string, filters: Filters, currency: string | null): Pick<Place, 'view' | 'filters'> {
  const { words, min, max } = readPriceWords(text, currency);
  return { view: viewOfWords(words), filters: { ...filters, min, max } };
}

/** Without words, all products. */
const viewOfWords = (words: string): View => (words === '' ? { at: 'home' } : { at: 'words', text: words });

/** What somebody asks for: words, and the prices and sizes among them as filters. */
export interface Wish {
  readonly words: string;
  readonly filters: Filters;
}

/** Reads prices, which are of the currency with this code, and the shop's sizes in what was typed. */
export function readWish(text: string, currency: string | null, shopSizes: readonly string[]): Wish {
  const { words: priced, min, max } = readPriceWords(text.trim(), currency);
  const { words, sizes } = readSizeWords(priced, shopSizes);
  return { words, filters: { ...NO_FILTERS, options: sizes.length === 0 ? {} : { size: sizes }, min, max } };
}

/** Where what somebody asks for is. */
export const placeOfWish = ({ words, filters }: Wish): Place => ({
  view: viewOfWords(words),
  filters,
  sort: 'BEST',
});

/** Where what somebody asks for while they see what looks like a picture is: among that. */
export const placeOfWishWith = ({ view, filters, sort }: Place, { words, filters: wished }: Wish): Place => ({
  view,
  filters: {
    ...filters,
    options: { ...filters.options, ...wished.options },
    ...(wished.min === null && wished.max === null ? {} : { min: wished.min, max: wished.max }),
    words: words === '' ? filters.words : words,
  },
  sort,
});

/** The handle of the market whose prices and stores the query string of a URL means; null when it says none. */
export const readMarket = (search: string): string | null => parametersOf(search).get(MARKET) || null;

function readView(query: URLSearchParams): View {
  const product = query.get('product');
  if (product) return { at: 'product', handle: product };
  const picture = query.get('picture');
  if (picture) return { at: 'picture', id: picture, box: readBox(query.get('box')) };
  const alike = query.get('alike');
  if (alike) return { at: 'alike', handle: alike };
  const board = query.get('board');
  if (board) return { at: 'board', id: board };
  const text = readWords(query.get('q'));
  if (text !== null) return { at: 'words', text };
  return { at: 'home' };
}

const readWords = (text: string | null): string | null => text?.slice(0, MOST_WORDS_CHARS).trim() || null;

function readFilters(query: URLSearchParams): Omit<Filters, 'words'> {
  const named = (prefix: string): Record<string, string[]> =>
    Object.fromEntries(
      [...new Set(query.keys())]
        .filter((key) => key.startsWith(prefix) && key.length > prefix.length)
        .map((key) => [key.slice(prefix.length), query.getAll(key)]),
    );
  return {
    categories: query.getAll('category'),
    brands: query.getAll('brand'),
    options: named(OPTION),
    attributes: named(ATTRIBUTE),
    ...readRange(query),
    store: query.get('store'),
  };
}

/** A price in major units; null when the text is none. */
export const readAmount = (text: string | null): string | null =>
  text !== null && /^\d{1,9}(?:\.\d{1,4})?$/.test(text) ? text : null;

function readRange(query: URLSearchParams): Pick<Filters, 'min' | 'max'> {
  const min = readAmount(query.get('min'));
  const max = readAmount(query.get('max'));
  return { min, max: isEmptyRange(min, max) ? null : max };
}

/** Whether no price is in it: the gateway refuses such a range. */
export const isEmptyRange = (min: string | null, max: string | null): boolean =>
  min !== null && max !== null && Number(min) > Number(max);

const readSort = (text: string | null): Sort => SORTS.find((sort) => sort === text) ?? 'BEST';

function readBox(text: string | null): Box | null {
  const [x, y, width, height, ...more] = (text ?? '').split(',').map(Number);
  if (x === undefined || y === undefined || width === undefined || height === undefined || more.length > 0)
    return null;
  const isInside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1;
  return isInside ? { x, y, width, height } : null;
}

/** Choices that mean something else in another market, or nothing. */
export const NO_MARKET_FILTERS = { min: null, max: null, store: null } satisfies Partial<Filters>;

const needsMarket = ({ min, max, store }: Filters): boolean => min !== null || max !== null || store !== null;

/**
 * The query string of a place, with its question mark; empty for the home page. It says the market where it has prices
 * or a store, which mean something else in another one.
 */
export function writePlace({ view, filters, sort }: Place, market: string | null = null): string {
  const query = new URLSearchParams();
  switch (view.at) {
    case 'home':
      break;
    case 'words':
      query.set('q', view.text);
      break;
    case 'picture':
      query.set('picture', view.id);
      if (view.box !== null) query.set('box', writeBox(view.box));
      break;
    case 'alike':
    case 'product':
      query.set(view.at, view.handle);
      break;
    case 'board':
      query.set('board', view.id);
  }
  for (const category of filters.categories) query.append('category', category);
  for (const brand of filters.brands) query.append('brand', brand);
  for (const [name, values] of Object.entries(filters.options))
    for (const value of values) query.append(OPTION + name, value);
  for (const [name, values] of Object.entries(filters.attributes))
    for (const value of values) query.append(ATTRIBUTE + name, value);
  if (filters.min !== null) query.set('min', filters.min);
  if (filters.max !== null) query.set('max', filters.max);
  if (filters.store !== null) query.set('store', filters.store);
  if (filters.words !== null) query.set(WORDS, filters.words);
  if (market !== null && needsMarket(filters)) query.set(MARKET, market);
  if (sort !== 'BEST') query.set('sort', sort);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Rounded so that it stays inside the picture. */
function writeBox({ x, y, width, height }: Box): string {
  const unit = 10 ** BOX_DIGITS;
  const left = Math.floor(x * unit);
  const top = Math.floor(y * unit);
  const wide = Math.max(1, Math.min(unit - left, Math.round(width * unit)));
  const high = Math.max(1, Math.min(unit - top, Math.round(height * unit)));
  return [left, top, wide, high].map((value) => value / unit).join(',');
}
