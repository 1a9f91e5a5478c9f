import { RequestError } from '../../errors.js';
import { parseCategoryPath } from '../../catalog/write/product-fields.js';
import { oneLine, plainName } from './plain-text.js';
import { GOOGLE_CATEGORIES } from './google-categories.js';

/** Longer than any path of which the handles fit, in several languages. */
const MAX_LENGTH = 10_000;
/** What separates the levels of a path. */
const LEVELS = /\s*(?:>|›|»|→|&gt;)\s*/;
const SLASHES = /\s+\/\s+/;
/** What separates paths in one value, if each of them has levels. */
const PATHS = /\s*[,;|]\s*/;

/**
 * The names in a category's path, topmost first, as feeds write it: `A > B`, `A / B`, a number of Google's taxonomy,
 * or such a number with its path. Of several paths in one value, the first. Null for a number without a name.
 *
 * @throws RequestError BAD_USER_INPUT the path is too long or too deep
 */
export function parseCategory(given: string): string[] | null {
  if (given.length > MAX_LENGTH) throw new RequestError('BAD_USER_INPUT', 'The path is too long.');
  const text = oneLine(given);
  const [, number = '', rest = ''] = /^(\d+)\s*(?:-\s*(.*))?$/s.exec(text) ?? [];
  if (number !== '' && rest === '') {
    const path = GOOGLE_CATEGORIES.get(number);
    return path === undefined ? null : parseCategoryPath(path);
  }
  const path = firstPath(rest === '' ? text : rest);
  const levels = LEVELS.test(path) ? path.split(LEVELS) : path.split(SLASHES);
  return parseCategoryPath(levels.map(plainName).join('>'));
}

/** "A > B, A > C" is two paths; "Coats, Jackets & Vests > Coats" is one. */
function firstPath(text: string): string {
  const parts = text.split(PATHS);
  const [first = text] = parts;
  return parts.length > 1 && parts.every((part) => LEVELS.test(part)) ? first : text;
}
