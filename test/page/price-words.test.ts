import { expect, test } from '@jest/globals';
import { readPriceWords } from '../../src/page/price-words.js';

const read = (text: string): string => {
  const { words, min, max } = readPriceWords(text);
  return `${words} [${min ?? ''}..${max ?? ''}]`;
};

test.each([
  ['sweater under 50', 'sweater [..50]'],
  ['under 50', ' [..50]'],
  ['under 50 sweater', 'sweater [..50]'],
  ['Sweater Below €50', 'Sweater [..50]'],
  ['sweater up to 50', 'sweater [..50]'],
  ['sweater less than 49.90 €', 'sweater [..49.90]'],
  ['sweater < 50', 'sweater [..50]'],
  ['sweater <50', 'sweater [..50]'],
  ['red dress over 100', 'red dress [100..]'],
  ['coat from 1,200', 'coat [1200..]'],
  ['coat under 2.500,50 EUR', 'coat [..2500.50]'],
  ['dress 50-100', 'dress [50..100]'],
  ['dress 50 – 100 red', 'dress red [50..100]'],
  ['dress €45–€95', 'dress [45..95]'],
  ['dress 45-95€', 'dress [45..95]'],
  ['dress from 45 to 95', 'dress [45..95]'],
  ['dress between 45 and 95', 'dress [45..95]'],
  ['dress over 20 under 50', 'dress [20..50]'],
  ['dress max 50 euros', 'dress [..50]'],
  ['size 38 under 50', 'size 38 [..50]'],
  ['Pullover unter 50', 'Pullover [..50]'],
  ['Pullover bis zu 50 Euro', 'Pullover [..50]'],
  ['Pullover bis 50,- blau', 'Pullover blau [..50]'],
  ['Kleid ab 80', 'Kleid [80..]'],
  ['Kleid über 80 €', 'Kleid [80..]'],
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
  'Größe 40 bis 50',
  'jeans 30-32',
  'kids 98-104',
  'socks 35-38',
  "levi's 501",
  'levis-501',
  'under 501s',
  '2 pack',
  'from 2 pack',
  'under 50 cm',
  'up to 20 den tights',
  'air max 90',
  'dress 1980-1990',
  'jacket from 1970',
  'black and 50 white',
  'over 100 under 50',
  'a<50',
  '"under 50" tee',
  '50',
  'under',
  'under 50/60',
  '',
])('%j has none', (text) => {
  expect(readPriceWords(text)).toEqual({ words: text, min: null, max: null });
});
