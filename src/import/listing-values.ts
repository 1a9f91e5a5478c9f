import { MAX_DESCRIPTION_LENGTH, MAX_FIELD_LENGTH, UNCATEGORIZED } from '../catalog/write/product-fields.js';
import { RequestError } from '../errors.js';
import { parseCategory } from './values/category.js';
import { plainName } from './values/plain-text.js';

/** Messages truncate long values to this many characters. */
const MAX_SHOWN = 60;

/** Why a row of a feed, or of a file beside it, is rejected, worded for the merchant. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

/** A value that is left out; its row is imported without it. */
export interface LeftOut {
  readonly column: string;
  readonly reason: string;
}

/** The values of one listing, and what is left out of them. */
export class ListingValues {
  readonly leftOut: LeftOut[] = [];
  readonly unknownCategories: string[] = [];

  /** Parses a value; null when there is none, or when it is left out. */
  value<T>(column: string, text: string | undefined, parse: (text: string) => T): T | null {
    if (text === undefined) return null;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.leave(column, text, error.message);
      return null;
    }
  }

  leave(column: string, value: string, why: string): void {
    this.leftOut.push({ column, reason: `${column} ${shown(value)}: ${why}` });
  }

  text(column: string, text: string, most: number): string | null {
    if (text.length <= most) return text;
    this.leave(column, text, `It has ${text.length} characters; at most ${most} are allowed.`);
    return null;
  }

  /** Null when there is none, or nothing but spaces. */
  name(column: string, text: string | undefined, most: number): string | null {
    const name = text === undefined ? '' : plainName(text);
    return name === '' ? null : this.text(column, name, most);
  }

  /** A description is shortened, because most of it says more than nothing. */
  cut(column: string, text: string): string | null {
    if (text.length <= MAX_DESCRIPTION_LENGTH) return text === '' ? null : text;
    this.leave(
      column,
      text,
      `It has ${text.length} characters; those after ${MAX_DESCRIPTION_LENGTH} are left out.`,
    );
    return text.slice(0, MAX_DESCRIPTION_LENGTH).replace(/\p{Surrogate}$/u, '');
  }

  images(given: readonly string[], most: number): string[] {
    const links = [
      ...new Set(given.map((link) => withoutEntities(link.trim()).replace(/^\/\//, 'https://'))),
    ];
    const usable = links.filter((link) => link !== '' && link.length <= MAX_FIELD_LENGTH);
    if (usable.length > most)
      this.leave(
        'additional_image_link',
        `${usable.length} images`,
        `Those after the first ${most} are left out.`,
      );
    return usable.slice(0, most);
  }

  category(candidates: readonly string[]): string[] | null {
    for (const text of candidates) {
      const path = this.value('product_type', text, parseCategory);
      if (path !== null && path !== UNCATEGORIZED) return path;
      if (path === null && /^\d+$/.test(text.trim())) this.unknownCategories.push(text.trim());
    }
    return null;
  }
}

/** Shops write links into tables as they write them into pages. */
export const withoutEntities = (link: string): string => link.replaceAll('&amp;', '&');

const shown = (value: string): string =>
  JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);

/** A value that a row can't be without. @throws RowError */
export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new RowError(`${name} is empty.`);
  return value;
}

/** Parses a value that a row can't be without. @throws RowError */
export function parsed<T>(column: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RequestError) throw new RowError(`${column} ${shown(text)}: ${error.message}`);
    throw error;
  }
}
