import type { GarmentType, Material } from './design.js';

const shirtings = ['cotton', 'linen', 'viscose', 'satin', 'denim', 'corduroy'] as const;
const jerseys = ['cotton', 'linen', 'viscose'] as const;
const knits = ['knit', 'cable knit', 'wool', 'cotton'] as const;
const sweats = ['cotton', 'fleece'] as const;
const suitings = ['wool', 'tweed', 'linen', 'cotton', 'velvet', 'corduroy'] as const;
const shells = ['nylon', 'leather', 'suede', 'satin', 'cotton'] as const;
const drapes = ['viscose', 'cotton', 'satin', 'linen', 'knit', 'velvet', 'denim', 'wool'] as const;
const bottoms = ['cotton', 'wool', 'linen', 'corduroy', 'viscose', 'leather', 'denim'] as const;
const shoes = ['leather', 'suede', 'canvas'] as const;
const bags = ['leather', 'suede', 'canvas', 'nylon', 'cotton'] as const;

/** What a garment of each type is sewn or knitted from. */
export const materialsOf: Readonly<Record<GarmentType, readonly Material[]>> = {
  't-shirt': jerseys,
  'tank top': jerseys,
  shirt: shirtings,
  polo: ['cotton', 'knit'],
  sweater: knits,
  sweatshirt: sweats,
  hoodie: sweats,
  cardigan: knits,
  blazer: suitings,
  coat: [...suitings, 'leather', 'suede', 'nylon'],
  'denim jacket': ['denim', 'corduroy', 'leather', 'suede'],
  'bomber jacket': shells,
  'puffer jacket': ['nylon'],
  dress: drapes,
  skirt: [...drapes, 'leather', 'suede', 'corduroy', 'tweed'],
  trousers: bottoms,
  jeans: ['denim', 'corduroy'],
  shorts: ['cotton', 'linen', 'denim', 'nylon'],
  sneaker: ['canvas', 'leather', 'suede', 'nylon'],
  boot: shoes,
  loafer: ['leather', 'suede', 'velvet'],
  'tote bag': bags,
  handbag: bags,
  backpack: bags,
  beanie: ['knit', 'cable knit', 'wool', 'fleece'],
  cap: ['cotton', 'corduroy', 'denim', 'wool', 'canvas'],
  scarf: ['wool', 'knit', 'satin', 'cotton', 'linen'],
};
