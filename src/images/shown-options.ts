import { z } from 'zod';
import { fold } from '../graph/text.js';

/** The option values that can be seen in an image, by name: {"color": ["green"]}. Empty: it shows the product as a whole. */
export const shownOptions = z.record(z.string(), z.array(z.string()));
export type ShownOptions = Readonly<Record<string, readonly string[]>>;

interface Difference {
  /** Of the option. */
  readonly name: string;
  readonly pictured: readonly string[];
  /** Null: the SKU has no such option. */
  readonly offered: string | null;
}

/** In what an SKU with these options is other than what an image shows; in nothing when the image shows it. */
export function differencesFrom(
  shows: ShownOptions,
  options: Readonly<Record<string, string>>,
): Difference[] {
  return Object.entries(shows).flatMap(([name, pictured]) => {
    const offered = Object.hasOwn(options, name) ? (options[name] ?? null) : null;
    const isShown = offered !== null && pictured.some((value) => fold(value) === fold(offered));
    return isShown ? [] : [{ name, pictured, offered }];
  });
}
