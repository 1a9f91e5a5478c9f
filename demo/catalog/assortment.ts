import type { ColorName } from '../../src/garment/color.js';
import type { GarmentType, Material, Pattern } from '../../src/garment/design.js';
import { accessories } from './accessories.js';
import { clothes } from './clothes.js';

/** The demo shop's range of one garment type. */
export interface Line {
  type: GarmentType;
  /** Category path in the feed, from the department down. */
  productType: string;
  /** Models; each comes in one to three colorways. */
  models: number;
  nouns: readonly string[];
  /** EUR, before the brand's factor. */
  price: readonly [low: number, high: number];
  materials: readonly Material[];
  patterns: readonly Pattern[];
  /** Share of models that have a pattern. */
  patterned: number;
  colors: readonly ColorName[];
  sizes: 'letters' | 'shoes' | 'waist' | 'one';
  genders: readonly ('female' | 'male' | 'unisex')[];
  styles: readonly Style[];
  seasons: readonly Season[];
}

export type Style =
  | 'minimal' | 'vintage' | 'streetwear' | 'classic' | 'bohemian' | 'sporty' | 'romantic' | 'workwear' | 'preppy' | 'outdoor'; // prettier-ignore
export type Season = 'spring' | 'summer' | 'autumn' | 'winter' | 'all year';

/** The whole assortment. */
export const assortment: readonly Line[] = [...clothes, ...accessories];
