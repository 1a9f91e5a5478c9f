import { expect, test } from '@jest/globals';
import { readPriceWords } from '../../src/page/price-words.js';

const read = (text: string, currency: string | null = 'EUR'): string => {
  const { words, min, max } = readPriceWords(text, currency);
  return `${words} [${min ?? ''}..${max ?? ''}]`;
};

test.each([
  ['sweater under 50', 'sweater [..50]'],
  ['under 50', ' [..50]'],
  ['under 50 sweater', 'sweater [..50]'],
  ['Sweater Below €50', 'Sweater [..50]'],
  ['sweater up to 50', 'sweater [..50]'],
  ['sweater under 50 in red', 'sweater in red [..50]'],
  ['sweater less than 49.90 €', 'sweater [..49.90]'],
  ['sweater < 50', 'sweater [..50]'],
  ['sweater <50', 'sweater [..50]'],
  ['red dress over 100 €', 'red dress [100..]'],
  ['red dress > 100', 'red dress [100..]'],
  ['coat from €1,200', 'coat [1200..]'],
  ['coat under 2.500,50 EUR', 'coat [..2500.50]'],
  ['coat under 1 000', 'coat [..1000]'],
  ['Mantel unter 1 000 €', 'Mantel [..1000]'],
  ['Mantel unter 1 000,50€', 'Mantel [..1000.50]'],
  ['dress 50-100€', 'dress [50..100]'],
  ['dress 50 – 100 euros red', 'dress red [50..100]'],
  ['dress €45–€95', 'dress [45..95]'],
  ['dress 45-95€', 'dress [45..95]'],
  ['dress from 45 to 95', 'dress [45..95]'],
  ['dress between 45 and 95', 'dress [45..95]'],
  ['dress over 20 under 50', 'dress [20..50]'],
  ['dress under 50 and over 20', 'dress [20..50]'],
  ['Kleid über 20 und unter 50 rot', 'Kleid rot [20..50]'],
  ['dress min 20 max 40 €', 'dress [20..40]'],
  ['dress under 50 and red', 'dress and red [..50]'],
  ['dress max 50 euros', 'dress [..50]'],
  ['size 38 under 50', 'size 38 [..50]'],
  ['one size under 50 €', 'one size [..50]'],
  ['women over 60 under 50', 'women over 60 [..50]'],
  ['air max 90 under 100', 'air max 90 [..100]'],
  ['Pullover unter 50', 'Pullover [..50]'],
  ['Pullover bis zu 50 Euro', 'Pullover [..50]'],
  ['Pullover bis 50,- blau', 'Pullover blau [..50]'],
  ['Pullover bis 50 € in Blau', 'Pullover in Blau [..50]'],
  ['Kleid ab 80 Euro', 'Kleid [80..]'],
  ['Kleid über 80 €', 'Kleid [80..]'],
  ['Kleid teurer als 80', 'Kleid [80..]'],
  ['Kleid zwischen 50 und 100', 'Kleid [50..100]'],
  ['Kleid von 50 bis 100', 'Kleid [50..100]'],
  ['Kleid max. 70', 'Kleid [..70]'],
])('%j has a price', (text, result) => {
  expect(read(text)).toBe(result);
});

test.each([
  'sweater',
  '50s dress',
  'under armour',
  'under armour 50',
  'over the knee boots',
  'size 38',
  'size 30-40',
  'size up to 42',
  'sizes from 40 to 50',
  'Größe 40 bis 50',
  'Größen von 40 bis 50',
  '30-40 waist jeans',
  'bra 70-80',
  'levis 30-30',
  'jeans 30-40',
  'jeans 30-32',
  'kids 98-104',
  'socks 35-38',
  'dresses for women over 60',
  'mode ab 60',
  'für frauen über 50',
  'bis 30 grad waschbar',
  'waschbar bei 20 bis 30 grad',
  'von 20 bis 30 °C',
  'dress 50-100',
  'Kleid 50 bis 100',
  'more than 20 colors',
  'no less than 50',
  'under 30 minutes',
  'up to 12 years',
  "levi's 501",
  'levis-501',
  'under 501s',
  '2 pack',
  'from 2 pack',
  'under 50 cm',
  'up to 20 den tights',
  'air max 90',
  'dress 1980-1990',
  'dress from 1980 to 1990',
  'jacket from 1970',
  'black and 50 white',
  'over 100 € under 50 €',
  'a<50',
  '"under 50" tee',
  '50',
  'under',
  'under 50/60',
  'under 1 000 000',
  '',
])('%j has none', (text) => {
  expect(readPriceWords(text, 'EUR')).toEqual({ words: text, min: null, max: null });
});

// In another currency, 50 is another price.
test.each([
  ['dress under $50', 'EUR'],
  ['dress under 50 dollars', 'EUR'],
  ['dress 40-50 USD', 'EUR'],
  ['dress under 50 €', 'USD'],
  ['under 100 pln', 'EUR'],
  ['under 100 kr', 'GBP'],
  ['over 20 and under £50', 'EUR'],
  ['dress under 50 €', null],
])('%j has none in %s', (text, currency) => {
  expect(readPriceWords(text, currency)).toEqual({ words: text, min: null, max: null });
});

test.each([
  ['dress under $50', 'USD'],
  ['dress under 50 dollars', 'USD'],
  ['dress under $50', 'CAD'],
  ['dress under 50 pounds', 'GBP'],
  ['dress under 50 pln', 'PLN'],
  ['dress under 50 zł', 'PLN'],
  ['dress under 50 kr', 'SEK'],
  ['dress under CHF 50', 'CHF'],
  ['dress under 50', null],
])('%j has a price in %s', (text, currency) => {
  expect(read(text, currency)).toBe('dress [..50]');
});
