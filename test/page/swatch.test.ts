import { expect, test } from '@jest/globals';
import { chosenColors, swatchOf } from '../../src/page/filter/swatch.js';

test.each([
  ['Navy', '#22304f'],
  ['tomato', 'tomato'],
  ['Light Blue', '#9cc3e0'],
  ['cognac/washed blue', 'linear-gradient(135deg, #8f4a26 50%, #8ba6c1 50%)'],
  ['red/white', 'linear-gradient(135deg, #c02f33 50%, #ffffff 50%)'],
  ['red/#12', 'linear-gradient(135deg, #c02f33 50%, transparent 50%)'],
  // What every object has is no color.
  ['constructor', 'constructor'],
  // Failed on 2026-11-29: the browser of whoever saw the product called this host.
  [String.raw`url(https:\00005c\00005cevil.example\00005cpixel?a)`, 'transparent'],
])('the swatch of %s is %s', (value, swatch) => {
  expect(swatchOf(value)).toBe(swatch);
});

test('only colors that are known by name are sent', () => {
  expect(
    chosenColors({ options: { color: ['Navy', 'constructor'] }, attributes: { color: ['red/white'] } }),
  ).toEqual(['#22304f', '#c02f33']);
});
