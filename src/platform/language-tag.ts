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
    return TAG.test(baseName) ? baseName : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * The languages of texts that somebody reads who wants this one, the best first: "zh-TW" is also read as "zh-Hant" and
 * "zh".
 */
export function lookUpOrder(tag: string): string[] {
  const { language, script } = new Intl.Locale(tag).maximize();
  const usual = new Intl.Locale(language).maximize().script;
  return [...new Set([tag, ...(script === usual ? [] : [`${language}-${script ?? ''}`]), language])];
}
