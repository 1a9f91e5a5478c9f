import { RequestError } from '../errors.js';

/** Longer than any key or value of a catalog. */
const MAX_TEXT_LENGTH = 1_000;

/** Checks text that goes to Postgres. @throws RequestError BAD_USER_INPUT when it is too long or can't be stored */
export function checkText(field: string, text: string, most = MAX_TEXT_LENGTH): string {
  if (text.includes('\0'))
    throw new RequestError('BAD_USER_INPUT', `${field} contains a NUL character: remove it.`);
  if (/\p{Surrogate}/u.test(text))
    throw new RequestError(
      'BAD_USER_INPUT',
      `${field} contains an unpaired surrogate: send complete characters.`,
    );
  if (text.length > most)
    throw new RequestError('BAD_USER_INPUT', `${field} is longer than ${most} characters: shorten it.`);
  return text;
}

/**
 * Folds the case of a text: Unicode's simple lowercase of each character, and one form of sigma. Any two texts that
 * Postgres' lower() makes equal, in any locale, are equal here too.
 */
export function fold(text: string): string {
  let folded = '';
  for (const character of text) {
    const [lower = ''] = character.toLowerCase();
    folded += lower === 'ς' ? 'σ' : lower;
  }
  return folded;
}
