import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { looksLikeUrl, MAX_URL_LENGTH } from '../platform/parse-url.js';

/** Maximum number of characters of a decimal that is parsed; no price needs more. */
const MAX_DECIMAL_LENGTH = 32;
const DECIMAL = /^-?\d+(\.\d+)?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > MAX_DECIMAL_LENGTH || !DECIMAL.test(text)) {
    throw new GraphQLError('A Decimal has only digits and at most one decimal point, for example "129.90".', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  return text;
}

/** An exact decimal number, written as a string so that clients do not round it. */
export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, for example "129.90". As input, a JSON number is also accepted.',
  serialize: String,
  parseValue: parseDecimal,
  parseLiteral(node) {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT)
      return parseDecimal(node.value);
    return parseDecimal(null);
  },
});

/** Bytes in base64, as clients write it. The limit on a request's body bounds their size. */
export const Base64Scalar = new GraphQLScalarType<string, string>({
  name: 'Base64',
  description:
    'Binary data in base64 (RFC 4648): standard or URL-safe, with or without padding, line breaks, and a data: prefix ("data:image/jpeg;base64,").',
  serialize: String,
  parseValue(value) {
    if (typeof value !== 'string') {
      throw new GraphQLError('A Base64 value must be a string.', { extensions: { code: 'BAD_USER_INPUT' } });
    }
    return value;
  },
});

/** An absolute URL. */
export const UrlScalar = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: 'An absolute URL, for example "https://example.com/coat.jpg".',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: String,
  parseValue(value) {
    if (typeof value !== 'string' || !looksLikeUrl(value)) {
      throw new GraphQLError(
        `A URL must be absolute, and have at most ${MAX_URL_LENGTH} characters and a host that DNS can have, for example "https://example.com/coat.jpg".`,
        { extensions: { code: 'BAD_USER_INPUT' } },
      );
    }
    return value;
  },
});

const DATE_TIME = /^(\d{4}-\d\d-(\d\d))T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

function parseDateTime(value: unknown): Date {
  const [text, day, dayOfMonth] = (typeof value === 'string' && DATE_TIME.exec(value)) || ['', '', ''];
  const date = new Date(text);
  const year = date.getUTCFullYear();
  // Date turns February 30 into a day in March; Postgres has no year 0, and RFC 3339 has none after 9999.
  const exists = new Date(day).getUTCDate() === Number(dayOfMonth) && year >= 1 && year <= 9999;
  if (exists) return date;
  throw new GraphQLError(
    'A DateTime has a date, a time, and an offset, for example "2026-11-23T10:15:30Z".',
    {
      extensions: { code: 'BAD_USER_INPUT' },
    },
  );
}

/** A moment in UTC, with milliseconds. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A date and time in UTC, for example "2026-11-23T10:15:30.000Z" (RFC 3339). As input, other UTC offsets are also accepted.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError(`a DateTime is a Date, not ${typeof value}`);
  },
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : null),
});
