import { fold } from '../graph/text.js';

/**
 * Feeds write what has several values with slashes: the color "red/white", the size "36/38", the material
 * "cotton / elastane". A shopper who chooses red means it too.
 */
const SEPARATOR = '/';

/** The value and, if it has several, each of them; case-folded, without repetitions. `VALUE_PARTS` in SQL is the same. */
export function partsOf(value: string): readonly string[] {
  const whole = fold(value);
  if (!whole.includes(SEPARATOR)) return [whole];
  const parts = whole.split(SEPARATOR).map((part) => part.trim());
  return [...new Set([whole, ...parts.filter((part) => part !== '')])];
}

/** Whether the value, or one of its parts, is among those wanted, in any case. */
export function hasValue(value: string, wanted: readonly string[]): boolean {
  const parts = partsOf(value);
  return wanted.some((each) => parts.includes(fold(each)));
}
