import type { GarmentType } from '../design.js';
import type { Cutter } from '../garment.js';
import { beanie, cap, scarf } from './accessories.js';
import { backpack, handbag, toteBag } from './bags.js';
import { jeans, shorts, trousers } from './bottoms.js';
import { dress } from './dresses.js';
import { cardigan, hoodie, sweater, sweatshirt } from './knits.js';
import { bomberJacket, denimJacket, pufferJacket } from './jackets.js';
import { boot, loafer } from './leather-shoes.js';
import { skirt } from './skirts.js';
import { sneaker } from './sneaker.js';
import { blazer, coat } from './tailoring.js';
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
