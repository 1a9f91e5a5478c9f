import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exponent, formatAmount, parseAmount } from '../../src/graph/money.js';

const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'HUF');
const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('money', () => {
  test('has the decimals of ISO 4217', () => {
    expect(['EUR', 'JPY', 'KWD', 'HUF'].map(exponent)).toEqual([2, 0, 3, 2]);
  });

  test.each([
    ['24.95', 'EUR', 2495],
    ['24.9', 'EUR', 2490],
    ['24', 'EUR', 2400],
    ['0', 'EUR', 0],
    ['0.070', 'EUR', 7],
    ['1500.00', 'JPY', 1500],
    ['1.005', 'KWD', 1005],
    ['90071992547409.91', 'EUR', Number.MAX_SAFE_INTEGER],
  ])('reads %s %s as %d minor units', (decimal, code, minor) => {
    expect(parseAmount(decimal, code)).toBe(minor);
  });

  test.each([
    ['24.955', 'EUR', 'EUR has 2 decimals; 24.955 has more.'],
    ['0.5', 'JPY', 'JPY has no decimals; 0.5 has more.'],
    ['-1', 'EUR', 'cannot be negative'],
    ['24,95', 'EUR', 'at most one decimal point'],
    ['1e3', 'EUR', 'at most one decimal point'],
    ['.5', 'EUR', 'at most one decimal point'],
    ['', 'EUR', 'at most one decimal point'],
    ['٣', 'EUR', 'at most one decimal point'],
    ['90071992547409.92', 'EUR', 'too large'],
    ['9'.repeat(40), 'EUR', 'at most one decimal point'],
    ['1', 'EURO', '"EURO" is not a currency'],
    ['1', 'eur', '"eur" is not a currency'],
  ])('refuses %s %s', (decimal, code, message) => {
    expect(() => parseAmount(decimal, code)).toThrow(message);
  });

  test('is exact: what is written is what was read', () => {
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        const text = formatAmount(minor, code);
        expect(parseAmount(text, code)).toBe(minor);
        expect(text.split('.')[1]?.length ?? 0).toBe(exponent(code));
      }),
    );
  });

  test('keeps the order of amounts', () => {
    fc.assert(
      fc.property(amount, amount, currency, (one, other, code) => {
        const order = (a: number, b: number): number => Math.sign(a - b);
        const [scaled, scaledOther] = [one, other].map((minor) =>
          BigInt(formatAmount(minor, code).replace('.', '')),
        );
        expect(
          scaled === undefined || scaledOther === undefined ? NaN : order(Number(scaled - scaledOther), 0),
        ).toBe(order(one, other));
      }),
    );
  });

  test('writes amounts below one unit, and differences', () => {
    expect([
      formatAmount(5, 'EUR'),
      formatAmount(-5, 'EUR'),
      formatAmount(5, 'JPY'),
      formatAmount(0, 'KWD'),
    ]).toEqual(['0.05', '-0.05', '5', '0.000']);
  });
});
