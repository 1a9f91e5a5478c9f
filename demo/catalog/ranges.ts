import type { ColorName } from '../../src/garment/color.js';
import type { Pattern } from '../../src/garment/design.js';

/** Colors, patterns, and shoppers that several lines of the assortment share. */
export const basics: readonly ColorName[] = [
  'white',
  'black',
  'navy',
  'grey',
  'sage',
  'rust',
  'light blue',
  'burgundy',
  'mustard',
  'forest green',
  'pink',
  'olive',
  'teal',
  'lavender',
  'terracotta',
];
export const woollens: readonly ColorName[] = [
  'cream',
  'navy',
  'charcoal',
  'camel',
  'burgundy',
  'forest green',
  'mustard',
  'rust',
  'light grey',
  'teal',
  'rose',
  'black',
  'lilac',
  'red',
];
export const tailored: readonly ColorName[] = [
  'navy',
  'charcoal',
  'black',
  'camel',
  'beige',
  'grey',
  'brown',
  'burgundy',
  'olive',
  'ivory',
  'forest green',
];
export const summery: readonly ColorName[] = [
  'white',
  'coral',
  'light blue',
  'yellow',
  'rose',
  'mint',
  'navy',
  'black',
  'terracotta',
  'lilac',
  'green',
  'fuchsia',
  'turquoise',
  'red',
  'sage',
  'plum',
];
export const leathers: readonly ColorName[] = [
  'black',
  'cognac',
  'chocolate',
  'tan',
  'burgundy',
  'navy',
  'forest green',
  'sand',
];
export const denims: readonly ColorName[] = [
  'indigo',
  'washed blue',
  'black',
  'light blue',
  'navy',
  'charcoal',
  'white',
];
export const shirtPatterns: readonly Pattern[] = [
  'stripe',
  'gingham',
  'check',
  'pinstripe',
  'floral',
  'windowpane',
  'polka dot',
];
export const all = ['female', 'male', 'unisex'] as const;
export const women = ['female'] as const;
