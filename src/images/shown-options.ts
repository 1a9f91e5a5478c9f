import { z } from 'zod';
import { fold } from '../graph/text.js';

/** The option values visible in an image, by name: {"color": ["green"]}. Empty: it shows the product as a whole. */
export const shownOptions = z.record(z.string(), z.array(z.string()));
export type ShownOptions = Readonly<Record<string, readonly string[]>>;

interface Difference {
  /** Name of the option. */
  readonly name: string;
  readonly pictured: readonly string[];
  /** Null: the SKU does not have this option. */
  readonly offered: string | null;
}

/** The options of an SKU that differ from what an image shows; empty when the image shows the SKU. */
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
