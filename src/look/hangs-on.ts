import type { BodyPart } from '../vision/bodies/worn.js';

/** English words for garments, in the names of categories, by the part of a body on which they hang. */
const WORDS = {
  feet: /shoe|boot|sneaker|trainer|sandal|heel|pump|loafer|clog|flats|mule|sock|footwear/,
  legs: /trouser|pant|jean|chino|legging|jogger|short|skirt|bottom|culotte/,
  whole: /dress|gown|jumpsuit|romper|playsuit|overall|dungaree|onesie/,
  over: /outerwear|coat|jacket|blazer|parka|cape|cardigan|vest|gilet|suit|anorak|poncho|kimono|fleece/,
  chest:
    /top|shirt|tee|blouse|polo|sweater|jumper|pullover|hoodie|sweatshirt|longsleeve|tunic|body|bodies|knit|bra|camisole/,
  elsewhere:
    /bag|pack|purse|clutch|wallet|^hats?$|^caps?$|beanie|scar|glove|belt|^(?:neck|bow)?ties?$|glasses|jewel|^(?:ear)?rings?$|watch|necklace|bracelet/,
} as const;
type Kind = keyof typeof WORDS;

/** Words that are part of others count first: sweatshirts are no shirts, and undershirts no shorts. */
const ORDER = ['whole', 'over', 'feet', 'elsewhere', 'chest', 'legs'] as const satisfies readonly Kind[];

const KINDS_OF_PART: Readonly<Record<BodyPart, readonly Kind[]>> = {
  upper: ['chest', 'over'],
  full: ['whole', 'over'],
  outer: ['over', 'chest'],
  inner: ['chest', 'whole'],
  lower: ['legs'],
  feet: ['feet'],
};

/**
 * Whether products of a category hang on that part of a body, as far as its name tells: the last known word of it says
 * what a garment is, as in "dress shoes". A name without a known word might hang anywhere.
 */
export function hangsOn(part: BodyPart, category: string): boolean {
  const words = category
    .toLowerCase()
    .split(/[^a-z]+/)
    .toReversed();
  const kind = words.map(kindOf).find((found) => found !== null) ?? null;
  return kind === null || KINDS_OF_PART[part].includes(kind);
}

const kindOf = (word: string): Kind | null => ORDER.find((kind) => WORDS[kind].test(word)) ?? null;
