import { RequestError } from '../../errors.js';
import { parseAmount } from '../../graph/money.js';

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** The currency that a sign means; a dollar or a yen sign also fits the feed's own currency. */
const SIGNS: ReadonlyMap<string, { readonly usual: string; readonly fits: readonly string[] }> = new Map([
  ['$', { usual: 'USD', fits: ['AUD', 'CAD', 'HKD', 'MXN', 'NZD', 'SGD', 'TWD', 'CLP', 'COP', 'ARS'] }],
  ['US$', { usual: 'USD', fits: [] }],
  ['€', { usual: 'EUR', fits: [] }],
  ['£', { usual: 'GBP', fits: ['EGP'] }],
  ['¥', { usual: 'JPY', fits: ['CNY'] }],
  ['₹', { usual: 'INR', fits: [] }],
  ['₩', { usual: 'KRW', fits: [] }],
  ['₺', { usual: 'TRY', fits: [] }],
  ['₽', { usual: 'RUB', fits: [] }],
  ['₪', { usual: 'ILS', fits: [] }],
  ['₫', { usual: 'VND', fits: [] }],
  ['zł', { usual: 'PLN', fits: [] }],
  ['R$', { usual: 'BRL', fits: [] }],
]);

/** A longer text is no price, and would take the pattern a long time. */
const MAX_LENGTH = 100;
/** A number between what may name a currency. */
const PRICE = /^([^\d+.,-]*)(-?[\d.,][\d.,'’\s]*)([^\d]*)$/u;
/** "49,-" has no cents. */
const NO_CENTS = /(?<=\d)[.,]-/;

/**
 * Parses a price as feeds write it into minor units and the currency: "24.95 EUR", "EUR 24,95", "$1,299.00",
 * "12.50USD". A price without a currency is in `currency`.
 *
 * @throws RequestError BAD_USER_INPUT
 */
export function parsePrice(text: string, currency: string | null): { amount: number; currency: string } {
  const [, before = '', number = '', after = ''] =
    text.length > MAX_LENGTH ? [] : (PRICE.exec(text.normalize('NFKC').replace(NO_CENTS, '').trim()) ?? []);
  if (number === '') throw bad('A price must be an amount and a currency, for example 24.95 EUR.');
  const named = [before.trim(), after.trim()].filter((part) => part !== '');
  const [name] = named;
  if (named.length > 1) throw bad('A price must have one currency, for example 24.95 EUR.');
  const code = name === undefined ? currency : currencyOf(name, currency);
  if (code === null) {
    throw bad(
      name === undefined
        ? 'A price must be an amount and a currency, for example 24.95 EUR. If the whole feed has none, name it with --currency.'
        : 'A price must be an amount and a currency, for example 24.95 EUR.',
    );
  }
  return { amount: parseAmount(plainDecimal(number), code), currency: code };
}

function currencyOf(name: string, currency: string | null): string | null {
  if (/^[a-z]{3}$/i.test(name)) return name.toUpperCase();
  const sign = SIGNS.get(name) ?? SIGNS.get(name.toLowerCase());
  if (sign === undefined) return null;
  return currency !== null && sign.fits.includes(currency) ? currency : sign.usual;
}

/**
 * A number in any notation as a plain decimal. The last separator is the decimal point, except that one kind of separator
 * alone with three digits after it separates thousands: `1.299,00`, `1,299,00`, `12,50`, and `1,299` are 1299.00,
 * 1299.00, 12.50, and 1299. A single point is always decimal.
 */
export function plainDecimal(text: string): string {
  const digits = text.replace(/[\s'’]/gu, '');
  const last = Math.max(digits.lastIndexOf(','), digits.lastIndexOf('.'));
  if (last < 0) return digits;
  const [whole, rest] = [digits.slice(0, last), digits.slice(last + 1)];
  const isOnlyPoint = digits[last] === '.' && !/[.,]/.test(whole);
  const isOneKind = !whole.includes(digits[last] === '.' ? ',' : '.');
  const isDecimal = isOnlyPoint || !isOneKind || rest.length !== 3 || /^-?0?$/.test(whole);
  return `${whole.replace(/[.,]/g, '')}${isDecimal ? '.' : ''}${rest}`;
}
