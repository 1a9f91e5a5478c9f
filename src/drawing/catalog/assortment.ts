import type { ColorName } from '../color.js';
import type { GarmentType, Material, Pattern } from '../design.js';

/** What the demo shop buys of one garment type. */
export interface Line {
  type: GarmentType;
  /** Feed path, from the department down. */
  productType: string;
  /** Models; each comes in one to three colorways. */
  models: number;
  nouns: readonly string[];
  /** EUR before the brand's factor. */
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

const basics: readonly ColorName[] = ['white', 'black', 'navy', 'grey', 'sage', 'rust', 'light blue', 'burgundy', 'mustard', 'forest green', 'pink', 'olive', 'teal', 'lavender', 'terracotta'];
const woollens: readonly ColorName[] = ['cream', 'navy', 'charcoal', 'camel', 'burgundy', 'forest green', 'mustard', 'rust', 'light grey', 'teal', 'rose', 'black', 'lilac', 'red'];
const tailored: readonly ColorName[] = ['navy', 'charcoal', 'black', 'camel', 'beige', 'grey', 'brown', 'burgundy', 'olive', 'ivory', 'forest green'];
const summery: readonly ColorName[] = ['white', 'coral', 'light blue', 'yellow', 'rose', 'mint', 'navy', 'black', 'terracotta', 'lilac', 'green', 'fuchsia', 'turquoise', 'red', 'sage', 'plum'];
const leathers: readonly ColorName[] = ['black', 'cognac', 'chocolate', 'tan', 'burgundy', 'navy', 'forest green', 'sand'];
const denims: readonly ColorName[] = ['indigo', 'washed blue', 'black', 'light blue', 'navy', 'charcoal', 'white'];
const shirtPatterns: readonly Pattern[] = ['stripe', 'gingham', 'check', 'pinstripe', 'floral', 'windowpane', 'polka dot'];
const all = ['female', 'male', 'unisex'] as const;
const women = ['female'] as const;

/** The whole assortment. */
export const assortment: readonly Line[] = [
  { type: 't-shirt', productType: 'tops > t-shirts', models: 18, nouns: ['T-Shirt', 'Tee', 'Crew Tee'], price: [15, 39], materials: ['cotton', 'linen', 'viscose'], patterns: ['stripe', 'colorblock', 'polka dot', 'camouflage', 'leopard', 'floral'], patterned: 0.4, colors: basics, sizes: 'letters', genders: all, styles: ['minimal', 'streetwear', 'sporty', 'vintage'], seasons: ['all year', 'summer', 'spring'] },
  { type: 'tank top', productType: 'tops > tank tops', models: 8, nouns: ['Tank Top', 'Vest Top', 'Camisole'], price: [12, 35], materials: ['cotton', 'viscose', 'satin', 'linen'], patterns: ['stripe', 'polka dot', 'floral', 'leopard'], patterned: 0.35, colors: summery, sizes: 'letters', genders: ['female', 'unisex'], styles: ['minimal', 'sporty', 'romantic'], seasons: ['summer'] },
  { type: 'shirt', productType: 'tops > shirts', models: 17, nouns: ['Shirt', 'Overshirt', 'Button-Down'], price: [35, 89], materials: ['cotton', 'linen', 'denim', 'viscose', 'satin', 'corduroy'], patterns: shirtPatterns, patterned: 0.6, colors: ['white', 'light blue', 'navy', 'pink', 'sage', 'black', 'rust', 'cream', 'burgundy', 'olive', 'lilac'], sizes: 'letters', genders: all, styles: ['classic', 'workwear', 'preppy', 'bohemian'], seasons: ['all year', 'spring', 'summer'] },
  { type: 'polo', productType: 'tops > polos', models: 8, nouns: ['Polo Shirt', 'Polo'], price: [29, 65], materials: ['cotton', 'knit'], patterns: ['stripe', 'colorblock', 'argyle'], patterned: 0.35, colors: basics, sizes: 'letters', genders: ['male', 'unisex', 'female'], styles: ['preppy', 'sporty', 'classic'], seasons: ['summer', 'spring'] },
  { type: 'sweater', productType: 'knitwear > sweaters', models: 14, nouns: ['Sweater', 'Jumper', 'Pullover'], price: [45, 139], materials: ['knit', 'cable knit', 'wool'], patterns: ['stripe', 'fair isle', 'argyle', 'colorblock', 'houndstooth'], patterned: 0.45, colors: woollens, sizes: 'letters', genders: all, styles: ['classic', 'minimal', 'vintage', 'preppy'], seasons: ['winter', 'autumn'] },
  { type: 'sweatshirt', productType: 'tops > sweatshirts', models: 7, nouns: ['Sweatshirt', 'Crew Sweat'], price: [35, 69], materials: ['cotton', 'fleece'], patterns: ['colorblock', 'stripe', 'camouflage'], patterned: 0.25, colors: basics, sizes: 'letters', genders: all, styles: ['sporty', 'streetwear', 'minimal'], seasons: ['autumn', 'all year'] },
  { type: 'hoodie', productType: 'tops > hoodies', models: 9, nouns: ['Hoodie', 'Hooded Sweatshirt'], price: [45, 85], materials: ['cotton', 'fleece'], patterns: ['camouflage', 'colorblock', 'stripe'], patterned: 0.2, colors: basics, sizes: 'letters', genders: all, styles: ['streetwear', 'sporty'], seasons: ['autumn', 'winter', 'all year'] },
  { type: 'cardigan', productType: 'knitwear > cardigans', models: 9, nouns: ['Cardigan', 'Knit Jacket'], price: [49, 129], materials: ['knit', 'cable knit', 'wool'], patterns: ['stripe', 'argyle', 'fair isle'], patterned: 0.3, colors: woollens, sizes: 'letters', genders: ['female', 'unisex', 'male'], styles: ['classic', 'vintage', 'romantic'], seasons: ['autumn', 'winter', 'spring'] },
  { type: 'blazer', productType: 'outerwear > blazers', models: 10, nouns: ['Blazer', 'Jacket'], price: [99, 249], materials: ['wool', 'linen', 'cotton', 'tweed', 'velvet', 'corduroy'], patterns: ['pinstripe', 'check', 'herringbone', 'houndstooth', 'windowpane'], patterned: 0.5, colors: tailored, sizes: 'letters', genders: ['female', 'male'], styles: ['classic', 'minimal', 'preppy'], seasons: ['all year', 'autumn', 'spring'] },
  { type: 'coat', productType: 'outerwear > coats', models: 11, nouns: ['Coat', 'Overcoat'], price: [139, 349], materials: ['wool', 'tweed', 'cotton', 'leather'], patterns: ['herringbone', 'houndstooth', 'check'], patterned: 0.35, colors: tailored, sizes: 'letters', genders: ['female', 'male'], styles: ['classic', 'minimal', 'vintage'], seasons: ['winter', 'autumn'] },
  { type: 'denim jacket', productType: 'outerwear > denim jackets', models: 6, nouns: ['Trucker Jacket', 'Denim Jacket'], price: [69, 129], materials: ['denim', 'denim', 'corduroy', 'suede'], patterns: ['solid'], patterned: 0, colors: ['indigo', 'washed blue', 'black', 'light blue', 'camel', 'olive'], sizes: 'letters', genders: all, styles: ['vintage', 'workwear', 'streetwear'], seasons: ['spring', 'autumn'] },
  { type: 'bomber jacket', productType: 'outerwear > bomber jackets', models: 6, nouns: ['Bomber', 'Bomber Jacket', 'Flight Jacket'], price: [79, 179], materials: ['nylon', 'leather', 'satin', 'suede'], patterns: ['camouflage', 'colorblock'], patterned: 0.2, colors: ['olive', 'black', 'navy', 'burgundy', 'sand', 'cognac', 'forest green'], sizes: 'letters', genders: all, styles: ['streetwear', 'sporty', 'vintage'], seasons: ['spring', 'autumn'] },
  { type: 'puffer jacket', productType: 'outerwear > puffer jackets', models: 7, nouns: ['Puffer Jacket', 'Down Jacket'], price: [99, 229], materials: ['nylon'], patterns: ['colorblock', 'camouflage'], patterned: 0.15, colors: ['black', 'red', 'navy', 'mustard', 'forest green', 'sand', 'lilac', 'teal', 'orange'], sizes: 'letters', genders: all, styles: ['outdoor', 'sporty', 'streetwear'], seasons: ['winter'] },
  { type: 'dress', productType: 'dresses', models: 24, nouns: ['Dress'], price: [45, 159], materials: ['viscose', 'cotton', 'satin', 'linen', 'knit', 'velvet', 'denim'], patterns: ['floral', 'polka dot', 'stripe', 'gingham', 'check', 'leopard', 'houndstooth'], patterned: 0.55, colors: summery, sizes: 'letters', genders: women, styles: ['romantic', 'bohemian', 'minimal', 'classic', 'vintage'], seasons: ['summer', 'spring', 'all year'] },
  { type: 'skirt', productType: 'bottoms > skirts', models: 13, nouns: ['Skirt'], price: [35, 99], materials: ['viscose', 'cotton', 'satin', 'denim', 'wool', 'leather', 'corduroy'], patterns: ['check', 'floral', 'polka dot', 'houndstooth', 'stripe', 'leopard'], patterned: 0.45, colors: ['black', 'navy', 'camel', 'burgundy', 'forest green', 'rose', 'sage', 'mustard', 'cream', 'rust', 'plum'], sizes: 'letters', genders: women, styles: ['romantic', 'preppy', 'bohemian', 'minimal'], seasons: ['spring', 'summer', 'autumn'] },
  { type: 'trousers', productType: 'bottoms > trousers', models: 13, nouns: ['Trousers', 'Chinos', 'Pants'], price: [45, 129], materials: ['cotton', 'wool', 'linen', 'corduroy', 'viscose', 'leather'], patterns: ['pinstripe', 'check', 'herringbone', 'houndstooth', 'windowpane'], patterned: 0.3, colors: tailored, sizes: 'letters', genders: ['female', 'male'], styles: ['classic', 'minimal', 'workwear'], seasons: ['all year', 'summer', 'winter'] },
  { type: 'jeans', productType: 'bottoms > jeans', models: 11, nouns: ['Jeans'], price: [59, 129], materials: ['denim'], patterns: ['solid'], patterned: 0, colors: denims, sizes: 'waist', genders: ['female', 'male'], styles: ['workwear', 'vintage', 'streetwear', 'minimal'], seasons: ['all year'] },
  { type: 'shorts', productType: 'bottoms > shorts', models: 9, nouns: ['Shorts'], price: [25, 65], materials: ['cotton', 'linen', 'denim', 'nylon'], patterns: ['check', 'stripe', 'floral', 'camouflage', 'gingham'], patterned: 0.35, colors: ['khaki', 'navy', 'white', 'olive', 'coral', 'light blue', 'sand', 'black', 'washed blue', 'green'], sizes: 'letters', genders: all, styles: ['sporty', 'preppy', 'outdoor'], seasons: ['summer'] },
  { type: 'sneaker', productType: 'shoes > sneakers', models: 11, nouns: ['Sneaker', 'Trainer'], price: [59, 139], materials: ['canvas', 'leather', 'suede'], patterns: ['check', 'camouflage', 'leopard', 'floral'], patterned: 0.2, colors: ['white', 'black', 'navy', 'red', 'sage', 'mustard', 'light grey', 'burgundy', 'pink', 'teal'], sizes: 'shoes', genders: all, styles: ['streetwear', 'sporty', 'minimal'], seasons: ['all year'] },
  { type: 'boot', productType: 'shoes > boots', models: 9, nouns: ['Boot', 'Boots'], price: [99, 229], materials: ['leather', 'suede'], patterns: ['solid'], patterned: 0, colors: leathers, sizes: 'shoes', genders: ['female', 'male'], styles: ['classic', 'workwear', 'vintage'], seasons: ['autumn', 'winter'] },
  { type: 'loafer', productType: 'shoes > loafers', models: 6, nouns: ['Loafer', 'Penny Loafer'], price: [79, 169], materials: ['leather', 'suede', 'velvet'], patterns: ['leopard'], patterned: 0.15, colors: leathers, sizes: 'shoes', genders: ['female', 'male'], styles: ['preppy', 'classic'], seasons: ['all year', 'spring'] },
  { type: 'tote bag', productType: 'bags > tote bags', models: 9, nouns: ['Tote Bag', 'Shopper'], price: [25, 99], materials: ['canvas', 'leather', 'cotton', 'suede'], patterns: ['stripe', 'gingham', 'floral', 'polka dot', 'houndstooth'], patterned: 0.45, colors: ['cream', 'navy', 'black', 'sage', 'rust', 'cognac', 'mustard', 'light blue'], sizes: 'one', genders: ['female', 'unisex'], styles: ['minimal', 'bohemian', 'classic'], seasons: ['all year', 'summer'] },
  { type: 'handbag', productType: 'bags > handbags', models: 8, nouns: ['Handbag', 'Top-Handle Bag', 'Satchel'], price: [79, 249], materials: ['leather', 'suede'], patterns: ['leopard', 'houndstooth'], patterned: 0.1, colors: [...leathers, 'red', 'rose', 'ivory'], sizes: 'one', genders: women, styles: ['classic', 'vintage', 'romantic'], seasons: ['all year'] },
  { type: 'backpack', productType: 'bags > backpacks', models: 6, nouns: ['Backpack', 'Daypack'], price: [49, 129], materials: ['nylon', 'canvas', 'leather'], patterns: ['camouflage', 'check', 'colorblock'], patterned: 0.25, colors: ['black', 'olive', 'navy', 'mustard', 'burgundy', 'teal', 'grey', 'cognac'], sizes: 'one', genders: ['unisex'], styles: ['outdoor', 'streetwear', 'workwear'], seasons: ['all year'] },
  { type: 'beanie', productType: 'accessories > beanies', models: 7, nouns: ['Beanie', 'Knit Hat'], price: [17, 45], materials: ['knit', 'cable knit'], patterns: ['stripe', 'fair isle'], patterned: 0.3, colors: woollens, sizes: 'one', genders: ['unisex'], styles: ['outdoor', 'streetwear', 'classic'], seasons: ['winter'] },
  { type: 'cap', productType: 'accessories > caps', models: 6, nouns: ['Cap', 'Baseball Cap'], price: [19, 39], materials: ['cotton', 'corduroy', 'suede', 'denim'], patterns: ['camouflage', 'check', 'houndstooth'], patterned: 0.2, colors: ['navy', 'black', 'sand', 'forest green', 'red', 'washed blue', 'pink', 'camel'], sizes: 'one', genders: ['unisex'], styles: ['sporty', 'streetwear', 'preppy'], seasons: ['summer', 'all year'] },
  { type: 'scarf', productType: 'accessories > scarves', models: 8, nouns: ['Scarf'], price: [25, 89], materials: ['wool', 'knit', 'linen', 'satin'], patterns: ['check', 'stripe', 'houndstooth', 'herringbone', 'gingham', 'floral'], patterned: 0.65, colors: woollens, sizes: 'one', genders: ['unisex', 'female'], styles: ['classic', 'bohemian', 'preppy'], seasons: ['winter', 'autumn'] },
];

/** Invented brands: what they stand for and how they price. */
export const brands: readonly { name: string; code: string; styles: readonly Style[]; factor: number }[] = [
  { name: 'Linden & Loft', code: 'LL', styles: ['minimal', 'classic'], factor: 1.1 },
  { name: 'Nordhavn Studio', code: 'NS', styles: ['minimal', 'outdoor'], factor: 1.25 },
  { name: 'Maison Aurelle', code: 'MA', styles: ['romantic', 'classic'], factor: 1.35 },
  { name: 'Kettle & Thread', code: 'KT', styles: ['workwear', 'vintage'], factor: 1 },
  { name: 'Brightwater', code: 'BW', styles: ['sporty', 'outdoor'], factor: 0.9 },
  { name: 'Osterfeld', code: 'OF', styles: ['workwear', 'classic'], factor: 1.05 },
  { name: 'Solana Row', code: 'SR', styles: ['bohemian', 'romantic'], factor: 0.95 },
  { name: 'Halden Mills', code: 'HM', styles: ['classic', 'preppy'], factor: 1.15 },
  { name: 'Paper Lantern', code: 'PL', styles: ['vintage', 'romantic'], factor: 0.85 },
  { name: 'Underline', code: 'UL', styles: ['streetwear', 'minimal'], factor: 0.8 },
  { name: 'Fjord & Fern', code: 'FF', styles: ['outdoor', 'minimal'], factor: 1.1 },
  { name: 'Corso Nove', code: 'CN', styles: ['classic', 'romantic'], factor: 1.4 },
  { name: 'Blockhouse', code: 'BH', styles: ['streetwear', 'sporty'], factor: 0.85 },
  { name: 'Quillmere', code: 'QM', styles: ['preppy', 'vintage'], factor: 1 },
  { name: 'Tamarisk', code: 'TK', styles: ['bohemian', 'vintage'], factor: 0.9 },
];

/** Names that a model is called by. */
export const modelNames = [
  'Alma', 'Anders', 'Arden', 'Aster', 'Basil', 'Birk', 'Bruna', 'Calla', 'Cedar', 'Clio', 'Dara', 'Delft', 'Edda', 'Elio', 'Ember', 'Esme',
  'Fable', 'Finn', 'Flora', 'Gale', 'Greta', 'Hale', 'Hazel', 'Iben', 'Ines', 'Iris', 'Jonas', 'Juno', 'Kaya', 'Kite', 'Lark', 'Leif',
  'Lotta', 'Luca', 'Mara', 'Marlo', 'Mica', 'Nils', 'Noor', 'Odette', 'Orla', 'Otis', 'Petra', 'Piper', 'Quinn', 'Rafa', 'Rhea', 'Romy',
  'Saga', 'Selma', 'Silas', 'Sorrel', 'Tess', 'Thea', 'Tove', 'Umber', 'Vera', 'Viggo', 'Wilma', 'Wren', 'Yara', 'Zadie', 'Zeno',
] as const; // prettier-ignore
