import { z } from 'zod';

export const productText = z.object({
  language: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  url: z.string().nullable(),
});
/** A translation; null: there is none of that. */
export type ProductText = z.infer<typeof productText>;
type OwnText = ProductText & { readonly title: string };

/**
 * What is shown of a product's texts: each value in the first of the `shown` languages that has it, else the product's
 * own. `language` is that of the title.
 */
export function shownText(own: OwnText, texts: readonly ProductText[], shown: readonly string[]): OwnText {
  if (texts.length === 0) return own;
  const ordered = shown.flatMap(
    (language) => (language === own.language ? own : texts.find((text) => text.language === language)) ?? [],
  );
  const all = [...ordered, own];
  const titled = all.find(({ title }) => title !== null) ?? own;
  return {
    language: titled.language,
    title: titled.title ?? own.title,
    description: all.find(({ description }) => description !== null)?.description ?? null,
    url: all.find(({ url }) => url !== null)?.url ?? null,
  };
}
