import { expect, test } from '@jest/globals';
import { readSizeWords } from '../../src/page/size-words.js';

const SIZES = ['XS', 'S', 'M', 'L', 'XL', 'W32', '38', '40', '90', 'S/M', 'one size', '2XL'];

test.each([
  ['black jacket M', 'black jacket [M]'],
  ['black jacket m', 'black jacket [M]'],
  ['M black jacket', 'black jacket [M]'],
  ['black jacket in M', 'black jacket [M]'],
  ['jacket XL black', 'jacket black [XL]'],
  ['jacket 2xl', 'jacket [2XL]'],
  ['jeans w32', 'jeans [W32]'],
  ['dress size 38', 'dress [38]'],
  ['dress in size 38 red', 'dress red [38]'],
  ['size M jacket', 'jacket [M]'],
  ['jacket S/M', 'jacket [S/M]'],
  ['jacket, M, black', 'jacket, black [M]'],
  ['jacket M or L', 'jacket [M L]'],
  ['hat one size', 'hat [one size]'],
  ['Kleid Größe 38', 'Kleid [38]'],
  ['Kleid in Größe 38 oder 40 rot', 'Kleid rot [38 40]'],
  ['Kleid Gr. 38', 'Kleid [38]'],
  ['Jacke in M', 'Jacke [M]'],
  ['Jacke M und rot', 'Jacke und rot [M]'],
])('%j has a size', (text, result) => {
  const { words, sizes } = readSizeWords(text, SIZES);
  expect(`${words} [${sizes.join(' ')}]`).toBe(result);
});

test.each([
  'jacket',
  'M',
  'size 38',
  'in M',
  'mint jacket',
  "men's jacket",
  'jumper',
  'H & M jacket',
  'h and m jacket',
  'scarf 2 m',
  'scarf 1,80 m',
  'air max 90',
  'jeans 38',
  'plus size dress',
  'jacket XXXL',
  'dress size 99',
  'jeans in blue',
  '"size M" tee',
  '"M" jacket',
  '',
])('%j has none', (text) => {
  expect(readSizeWords(text, SIZES)).toEqual({ words: text, sizes: [] });
});

test('a shop without sizes has none in words', () => {
  expect(readSizeWords('black jacket M', [])).toEqual({ words: 'black jacket M', sizes: [] });
});
