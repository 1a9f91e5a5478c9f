import { fullTag, lookUpOrder, parseLanguage } from '../../platform/language-tag.js';

const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** How well texts in a language fit one that is wanted; 0: not at all. */
function fit(tag: string | null, wanted: string): number {
  if (tag === null) return 0;
  if (tag === wanted) return 3;
  if (fullTag(tag) === fullTag(wanted)) return 2;
  return lookUpOrder(tag).includes(wanted) ? 1 : 0;
}

function closest(
  codes: Iterable<string>,
  wanted: string,
  tagOf: (code: string) => string | null,
): Set<string> {
  const fits = [...new Set(codes)].map((code) => ({ code, points: fit(tagOf(code), wanted) }));
  const most = Math.max(1, ...fits.map(({ points }) => points));
  return new Set(fits.filter(({ points }) => points === most).map(({ code }) => code));
}

/**
 * Those of a feed's codes, such as de_DE, that are closest to a language: itself, else the country where it is spoken most,
 * else its other countries.
 */
export const closestCodes = (codes: Iterable<string>, wanted: string): Set<string> =>
  closest(codes, wanted, parseLanguage);

/** As `closestCodes`, of names that a merchant has chosen: it, de_de, ch_it, shop_it, italian. */
export const closestNames = (names: Iterable<string>, wanted: string): Set<string> =>
  closest(names, wanted, (name) => languageOfName(name, wanted));

const isLanguage = (part: string): boolean => /^[a-z]{2}$/.test(part) && languages.of(part) !== undefined;
const isRegion = (part: string): boolean =>
  /^[a-z]{2}$/.test(part) && regions.of(part.toUpperCase()) !== undefined;

/** Countries that are also codes of languages that hardly any shop is in: `ch_it` is Switzerland in Italian. */
const COUNTRIES: ReadonlySet<string> = new Set(['be', 'ch', 'ee', 'ie', 'lu', 'se', 'si']);

/** Null: the name does not say which language it is, or says several. */
function languageOfName(name: string, wanted: string): string | null {
  const parts = name.toLowerCase().split(/[_-]/);
  const [first = '', second = ''] = parts;
  const isPair = parts.length === 2;
  if (isPair && COUNTRIES.has(first) && isLanguage(second)) return parseLanguage(`${second}-${first}`);
  if (isPair && isLanguage(first) && isRegion(second)) return parseLanguage(name);
  if (isPair && isRegion(first) && isLanguage(second)) return parseLanguage(`${second}-${first}`);
  const tag = parseLanguage(name);
  if (tag !== null && (tag === wanted || new Intl.Locale(tag).script !== undefined)) return tag;
  if (parts.includes((languages.of(wanted) ?? wanted).toLowerCase())) return wanted;
  const [named, other] = parts.filter(isLanguage);
  return named === undefined || other !== undefined ? null : parseLanguage(named);
}
