import { expect, test } from '@jest/globals';
import { hangsOn } from '../../src/look/hangs-on.js';

test.each([
  ['feet', 'shoes/dress-shoes', 'tops/dress-shirts'],
  ['upper', 'tops/dress-shirts', 'shoes/dress-shoes'],
  ['upper', 'tops/cap-sleeve-tops', 'accessories/caps'],
  ['lower', 'bottoms/capri-pants', 'dresses'],
  ['lower', 'bottoms/capris', 'shoes/boots'],
  ['lower', 'bottoms/suit-trousers', 'outerwear/suits'],
  ['full', 'dresses/shirt-dresses', 'tops/shirts'],
  ['outer', 'outerwear/denim-jackets', 'bottoms/denim-shorts'],
] as const)('on %s hangs what is in %s, and not what is in %s', (part, category, other) => {
  expect(hangsOn(part, category)).toBe(true);
  expect(hangsOn(part, other)).toBe(false);
});

test('a category without a known word may hang anywhere', () => {
  expect(hangsOn('feet', 'neuheiten')).toBe(true);
});
