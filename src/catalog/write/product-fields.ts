import { RequestError } from '../../errors.js';
import { categoryPath, nameHandle } from './handle.js';

// What a product may be, whoever writes it. Lengths in characters: longer than Google Merchant Center allows, so that
// no feed that it takes fails here.
export const MAX_CODE_LENGTH = 200;
/** The longest that an index entry of Postgres holds, whatever the script. */
export const MAX_ATTRIBUTE_LENGTH = 400;
export const MAX_TITLE_LENGTH = 1_000;
export const MAX_DESCRIPTION_LENGTH = 20_000;
export const MAX_FIELD_LENGTH = 2_048;
/** More images of one product than anybody looks at; with more, several products were taken for one. */
export const MAX_IMAGES_PER_PRODUCT = 250;
/** A product with more is several, and what belongs to one must fit memory together. */
export const MAX_SKUS_PER_PRODUCT = 2_000;

/** The path of what has no category. */
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

/** A product without what belongs to it: its own row. */
export interface ProductFields {
  readonly handle: string;
  readonly title: string;
  readonly description: string | null;
  readonly url: string | null;
  /** Words for the text search. */
  readonly keywords: string;
  readonly brand: Brand | null;
  /** From the uppermost category to the product's own. */
  readonly category: readonly CategoryNode[];
}

/** The brand of this name. */
export const brandOf = (name: string): Brand => ({ handle: nameHandle(name), name });

/** Puts the words for the text search to a product. */
export function withKeywords(
  fields: Omit<ProductFields, 'keywords'>,
  attributes: readonly { readonly value: string }[],
): ProductFields {
  const { brand, category } = fields;
  const words = [
    ...(brand === null ? [] : [brand.name]),
    ...category.map(({ name }) => name),
    ...attributes.map(({ value }) => value),
  ];
  return { ...fields, keywords: [...new Set(words)].join(' ') };
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Names of a category's path, the uppermost first; nothing is "uncategorized". @throws RequestError BAD_USER_INPUT */
export function parseCategoryPath(text: string): string[] {
  const names = text
    .split('>')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return UNCATEGORIZED;
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
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw bad('It must be the full URL of the product page, for example https://shop.example/coat.');
  }
  return text;
}
