/** Of a letter size, from small to large: 2XS, XS, S, M, L, XL, 2XL. */
const LETTER = /^(\d{1,2})?(x*)(s|m|l)$/;
/** A number at the start, as in "38", "36/38", "W32 L34", "6-9 months", "UK 10". */
const NUMBER = /\d+(?:[.,]\d+)?/;
/** Ages of children, which go from months to years: "2–3 years", "4Y", "2 ans". */
const YEARS = /\d\s*(?:years?|yrs?|y|jahre?|ans?)\b/;
const MONTHS_A_YEAR = 12;
/** Names of the option, as feeds write them: "size", "shoe_size", "Größe". */
const NAME = /(?:^|[^\p{L}])(?:sizes?|größe|groesse|taille|talla|taglia|maat)(?:$|[^\p{L}])/u;
/** Made once: it takes longer to make than to use. */
const alphabetically = new Intl.Collator('en', { numeric: true });
const STEP: Readonly<Record<string, number>> = { s: -1, m: 0, l: 1 };
const WORDS: Readonly<Record<string, string>> = {
  'x-small': 'xs',
  'extra small': 'xs',
  small: 's',
  medium: 'm',
  large: 'l',
  'x-large': 'xl',
  'extra large': 'xl',
};

/** The last group. */
const UNKNOWN = 3;

/** Letters come first, then numbers, then anything else. */
function rankOf(size: string): readonly [group: number, rank: number] {
  const text = size.trim().toLowerCase();
  const letter = LETTER.exec(WORDS[text] ?? text);
  if (letter !== null) {
    const [, times, exes = '', end = ''] = letter;
    // 3XL is XXXL.
    const steps = times === undefined ? exes.length : Number(times) * Math.max(1, exes.length);
    return [1, (STEP[end] ?? 0) * (1 + steps)];
  }
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) return [UNKNOWN, 0];
  return [2, Number(number.replace(',', '.')) * (YEARS.test(text) ? MONTHS_A_YEAR : 1)];
}

/** Whether an option of this name, in lower case, has sizes. */
export const isSizeName = (name: string): boolean => NAME.test(name);

/** Compares sizes as shoppers expect them in a list: XS, S, M, L, XL, 2XL; 36, 38, 40. Equal ones alphabetically. */
export function compareSizes(a: string, b: string): number {
  const [groupA, rankA] = rankOf(a);
  const [groupB, rankB] = rankOf(b);
  return groupA - groupB || rankA - rankB || alphabetically.compare(a, b);
}

/**
 * Values of an option in the order of sizes, if its name says that it has sizes and each value is one; otherwise as they
 * are: "Petite, Regular, Tall" has an order that only the merchant knows.
 */
export const inSizeOrder = <T>(name: string, values: readonly T[], textOf: (value: T) => string): T[] =>
  isSizeName(name) && values.every((value) => rankOf(textOf(value))[0] !== UNKNOWN)
    ? values.toSorted((a, b) => compareSizes(textOf(a), textOf(b)))
    : [...values];
