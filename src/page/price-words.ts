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
const OVER = phrases('more expensive than, >, >=, ≥', 'teurer als');
/** "Over 60" is an age as well, and "from 40" a size: only a currency, or an upper price beside it, makes that a price. */
const VAGUELY_OVER = phrases(
  'over, above, more than, no less than, not under, at least, from, starting at, min, min., minimum',
  'über, ab, mindestens, mehr als, nicht unter, nicht weniger als',
);
/** "Air Max 90" is a shoe. */
const VAGUELY_UNDER = phrases('max');
/** After an amount with a currency. */
const OR_UNDER = phrases(
  'or less, or under, or below, or cheaper, and under, and less, oder weniger, und weniger',
);
const OR_OVER = phrases('or more, and up, and over, oder mehr, und mehr');
/** Before a price, it says nothing more. */
const NOUN = /^(?:prices?|priced|costs?|costing|preise?|kostet|kosten):?$/;
const SHORT = /^(?:min|max)\.?$/;
const OPENERS = new Set(['from', 'between', 'von', 'zwischen']);
const JOINERS = new Set(['-', '–', '—', 'to', 'bis', 'and', 'und']);
/** Between these, "and" joins two prices. */
const PAIRED = new Set(['and', 'und']);
/** After one of these, a number is a size. */
const SIZE = /^(?:sizes?|größen?|groessen?|gr\.?|eu|uk|us|waist|length|weite|länge)$/;
/** Before one of these, a number is a length, an age, or a count. */
const UNIT = new RegExp(
  `^(?:${[
    '%|cm|mm|inch(?:es)?|den|denier|kg|g|ml|oz|lbs?|waist|weite',
    '°[cf]?|degrees?|grad|celsius',
    'min(?:ute)?s?|minuten|hours?|stunden?|days?|tagen?|tage|weeks?|wochen?|months?|years?|yrs?|jahren?|jahre|monaten?|monate',
    'packs?|pcs|pieces?|pairs?|items?|colou?rs?|stück|paar|teilen?|teile|farben?',
  ].join('|')})$`,
);

/** Which currencies are meant by a name. Each is known by its code and its symbol too. */
const CURRENCY_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ...named('euro, euros', 'EUR'),
  ...named('dollar, dollars', 'USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD'),
  ...named('pound, pounds, pfund', 'GBP'),
  ...named('franken, francs', 'CHF'),
  ...named('zloty, złoty', 'PLN'),
  ...named('yen', 'JPY'),
]);
/** Without those that are words: "try", "all", "top". */
const CODES =
  'eur|usd|gbp|chf|pln|sek|nok|dkk|isk|czk|huf|ron|jpy|cny|inr|krw|cad|aud|nzd|sgd|hkd|mxn|brl|zar|aed|ils';
const CURRENCY = String.raw`\p{Sc}|kr|zł|kč|${CODES}|${[...CURRENCY_NAMES.keys()].join('|')}`;
const ONLY_CURRENCY = new RegExp(`^(?:${CURRENCY})$`, 'u');
const AMOUNT = new RegExp(
  String.raw`^(?<before>${CURRENCY})?(?<whole>\d{1,3}(?:[.,]\d{3})+|\d{1,6})(?:[.,](?<part>\d{1,2}|-))?(?<after>${CURRENCY})?$`,
  'u',
);
/** "1 000" is two words. */
const THOUSANDS = /^\D*\d{1,3}$/;
const HUNDREDS = /^\d{3}(?!\d)/;
const YEAR = /^(?:19|20)\d\d$/;

interface Amount {
  readonly value: string;
  /** As it was typed; none where that was a number alone. */
  readonly currencies: readonly string[];
  readonly isYear: boolean;
  /** How many words it takes. */
  readonly length: number;
}

interface Price {
  readonly min: string | null;
  readonly max: string | null;
  readonly currencies: readonly string[];
  /** Whether it is nothing else, where no unit follows and no size is spoken of. */
  readonly isSure: boolean;
  readonly length: number;
}

/**
 * Reads prices in what was typed, such as "under 50", "bis 80 €", or "€50-100", in all languages of the page. What may be
 * something else stays a word: "size 38", "levi's 501", "women over 60", "jeans 30-32", and whatever is in quotation marks.
 * Prices in a currency other than `currency`, the code of the market's, leave all words as they are; null: not known yet.
 */
export function readPriceWords(text: string, currency: string | null): PricedWords {
  // "price<50" is two words.
  const typed =
    text.match(
      /"[^"]*"|“[^”]*”|„[^“]*“|(?<!\S)(?:price|preis):?(?=[<>≤≥])|(?<![^\s\p{L}:])(?:[<>]=?|[≤≥])|\S+/giu,
    ) ?? [];
  const words = typed.map((word) => word.toLowerCase());
  const rest: string[] = [];
  const none = { words: text, min: null, max: null };
  let min: string | null = null;
  let max: string | null = null;
  for (let at = 0; at < words.length;) {
    const price = rangeAt(words, at) ?? endsAt(words, at);
    const length = price?.length ?? 1;
    if (price?.currencies.some((one) => !isOf(currency, one)) === true) return none;
    const isNew = (price?.min == null || min === null) && (price?.max == null || max === null);
    if (price?.isSure === true && isNew && !isMeasure(words, at, price)) {
      min ??= price.min;
      max ??= price.max;
      if (NOUN.test(words[at - 1] ?? '')) rest.pop();
    } else {
      rest.push(...typed.slice(at, at + length));
    }
    at += length;
  }
  const isNone = (min === null && max === null) || isReversed(min, max);
  return isNone ? none : { words: rest.join(' '), min, max };
}

