import { letterSizes, waistSizes, type Body, type Figure, type Size } from '../body.js';
import type { Garment } from '../garment.js';
import { dress } from './dress.js';
import { scarf, toteBag } from './flat.js';
import { blazer, bomberJacket, coat, denimJacket, pufferJacket } from './jackets.js';
import { ONE_SIZE } from '../piece.js';
import type { Drafted } from './parts.js';
import { skirt } from './skirt.js';
import { cardigan, hoodie, polo, shirt, sweater, sweatshirt, tankTop, tShirt } from './tops.js';
import { trousers } from './trousers.js';

/** Drafts the pieces of a garment for a body. */
export type Drafter = (garment: Garment, body: Body) => Drafted;

export interface Drafting {
  readonly draft: Drafter;
  readonly sizes: 'letters' | 'waist' | 'one';
  /** Only for this figure. */
  readonly figure?: Figure;
}

/** Why a garment has no pattern that can be cut. */
export interface Unavailable {
  readonly unavailable: string;
}

const LAST =
  'is built on a last, whose form the picture does not show: the upper is cut from the shell of that last.';
const CASE = 'needs boards, edge tools and fittings that a cut pattern does not describe.';

/** How each type of garment is drafted, or why it is not. */
export const draftings: Readonly<Record<Garment['type'], Drafting | Unavailable>> = {
  't-shirt': { draft: tShirt, sizes: 'letters' },
  'tank top': { draft: tankTop, sizes: 'letters' },
  shirt: { draft: shirt, sizes: 'letters' },
  polo: { draft: polo, sizes: 'letters' },
  sweater: { draft: sweater, sizes: 'letters' },
  sweatshirt: { draft: sweatshirt, sizes: 'letters' },
  hoodie: { draft: hoodie, sizes: 'letters' },
  cardigan: { draft: cardigan, sizes: 'letters' },
  blazer: { draft: blazer, sizes: 'letters' },
  coat: { draft: coat, sizes: 'letters' },
  'denim jacket': { draft: denimJacket, sizes: 'letters' },
  'bomber jacket': { draft: bomberJacket, sizes: 'letters' },
  'puffer jacket': { draft: pufferJacket, sizes: 'letters' },
  dress: { draft: dress, sizes: 'letters', figure: 'women' },
  skirt: { draft: skirt, sizes: 'letters', figure: 'women' },
  trousers: { draft: trousers, sizes: 'waist' },
  jeans: { draft: trousers, sizes: 'waist' },
  shorts: { draft: trousers, sizes: 'letters' },
  sneaker: { unavailable: `A sneaker ${LAST}` },
  boot: { unavailable: `A boot ${LAST}` },
  loafer: { unavailable: `A loafer ${LAST}` },
  'tote bag': { draft: toteBag, sizes: 'one' },
  handbag: { unavailable: `A handbag ${CASE}` },
  backpack: { unavailable: `A backpack ${CASE}` },
  beanie: { unavailable: 'A beanie is knitted in the round to its shape; there is nothing to cut.' },
  cap: {
    unavailable: 'A cap is sewn over a block with a molded peak, whose forms the picture does not show.',
  },
  scarf: { draft: scarf, sizes: 'one' },
};

/** The sizes in which a garment is drafted, smallest first. */
export function sizesFor(drafting: Drafting, figure: Figure): readonly Size[] {
  switch (drafting.sizes) {
    case 'letters':
      return letterSizes(figure);
    case 'waist':
      return waistSizes(figure);
    case 'one':
      return letterSizes(figure)
        .filter(({ name }) => name === 'M')
        .map(({ body }) => ({ name: ONE_SIZE, body }));
  }
}
