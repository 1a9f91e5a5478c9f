import type { Queryable } from '../platform/postgres.js';
import { RequestError } from '../errors.js';
import { findNearWords } from './search-text.store.js';

/** A query text that is longer than this was not typed by a shopper. */
const MAX_TEXT_LENGTH = 200;

/** The words to search for; null when there are none. @throws RequestError BAD_USER_INPUT */
export function checkSearchText(text: string | null | undefined): string | null {
  const words = text?.trim() ?? '';
  if (words === '') return null;
  if (words.length > MAX_TEXT_LENGTH || words.includes('\0') || /\p{Surrogate}/u.test(words)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `text is not valid: send at most ${MAX_TEXT_LENGTH} plain characters.`,
    );
  }
  return words;
}

/** The words of a text, in lower case, each once. */
export const wordsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase())),
];

/**
 * The text with its typing mistakes mended: a word that no product has becomes the nearest one that a product has,
 * where there is one near enough. Quotation marks, minus signs and everything else stay where they are.
 */
export async function mendText(db: Queryable, text: string): Promise<string> {
  const mended = await findNearWords(db, wordsOf(text));
  return text.replace(/[\p{L}\p{N}]+/gu, (word) => mended.get(word.toLowerCase()) ?? word);
}
