import { arrivalFailure, market, marketOf } from '../market.js';
import { inCatalogWords } from '../texts/catalog-words.js';
import { language, t } from '../texts/texts.js';

/**
 * The words to search for when some were typed: those of the catalog, where it has no texts in the language of the page.
 * Null until it is known which languages it has.
 */
export function askedWords(typed: string): string | null {
  const { words, fillers } = t.value;
  if (Object.keys(words).length === 0) return typed;
  const known = marketOf(market.value);
  if (known === undefined) return arrivalFailure.value === null ? null : typed;
  const isOwn = known.languages.some((tag) => tag.split('-')[0] === language.value);
  return isOwn ? typed : inCatalogWords(typed, words, fillers);
}
