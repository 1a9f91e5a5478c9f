import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

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

function parse(value: unknown): string {
  const tag = typeof value === 'string' ? parseLanguage(value) : null;
  if (tag !== null) return tag;
  throw new GraphQLError(LANGUAGE_FORM, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** A language, in its canonical form. */
export const LanguageCodeScalar = new GraphQLScalarType<string, string>({
  name: 'LanguageCode',
  description:
    'A language in BCP 47, for example "it" or "pt-BR". As input, upper case and underscores are also accepted, and in documents names without quotation marks: PT_BR.',
  specifiedByURL: 'https://www.rfc-editor.org/info/bcp47',
  serialize: String,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : null),
});
