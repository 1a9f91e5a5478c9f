import type { GarmentType } from '../design.js';
import type { Cutter } from '../garment.js';
import { beanie, cap, scarf } from './accessories.js';
import { backpack, handbag, toteBag } from './bags.js';
import { jeans, shorts, trousers } from './bottoms.js';
import { dress, skirt } from './dresses.js';
import { cardigan, hoodie, sweater, sweatshirt } from './knits.js';
import { blazer, bomberJacket, coat, denimJacket, pufferJacket } from './outerwear.js';
import { boot, loafer, sneaker } from './shoes.js';
import { polo, shirt, tankTop, tShirt } from './tops.js';

/** How each type of garment is cut. */
export const cutters: Readonly<Record<GarmentType, Cutter>> = {
  't-shirt': tShirt,
  'tank top': tankTop,
  shirt,
  polo,
  sweater,
  sweatshirt,
  hoodie,
  cardigan,
  blazer,
  coat,
  'denim jacket': denimJacket,
  'bomber jacket': bomberJacket,
  'puffer jacket': pufferJacket,
  dress,
  skirt,
  trousers,
  jeans,
  shorts,
  sneaker,
  boot,
  loafer,
  'tote bag': toteBag,
  handbag,
  backpack,
  beanie,
  cap,
  scarf,
};
