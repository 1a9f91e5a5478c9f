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
    /bag|pack|purse|clutch|wallet|hat|cap|beanie|scar|glove|belt|tie|glasses|jewel|ring|watch|necklace|earring|bracelet/,
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
 * Whether products of a category hang on that part of a body, as far as its name tells. A name without a known word
 * might hang anywhere.
 */
export function hangsOn(part: BodyPart, category: string): boolean {
  const name = category.toLowerCase().split('/').at(-1) ?? '';
  const kind = kindOf(name) ?? kindOf(category.toLowerCase());
  return kind === null || KINDS_OF_PART[part].includes(kind);
}

const kindOf = (name: string): Kind | null => ORDER.find((kind) => WORDS[kind].test(name)) ?? null;
