import { RequestError } from '../errors.js';

/** The largest amount that may be stored: the largest integer that a JavaScript number represents exactly. */
const MAX_AMOUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** No amount of money has more digits; parsing longer text as a big integer is not worth the cost. */
const MAX_DECIMAL_LENGTH = 32;

const USUAL_EXPONENT = 2;

/**
 * ISO 4217 currencies whose minor unit is not a hundredth. The project has its own table because amounts are stored
 * in minor units: Intl's digits follow ICU's releases (HUF and IQD differ between Node versions), and the meaning of
 * a stored amount must not depend on the Node version that reads it.
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
]);

const KNOWN = new Set(Intl.supportedValuesOf('currency'));

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Decimals of a currency's minor unit: EUR 2, JPY 0, KWD 3. @throws RequestError BAD_USER_INPUT unknown currency */
export function exponent(currency: string): number {
  if (!KNOWN.has(currency)) {
    throw bad(`${JSON.stringify(currency)} is not a currency: use an ISO 4217 code, for example EUR.`);
  }
  return EXPONENTS.get(currency) ?? USUAL_EXPONENT;
}

/**
 * Converts a decimal amount to minor units, exactly: `parseAmount('24.95', 'EUR')` is 2495. Zeros past the currency's
 * decimals are allowed, other digits are not.
 *
 * @throws RequestError BAD_USER_INPUT not a plain decimal, negative, finer than the minor unit, too large, unknown
 * currency
 */
export function parseAmount(decimal: string, currency: string): number {
  const digits = exponent(currency);
  const match = decimal.length <= MAX_DECIMAL_LENGTH ? /^(\d+)(?:\.(\d+))?$/.exec(decimal) : null;
  if (!match) {
    throw bad(
      decimal.startsWith('-')
        ? 'An amount of money cannot be negative.'
        : 'An amount of money has only digits and at most one decimal point, for example 24.95.',
    );
  }
  const [, whole = '', given = ''] = match;
  const fraction = given.replace(/0+$/, '');
  if (fraction.length > digits) {
    throw bad(`${currency} has ${digits === 0 ? 'no decimals' : `${digits} decimals`}; ${decimal} has more.`);
  }
  const amount = BigInt(whole + fraction.padEnd(digits, '0'));
  if (amount > MAX_AMOUNT) throw bad(`The amount ${decimal} is too large.`);
  return Number(amount);
}

/**
 * An end of a price range in minor units. An end that is finer than the minor unit is rounded down or up, so that the
 * range keeps every price that it had: from 24.991 down is 2499, and up to 24.991 is 2500.
 *
 * @throws RequestError BAD_USER_INPUT not a plain decimal, negative, too large, unknown currency
 */
export function parseBound(decimal: string, currency: string, direction: 'down' | 'up'): number {
  const digits = exponent(currency);
  const [, whole, fraction = ''] = /^(\d+)\.(\d+)$/.exec(decimal) ?? [];
  if (whole === undefined || fraction.length <= digits) return parseAmount(decimal, currency);
  const kept = parseAmount(digits === 0 ? whole : `${whole}.${fraction.slice(0, digits)}`, currency);
  const isFiner = /[1-9]/.test(fraction.slice(digits));
  return isFiner && direction === 'up' ? kept + 1 : kept;
}

/**
 * The exact decimal of an amount in minor units, with all of the currency's decimals: `formatAmount(2490, 'EUR')` is
 * `24.90`. @throws RequestError BAD_USER_INPUT unknown currency
 */
export function formatAmount(minor: number | bigint, currency: string): string {
  const digits = exponent(currency);
  if (typeof minor === 'number' && !Number.isSafeInteger(minor))
    throw new RangeError(`${minor} is not a whole number of minor units`);
  const text = String(minor)
    .replace('-', '')
    .padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${minor < 0 ? '-' : ''}${whole}${digits === 0 ? '' : `.${text.slice(-digits)}`}`;
}
