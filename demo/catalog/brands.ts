import type { Style } from './assortment.js';

/** Invented brands, with their styles and price levels. */
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

/** Names of models. */
export const modelNames = [
  'Alma', 'Anders', 'Arden', 'Aster', 'Basil', 'Birk', 'Bruna', 'Calla', 'Cedar', 'Clio', 'Dara', 'Delft', 'Edda', 'Elio', 'Ember', 'Esme',
  'Fable', 'Finn', 'Flora', 'Gale', 'Greta', 'Hale', 'Hazel', 'Iben', 'Ines', 'Iris', 'Jonas', 'Juno', 'Kaya', 'Kite', 'Lark', 'Leif',
  'Lotta', 'Luca', 'Mara', 'Marlo', 'Mica', 'Nils', 'Noor', 'Odette', 'Orla', 'Otis', 'Petra', 'Piper', 'Quinn', 'Rafa', 'Rhea', 'Romy',
  'Saga', 'Selma', 'Silas', 'Sorrel', 'Tess', 'Thea', 'Tove', 'Umber', 'Vera', 'Viggo', 'Wilma', 'Wren', 'Yara', 'Zadie', 'Zeno',
] as const; // prettier-ignore
