import { expect, test } from '@jest/globals';
import { compareSizes, isSizeName } from '../../../src/catalog/facets/size-order.js';

test.each([
  [['XXS', 'XS', 's', 'M', 'L', 'XL', '2XL', 'XXXL', '4XL']],
  [['3XS', '2XS', 'XS', 'Small', 'Medium', 'Large', 'X-Large']],
  [['34', '36', '36.5', '38', '40/42', '110']],
  [['0-3 months', '3-6 months', '6-9 months', '12-18 months']],
  [['M', 'L', '38', 'One size', 'Tall']],
  [['6–9 months', '12–18 months', '2–3 years', '4Y', '10 years']],
])('sizes are in the order of sizes: %j', (sizes) => {
  for (let turn = 0; turn < sizes.length; turn += 1)
    expect([...sizes.slice(turn), ...sizes.slice(0, turn)].sort(compareSizes)).toEqual(sizes);
});

test.each(['size', 'shoe_size', 'shoe size', 'größe', 'taille', 'sizes'])('%s has sizes', (name) => {
  expect(isSizeName(name)).toBe(true);
});

test.each(['color', 'oversize', 'sizeable'])('%s has none', (name) => {
  expect(isSizeName(name)).toBe(false);
});
