import { z } from 'zod';
import { fold } from '../graph/text.js';

/** The option values visible in an image, by name: {"color": ["green"]}. Empty: it shows the product as a whole. */
export const shownOptions = z.record(z.string(), z.array(z.string()));
export type ShownOptions = Readonly<Record<string, readonly string[]>>;

/** The options of images of part of a product, by image key; other images show the product as a whole. */
export type ShownByImage = ReadonlyMap<number, ShownOptions>;

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

/** Whether an image, or one without options (undefined), shows the SKU with these options. */
export const isShown = (
  shows: ShownOptions | undefined,
  options: Readonly<Record<string, string>>,
): boolean => shows === undefined || differencesFrom(shows, options).length === 0;

/** The SKUs that an image shows, then the others; both in their order. */
export function picturedFirst<S extends { readonly optionValues: Readonly<Record<string, string>> }>(
  skus: readonly S[],
  shows: ShownOptions | undefined,
): S[] {
  if (shows === undefined) return [...skus];
  const [shown, others]: [S[], S[]] = [[], []];
  for (const sku of skus) (isShown(shows, sku.optionValues) ? shown : others).push(sku);
  return [...shown, ...others];
}
