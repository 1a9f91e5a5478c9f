import { RequestError } from '../errors.js';

/** Shoppers do not type longer query texts than this. */
const MAX_TEXT_LENGTH = 200;

/** Letters and digits with their accents. Where a script has no spaces, this is a whole phrase. */
export const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const HAS_WORD = /[\p{L}\p{N}]/u;
/** What a script without spaces between words has of a phrase. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]{2,}/u;
/** What phones type for quotation marks. */
const QUOTES = /[“”„‟«»「」『』]/g;

/** Finds the words of Chinese, Japanese, and Thai by ICU's dictionaries. */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * The normalized search text, in which characters have one form (NFKC) and quotation marks are straight; null when it
 * has no words. @throws RequestError BAD_USER_INPUT
 */
export function checkSearchText(text: string | null | undefined): string | null {
  const given = text?.trim() ?? '';
  // Some characters have long forms.
  const words = given.length > MAX_TEXT_LENGTH ? given : given.normalize('NFKC').replace(QUOTES, '"').trim();
  if (words === '') return null;
  if (words.length > MAX_TEXT_LENGTH || words.includes('\0') || /\p{Surrogate}/u.test(words)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `text is not valid: send at most ${MAX_TEXT_LENGTH} plain characters.`,
    );
  }
  return words;
}

const segmentsOf = (phrase: string): string[] =>
  UNSPACED.test(phrase) ? Array.from(segmenter.segment(phrase), ({ segment }) => segment) : [phrase];

/** The distinct words of a text, in lowercase. */
export const wordsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(WORD)].flatMap(([phrase]) => segmentsOf(phrase.toLowerCase()))),
];

/** A quoted phrase, or what stands between spaces, with the minus sign before it. */
const TERM = /(-*)(?:"([^"]*)"?|([^\s"]+))/gu;

/**
 * The terms of a text as Postgres' websearch_to_tsquery reads them: words, "words next to each other", and -excluded ones.
 * Words of scripts without spaces get spaces between them, and what has no letter or digit is left out: of minus signs
 * that exclude nothing, Postgres makes an error.
 */
export const termsOf = (text: string): string =>
  [...text.matchAll(TERM)]
    .flatMap(([, minus = '', quoted, plain = '']) => {
      const sign = minus === '' ? '' : '-';
      if (!HAS_WORD.test(quoted ?? plain)) return [];
      if (quoted !== undefined) return [`${sign}"${quoted}"`];
      // What is excluded is excluded as a whole.
      return [sign === '' ? plain.replace(WORD, (phrase) => segmentsOf(phrase).join(' ')) : `-${plain}`];
    })
    .join(' ');
