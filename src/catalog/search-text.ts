import { RequestError } from '../errors.js';

/** Shoppers do not type longer query texts than this. */
const MAX_TEXT_LENGTH = 200;

/** The normalized search text; null when it has no words. @throws RequestError BAD_USER_INPUT */
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

/** The distinct words of a text, in lowercase. */
export const wordsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase())),
];
