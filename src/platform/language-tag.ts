import { LRUCache } from 'lru-cache';

/** The longest tag that BCP 47 gives as a well-formed example. */
const MAX_TAG_LENGTH = 35;
/** As the domain `language` of the database. */
const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/;

/** What a message says of a tag that is none. */
export const LANGUAGE_FORM = 'A language is a code like "it", "pt-BR", or "zh-Hant" (BCP 47).';

/**
 * The canonical form of a language tag, without extensions: `pt-BR` for "PT_BR" and "pt-br-u-nu-latn". Null when the text
 * is no tag.
 */
export function parseLanguage(text: string): string | null {
  if (text.length > MAX_TAG_LENGTH) return null;
  try {
    const { baseName } = new Intl.Locale(text.trim().replaceAll('_', '-'));
    // "und" is no language: it says that nobody knows which.
    return TAG.test(baseName) && !baseName.startsWith('und') ? baseName : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Norwegians read both; "no" is what most shops write for Bokmål. */
const ALSO_READ: ReadonlyMap<string, readonly string[]> = new Map([
  ['nb', ['no']],
  ['nn', ['no', 'nb']],
  ['no', ['nb']],
]);

/** With the script and the region that it has if it does not name them: `zh-Hans-CN` for "zh" and "zh-CN". */
export const fullTag = (tag: string): string => new Intl.Locale(tag).maximize().baseName;

/** Each request needs one or two, which takes longer to find than to answer a short request. */
const orders = new LRUCache<string, readonly string[]>({ max: 1_000 });

/**
 * The languages of texts for a reader who wants this one, the best first: "zh-TW" is also read as "zh-Hant" and
 * "zh". Texts in the same language that is spelled otherwise come first: "zh-Hans" and "zh-CN" are the same.
 */
export function lookUpOrder(tag: string): readonly string[] {
  const known = orders.get(tag);
  if (known !== undefined) return known;
  // Of a language that few speak, nobody may have said where or how it is written.
  const { language, script, region } = new Intl.Locale(tag).maximize();
  const inScript = script === undefined ? language : `${language}-${script}`;
  const inRegion = region === undefined ? language : `${language}-${region}`;
  const spelled = [inRegion, inScript].filter((other) => fullTag(other) === fullTag(tag));
  const order = [
    ...new Set([tag, fullTag(tag), ...spelled, inScript, language, ...(ALSO_READ.get(language) ?? [])]),
  ];
  orders.set(tag, order);
  return order;
}