/** Whether it is a size, or so many of something, which no currency says. */
const isMeasure = (words: readonly string[], at: number, { currencies, length }: Price): boolean =>
  currencies.length === 0 && (SIZE.test(words[at - 1] ?? '') || UNIT.test(words[at + length] ?? ''));

const isReversed = (min: string | null, max: string | null): boolean =>
  min !== null && max !== null && Number(min) > Number(max);

/** Two ends in a row: "from 45 to 95", "€45-95". */
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
  if (high === null) return null;
  const currencies = [...low.currencies, ...high.currencies];
  // Sizes are ranges too, as 36-38 and 30-40.
  const isMeant = currencies.length > 0 || (isOpened && !(low.isYear && high.isYear));
  return {
    min: low.value,
    max: high.value,
    currencies,
    isSure: isMeant && !isReversed(low.value, high.value),
    length: (isOpened ? 1 : 0) + low.length + 1 + high.length - (split === start ? 0 : 2),
  };
}

/** An end, or both: "under 50", "under 50 and over 20", where the one that is sure speaks for the other. */
function endsAt(words: readonly string[], at: number): Price | null {
  const first = endAt(words, at);
  if (first === null) return null;
  const next = at + first.length;
  const from = next + (PAIRED.has(words[next] ?? '') ? 1 : 0);
  const second = endAt(words, from);
  if (second === null || (first.min === null) === (second.min === null)) return first;
  const both = {
    min: first.min ?? second.min,
    max: first.max ?? second.max,
    currencies: [...first.currencies, ...second.currencies],
    isSure: first.isSure || second.isSure,
    length: from + second.length - at,
  };
  // "Air Max 90 over 50 €" is no pair.
  const isPair = SHORT.test(words[at] ?? '') === SHORT.test(words[from] ?? '');
  const isPrice = both.isSure && !isReversed(both.min, both.max) && !isMeasure(words, at, both);
  return isPrice && (isPair || (first.isSure && second.isSure)) ? both : first;
}

const endAt = (words: readonly string[], at: number): Price | null =>
  limitAt(words, at, UNDER, true, (max) => ({ min: null, max })) ??
  limitAt(words, at, VAGUELY_UNDER, false, (max) => ({ min: null, max })) ??
  limitAt(words, at, OVER, true, (min) => ({ min, max: null })) ??
  limitAt(words, at, VAGUELY_OVER, false, (min) => ({ min, max: null })) ??
  limitBefore(words, at, OR_UNDER, (max) => ({ min: null, max })) ??
  limitBefore(words, at, OR_OVER, (min) => ({ min, max: null }));

function limitAt(
  words: readonly string[],
  at: number,
  openers: readonly (readonly string[])[],
  isClear: boolean,
  toRange: (value: string) => Pick<Price, 'min' | 'max'>,
): Price | null {
  const opener = openers.find((phrase) => phrase.every((word, index) => words[at + index] === word));
  const amount = opener === undefined ? null : amountAt(words, at + opener.length);
  if (opener === undefined || amount === null) return null;
  const { value, currencies, isYear, length } = amount;
  const isMoney = currencies.length > 0;
  // "from 1970" is no price.
  if (isYear && !isMoney) return null;
  return { ...toRange(value), currencies, isSure: isClear || isMoney, length: opener.length + length };
}

/** "€50 or less". Without a currency, "12 and up" is an age. */
function limitBefore(
  words: readonly string[],
  at: number,
  closers: readonly (readonly string[])[],
  toRange: (value: string) => Pick<Price, 'min' | 'max'>,
): Price | null {
  const amount = amountAt(words, at);
  if (amount === null || amount.currencies.length === 0) return null;
  const { value, currencies, length } = amount;
  const closer = closers.find((phrase) => phrase.every((word, index) => words[at + length + index] === word));
  if (closer === undefined) return null;
  return { ...toRange(value), currencies, isSure: true, length: length + closer.length };
}

/** An amount, with its currency before or after it, at a position. */
function amountAt(words: readonly string[], at: number): Amount | null {
  const sign = ONLY_CURRENCY.test(words[at] ?? '') ? [words[at] ?? ''] : [];
  const start = at + sign.length;
  let end = start + 1;
  if (THOUSANDS.test(words[start] ?? '')) while (HUNDREDS.test(words[end] ?? '')) end += 1;
  const found = AMOUNT.exec(words.slice(start, end).join(''))?.groups;
  if (found?.['whole'] === undefined) return null;
  const { before, whole, part, after } = found;
  const word = words[end] ?? '';
  if (sign.length === 0 && ONLY_CURRENCY.test(word)) {
    sign.push(word);
    end += 1;
  }
  const cents = part === undefined || part === '-' ? '' : `.${part}`;
  return {
    value: `${whole.replace(/[.,]/g, '')}${cents}`,
    currencies: [...sign, before, after].filter((one) => one !== undefined),
    isYear: YEAR.test(words[start] ?? ''),
    length: end - at,
  };
}

/** Whether a currency, as it was typed, is the one with this code. */
function isOf(code: string | null, typed: string): boolean {
  if (code === null) return false;
  if (typed.toUpperCase() === code || CURRENCY_NAMES.get(typed)?.includes(code) === true) return true;
  const style = { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' } as const;
  const parts = new Intl.NumberFormat('en', style).formatToParts(0);
  return parts.some(({ type, value }) => type === 'currency' && value.toLowerCase() === typed);
}

/** The longest first: "bis zu" before "bis". */
function phrases(...lists: readonly string[]): string[][] {
  return lists
    .flatMap((list) => list.split(', ').map((phrase) => phrase.split(' ')))
    .toSorted((one, other) => other.length - one.length);
}

function named(names: string, ...codes: readonly string[]): [string, readonly string[]][] {
  return names.split(', ').map((name) => [name, codes]);
}
