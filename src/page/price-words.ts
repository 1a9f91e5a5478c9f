/** What was typed, without the prices in it. */
interface PricedWords {
  readonly words: string;
  /** In major units of the market that is shown; null: no end. */
  readonly min: string | null;
  readonly max: string | null;
}

const UNDER = phrases(
  'under, below, up to, less than, cheaper than, at most, no more than, not over, max., maximum, <, <=, ≤',
  'unter, bis, bis zu, höchstens, max., maximal, weniger als, billiger als, günstiger als, nicht über, nicht mehr als',
);
const OVER = phrases(
  'over, above, more than, at least, from, starting at, min., minimum, >, >=, ≥',
  'über, ab, mindestens, mehr als, teurer als, nicht unter',
);
/** Without a full stop, "Air Max 90" is a shoe: only a currency makes them prices. */
const ABBREVIATED = { max: ['max'], min: ['min'] };
const OPENERS = new Set(['from', 'between', 'von', 'zwischen']);
const JOINERS = new Set(['-', '–', '—', 'to', 'bis', 'and', 'und']);
/** Between these, "and" joins two prices. */
const PAIRED = new Set(['and', 'und']);
/** After one of these, a number is a size. */
const SIZE = /^(?:sizes?|größen?|groessen?|gr\.?|eu|uk|us|waist|length|weite|länge)$/;
/** Before one of these, a number is a length, an age, or a count. */
const UNIT =
  /^(?:%|cm|mm|inch(?:es)?|in|den|denier|kg|g|ml|packs?|pcs|pieces?|pairs?|months?|years?|stück|paar|monaten?|jahren?|monate|jahre)$/;

const CURRENCY = String.raw`\p{Sc}|eur|euros?|usd|dollars?|gbp|pounds?|chf|kr|zł`;
const ONLY_CURRENCY = new RegExp(`^(?:${CURRENCY})$`, 'u');
const AMOUNT = new RegExp(
  String.raw`^(?<before>${CURRENCY})?(?<whole>\d{1,3}(?:[.,]\d{3})+|\d{1,6})(?:[.,](?<part>\d{1,2}|-))?(?<after>${CURRENCY})?$`,
  'u',
);
const YEAR = /^(?:19|20)\d\d$/;

interface Amount {
  readonly value: string;
  readonly isMoney: boolean;
  /** How many words it takes. */
  readonly length: number;
}

interface Price {
  readonly min: string | null;
  readonly max: string | null;
  readonly length: number;
}

/**
 * Reads prices in what was typed, as "under 50", "bis 80 €", or "50-100", in all languages of the page. What may be
 * something else stays a word: "size 38", "levi's 501", "50s", "2 pack", and whatever is in quotation marks.
 */
export function readPriceWords(text: string): PricedWords {
  const typed = text.match(/"[^"]*"|“[^”]*”|„[^“]*“|(?<!\S)(?:[<>]=?|[≤≥])|\S+/gu) ?? [];
  const words = typed.map((word) => word.toLowerCase());
  const rest: string[] = [];
  let min: string | null = null;
  let max: string | null = null;
  for (let at = 0; at < words.length;) {
    const price = isOfSize(words, at) ? null : priceAt(words, at);
    const isNew =
      price !== null && (price.min === null || min === null) && (price.max === null || max === null);
    if (price !== null && isNew && !UNIT.test(words[at + price.length] ?? '')) {
      min ??= price.min;
      max ??= price.max;
      at += price.length;
    } else {
      rest.push(typed[at] ?? '');
      at += 1;
    }
  }
  const isNone =
    (min === null && max === null) || (min !== null && max !== null && Number(min) > Number(max));
  return isNone ? { words: text, min: null, max: null } : { words: rest.join(' '), min, max };
}

/** Whether what begins here goes on with a size: "size 38-40", "size 38 to 40". */
function isOfSize(words: readonly string[], at: number): boolean {
  const isJoined = JOINERS.has(words[at] ?? '') && amountAt(words, at - 1) !== null;
  return SIZE.test(words[at - (isJoined ? 2 : 1)] ?? '');
}

const priceAt = (words: readonly string[], at: number): Price | null =>
  rangeAt(words, at) ??
  endAt(words, at, UNDER, ABBREVIATED.max, (max) => ({ min: null, max })) ??
  endAt(words, at, OVER, ABBREVIATED.min, (min) => ({ min, max: null }));

function rangeAt(words: readonly string[], at: number): Price | null {
  const [opener = '', ...following] = words.slice(at);
  const isOpened = OPENERS.has(opener);
  const start = isOpened ? following : [opener, ...following];
  // "50-100" is one word.
  const parts = (start[0] ?? '').split(/(?<=\d\D*)([-–—])(?=\D?\d)/u);
  const split = parts.length === 3 ? [...parts, ...start.slice(1)] : start;
  const low = amountAt(split, 0);
  if (low === null) return null;
  const joiner = split[low.length] ?? '';
  if (!JOINERS.has(joiner) || (PAIRED.has(joiner) && !isOpened)) return null;
  const high = amountAt(split, low.length + 1);
  if (high === null || Number(low.value) > Number(high.value)) return null;
  const isMoney = low.isMoney || high.isMoney;
  if (!isMoney && YEAR.test(low.value) && YEAR.test(high.value)) return null;
  // Sizes are ranges too, as 36-38 and 98-104.
  if (!isMoney && !isOpened && !(isRound(low) && isRound(high))) return null;
  const length = (isOpened ? 1 : 0) + low.length + 1 + high.length - (split === start ? 0 : 2);
  return { min: low.value, max: high.value, length };
}

const isRound = ({ value }: Amount): boolean => Number(value) % 10 === 0;

function endAt(
  words: readonly string[],
  at: number,
  openers: readonly (readonly string[])[],
  abbreviated: readonly string[],
  toRange: (value: string) => Omit<Price, 'length'>,
): Price | null {
  const isShort = abbreviated.includes(words[at] ?? '');
  const opener = openers.find((phrase) => phrase.every((word, index) => words[at + index] === word));
  const taken = isShort ? 1 : (opener?.length ?? 0);
  const amount = taken === 0 ? null : amountAt(words, at + taken);
  if (amount === null) return null;
  const isYear = !amount.isMoney && YEAR.test(amount.value);
  // "from 1970" is no price.
  if ((isShort && !amount.isMoney) || isYear) return null;
  return { ...toRange(amount.value), length: taken + amount.length };
}

/** An amount, with its currency before or after it, at a position. */
function amountAt(words: readonly string[], at: number): Amount | null {
  const isBefore = ONLY_CURRENCY.test(words[at] ?? '');
  const found = AMOUNT.exec(words[at + (isBefore ? 1 : 0)] ?? '')?.groups;
  if (found?.['whole'] === undefined) return null;
  const isAfter = !isBefore && ONLY_CURRENCY.test(words[at + 1] ?? '');
  const { before, whole, part, after } = found;
  const cents = part === undefined || part === '-' ? '' : `.${part}`;
  return {
    value: `${whole.replace(/[.,]/g, '')}${cents}`,
    isMoney: isBefore || isAfter || before !== undefined || after !== undefined,
    length: isBefore || isAfter ? 2 : 1,
  };
}

/** The longest first: "bis zu" before "bis". */
function phrases(...lists: readonly string[]): string[][] {
  return lists
    .flatMap((list) => list.split(', ').map((phrase) => phrase.split(' ')))
    .toSorted((one, other) => other.length - one.length);
}
