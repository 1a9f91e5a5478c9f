import { RequestError } from '../errors.js';
import { checkSearchText, WORD, wordsOf } from './search-text.js';
import type { TypedText } from './suggestions.types.js';

/** More than a list below a search field shows. */
const MAX_SUGGESTIONS = 20;

/** @throws RequestError BAD_USER_INPUT */
export function checkSuggestions(first: number): number {
  if (first < 1 || first > MAX_SUGGESTIONS)
    throw new RequestError('BAD_USER_INPUT', `first is ${first}: it must be from 1 to ${MAX_SUGGESTIONS}.`);
  return first;
}

/**
 * Separates the word that is being typed from those before it, in which `mend` corrects typos.
 * @throws RequestError BAD_USER_INPUT
 */
export async function readTyped(given: string, mend: (text: string) => Promise<string>): Promise<TypedText> {
  const text = checkSearchText(given) ?? '';
  const last = [...text.matchAll(WORD)].at(-1);
  // A space after the last word says that it is complete.
  const isTyping = last !== undefined && last.index + last[0].length === text.length && !/\s$/u.test(given);
  const head = await mend(isTyping ? text.slice(0, last.index) : text);
  return { head, words: wordsOf(head), begun: isTyping ? last[0].toLowerCase() : null };
}
