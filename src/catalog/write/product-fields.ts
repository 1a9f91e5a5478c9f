import { RequestError } from '../../errors.js';
import { categoryPath, nameHandle } from './handle.js';
import { parseUrl } from '../../platform/parse-url.js';

// Limits for products from any source. Lengths are in characters, and larger than those of Google Merchant Center, so
// that every feed that it accepts is accepted here.
export const MAX_CODE_LENGTH = 200;
/** The longest text that fits in an index entry of Postgres in any script. */
export const MAX_ATTRIBUTE_LENGTH = 400;
export const MAX_TITLE_LENGTH = 1_000;
export const MAX_DESCRIPTION_LENGTH = 20_000;
export const MAX_FIELD_LENGTH = 2_048;
/** No shopper looks at more images of one product; a product with more is several products merged by mistake. */
export const MAX_IMAGES_PER_PRODUCT = 250;
/**
 * A product with more is several products by mistake; and everything that belongs to one product must fit in memory.
 */
export const MAX_SKUS_PER_PRODUCT = 2_000;

/** Deeper than the taxonomy of Google (7). Each level is written by a statement of its own. */
export const MAX_CATEGORY_LEVELS = 8;

/** The path of products without a category. */
export const UNCATEGORIZED = ['uncategorized'];

interface Brand {
  readonly handle: string;
  readonly name: string;
}

interface CategoryNode {
  readonly handle: string;
  readonly name: string;
  readonly parent: string | null;
}

/** More languages than most shops have; a change of its keywords writes the search vectors of all of them. */
export const MAX_TRANSLATIONS = 20;

/** The product's own row, without what belongs to it, and without the language that it is in. */
export interface ProductFields {
  readonly handle: string;
  readonly title: string;
  readonly description: string | null;
  readonly url: string | null;
  /** Words for the text search. */
  readonly keywords: string;
  readonly brand: Brand | null;
  /** From the topmost category to the product's own. */
  readonly category: readonly CategoryNode[];
}

/** The brand with this name. */
export const brandOf = (name: string): Brand => ({ handle: nameHandle(name), name });

/** Adds the words for the text search to a product. */
export function withKeywords(
  fields: Omit<ProductFields, 'keywords'>,
  attributes: readonly { readonly value: string }[],
): ProductFields {
  const { brand, category } = fields;
  const names = category.map(({ name }) => name);
  return { ...fields, keywords: keywordsOf(brand?.name ?? null, names, attributes) };
}

/** The words for the text search that are neither in the title nor in the description. */
export const keywordsOf = (
  brand: string | null,
  category: readonly string[],
  attributes: readonly { readonly value: string }[],
): string =>
  [
    ...new Set([...(brand === null ? [] : [brand]), ...category, ...attributes.map(({ value }) => value)]),
  ].join(' ');

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Names in a category's path, topmost first; an empty one is "uncategorized". @throws RequestError BAD_USER_INPUT */
export function parseCategoryPath(text: string): string[] {
  const names = text
    .split('>')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return UNCATEGORIZED;
  if (names.length > MAX_CATEGORY_LEVELS)
    throw bad(`The path has ${names.length} levels: at most ${MAX_CATEGORY_LEVELS} are allowed.`);
  if (categoryPath(names) === null) throw bad('The path is too long: use fewer or shorter names.');
  return names;
}

/** @throws RequestError BAD_USER_INPUT */
export function parseGtin(text: string): string {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^(\d{8}|\d{12,14})$/.test(digits)) throw bad('A GTIN has 8, 12, 13, or 14 digits.');
  return digits;
}

/** @throws RequestError BAD_USER_INPUT */
export function parseProductUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || parseUrl(text) === null) {
    throw bad('It must be the full URL of the product page, for example https://shop.example/coat.');
  }
  return text;
}
