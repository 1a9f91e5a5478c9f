import { z } from 'zod';

/** Products of a page that shoppers look at. */
export const PAGE = 10;

/**
 * What an attack may reach: the product that the attacker chose is on the page (`target`); the picture's own product is
 * not (`lost`); the page's vote says another type than it does for the clean picture (`flipped`); `matchSku` would say
 * of another product that it is the same (`sameProduct`); a picture of the catalog is on a page of another type
 * (`entered`); copies take half of a page or more (`crowded`); the picture's largest region is not proposed (`hidden`);
 * one is that was not there (`invented`).
 */
export const MEASURES = [
  'target',
  'lost',
  'flipped',
  'sameProduct',
  'entered',
  'crowded',
  'hidden',
  'invented',
] as const;
export type Measure = (typeof MEASURES)[number];

/** What an attack reached, by measure; without the measures that do not apply. */
export const outcome = z.partialRecord(z.enum(MEASURES), z.boolean());
export type Outcome = z.infer<typeof outcome>;
