import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { LANGUAGE_FORM, parseLanguage } from '../platform/language-tag.js';

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
