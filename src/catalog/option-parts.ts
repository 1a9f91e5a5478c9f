import { fold } from '../graph/text.js';

/**
 * Feeds write what has several values with slashes: the color "red/white", the size "36/38" or "S/M", the material
 * "cotton / elastane". A shopper who chooses red means it too. "N/A", "w/o hood", and "3/4 sleeve" are one value: the
 * parts of a value are all numbers, or all words.
 */
const SEPARATOR = '/';
const NUMBER = /^\d+(?:[.,]\d+)?$/;
/** Two characters, or the letter of a size. */
const WORD = /^(?:[sml]|\S.*\S)$/su;

/** The value and, if it has several, each of them; case-folded, without repetitions. `splitParts` in SQL is the same. */
export function partsOf(value: string): readonly [whole: string, ...parts: string[]] {
  const whole = fold(value);
  if (!whole.includes(SEPARATOR)) return [whole];
  const parts = whole
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (![NUMBER, WORD].some((kind) => parts.every((part) => kind.test(part)))) return [whole];
  return [whole, ...new Set(parts.filter((part) => part !== whole))];
}

/** Of the lists of wanted values: a filter is compared with many SKUs. */
const folded = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether the value, or one of its parts, is among those wanted, in any case. */
export function hasValue(value: string, wanted: readonly string[]): boolean {
  const choice = folded.get(wanted) ?? new Set(wanted.map(fold));
  folded.set(wanted, choice);
  return partsOf(value).some((part) => choice.has(part));
}
